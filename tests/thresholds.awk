# Extracts the thresholds from the output of `clout evaluate` and `clout evaluate --attacks`, one line each,
# separated by tabs:
#
#   data set, threshold, figure, required value, met or MISSED
#
# Set `name` to the data set, and `foresight` to 1 if the ratios to the best rival have thresholds. Verdicts come
# from the program if it prints one; ratios and popularity are compared as printed, to 4 and 3 digits. Effects of
# time use made-up people, so they are equal for each data set ("any").

BEGIN { OFS = "\t" }

function row(threshold, figure, required, verdict) { print name, threshold, figure, required, verdict }
function at_least(threshold, figure, least) { row(threshold, figure, ">= " least, figure + 0 >= least ? "met" : "MISSED") }
function at_most(threshold, figure, most) { row(threshold, figure, "<= " most, figure + 0 <= most ? "met" : "MISSED") }
function number_after(words) { return substr($0, index($0, words) + length(words)) + 0 }
function has_verdict() { return $NF == "met" || $NF == "MISSED" }

/^Prediction quality of model/      { section = "foresight" }
/^Compared with the (best|better) rival/ { section = "ratios" }
/^One network left out/            { section = "networks" }
/^One tenth of the reactors/       { section = "intervals" }
/^Effects of time, in points/      { section = "time" }

/^Independence of popularity/ {
    at_most("R² on log followers", number_after("log followers "), 0.75)
    at_least("Spearman given followers", number_after("given followers "), 0.3)
}

/^Attacks at / {
    section = "attacks"
    is_below = index($0, "no fake account exceeds it") > 0
    row("best fake", is_below ? "below" : "ABOVE", "<= 90th percentile", is_below ? "met" : "MISSED")
}

section == "ratios" && foresight && $1 ~ /^ndcg_/ { at_least($1 " / " $2, $3, 1) }

section == "networks" && has_verdict() { row("without " $1 ", at a third", $7, "<= " $8 ", none raised", $NF) }

section == "intervals" && has_verdict() { row("interval holds", $4, ">= " $6, $NF) }

section == "time" && has_verdict() {
    label = $1
    for (word = 2; word <= NF - 3; word++) label = label " " $word
    print "any", label, $(NF - 2), "<= " $(NF - 1), $NF
}

/^Prediction quality of topic scores/ { section = "topics" }
/^Topic coverage at the last moment/ { section = "shown" }
/^Bought endorsements for each of/ { section = "endorsers" }

section == "ratios" && has_verdict() { row("topics, " $1, $(NF - 1), ">= 1 (the better count)", $NF) }

section == "shown" && has_verdict() { row("topics shown with one source", $(NF - 2), "0", $NF) }

section == "endorsers" && has_verdict() {
    label = $1
    for (word = 2; word <= NF - 5; word++) label = label " " $word
    row("endorsers, " label, $(NF - 4) ", others " $(NF - 3), "<= " $(NF - 1) ", none shown", $NF)
}

section == "attacks" && has_verdict() {
    # The threshold is three words, as in `mean <= 1.00`.
    row($1 ", " ($2 == "-" ? "all others" : $2) ", " $(NF - 3), $($(NF - 3) == "most" ? 5 : 4), $(NF - 2) " " $(NF - 1), $NF)
}
