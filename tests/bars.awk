# Bars and figures in what `clout evaluate` and `clout evaluate --attacks` print, a line each, by tabs:
#
#   data set, bar, figure, what it must be, met or MISSED
#
# Set `name` to the data set, and `foresight` to 1 where the ratios to the best rival are bars. Verdicts are
# the program's own wherever it gives one; ratios and popularity are compared as printed, to 4 and 3 digits.
# What time does is played with made-up people, so it is told of any data set.

BEGIN { OFS = "\t" }

function told(bar, figure, must, verdict) { print name, bar, figure, must, verdict }
function at_least(bar, figure, least) { told(bar, figure, ">= " least, figure + 0 >= least ? "met" : "MISSED") }
function at_most(bar, figure, most) { told(bar, figure, "<= " most, figure + 0 <= most ? "met" : "MISSED") }
function number_after(words) { return substr($0, index($0, words) + length(words)) + 0 }
function has_verdict() { return $NF == "met" || $NF == "MISSED" }

/^Foresight of model/             { section = "foresight" }
/^Beside the (best|better) rival/  { section = "ratios" }
/^A network left out/             { section = "networks" }
/^A tenth of all reactors/        { section = "intervals" }
/^Time, in points/                { section = "time" }

/^Not popularity/ {
    at_most("R² on log followers", number_after("log followers "), 0.75)
    at_least("Spearman given followers", number_after("given followers "), 0.3)
}

/^Points gained by attacks/ {
    section = "attacks"
    is_below = index($0, "no fake comes above it") > 0
    told("best fake", is_below ? "below" : "ABOVE", "<= 90th percentile", is_below ? "met" : "MISSED")
}

section == "ratios" && foresight && $1 ~ /^ndcg_/ { at_least($1 " / " $2, $3, 1) }

section == "networks" && has_verdict() { told("without " $1 ", at a third", $7, "<= " $8 ", none raised", $NF) }

section == "intervals" && has_verdict() { told("interval holds", $4, ">= " $6, $NF) }

section == "time" && has_verdict() {
    what = $1
    for (word = 2; word <= NF - 3; word++) what = what " " $word
    print "any", what, $(NF - 2), "<= " $(NF - 1), $NF
}

/^Foresight of topic scores/      { section = "topics" }
/^Who gets a topic/               { section = "shown" }
/^Endorsers bought for each of/   { section = "endorsers" }

section == "ratios" && has_verdict() { told("topics, " $1, $(NF - 1), ">= 1 (the better count)", $NF) }

section == "shown" && has_verdict() { told("topics shown with one source", $(NF - 2), "0", $NF) }

section == "endorsers" && has_verdict() {
    what = $1
    for (word = 2; word <= NF - 5; word++) what = what " " $word
    told("endorsers, " what, $(NF - 4) ", others " $(NF - 3), "<= " $(NF - 1) ", none shown", $NF)
}

section == "attacks" && has_verdict() {
    # The bar is three words, as in `mean <= 1.00`.
    told($1 ", " ($2 == "-" ? "everybody else" : $2) ", " $(NF - 3), $($(NF - 3) == "most" ? 5 : 4), $(NF - 2) " " $(NF - 1), $NF)
}
