//! A small warehouse with late rows, redeliveries, new owners of accounts, opt-outs, follows and check-ins.

use super::warehouse::Warehouse;

/// Dates with rows, the last three of which the tests run.
const DATES: [&str; 5] = ["2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06", "2026-03-07"];

/// Dates to run: the first run reads all dates up to its own.
pub const NIGHTS: [&str; 3] = ["2026-03-05", "2026-03-06", "2026-03-07"];

/// Builds the warehouse.
pub fn eventful() -> Warehouse {
    let mut all = Warehouse::default();
    for (day, date) in DATES.iter().enumerate() {
        all = all
            .activities("twitter", date, &twitter(day))
            .activities("foursquare", date, &foursquare(day));
    }
    all.activities(
        "linkedin",
        DATES[3],
        "l1 2020-05-05T10:00 lin1 post - -\n l2 10:00 lin2 share - lin1",
    )
    .accounts("twitter", DATES[0], "u0 u1 quiet")
    .follows("foursquare", DATES[1], "f1>f0 f2>f0 f0>f2")
    .follows("foursquare", DATES[3], "f1>f0 f3>f0")
    .identities(DATES[0], "ann=twitter:u0 bob=twitter:u1 eli=twitter:u7")
    .identities(
        DATES[2],
        "ann=twitter:u0 ann=foursquare:f1 bob=twitter:u2 zed=twitter:u1",
    )
    .identities(
        DATES[4],
        "ann=twitter:u0 ann=linkedin:lin1 bob=twitter:u1 bob=twitter:u2",
    )
    .opt_outs(DATES[2], "twitter:u5")
    .opt_outs(DATES[3], "eli foursquare:f3")
}

/// Builds a day of reactions, with a busy account, twins, late rows and redeliveries.
fn twitter(day: usize) -> String {
    let verbs = ["like", "retweet", "reply", "mention", "quote"];
    let reaction = |row: usize| {
        let (hour, actor, target) = (row % 24, (row * 7 + day) % 23, (row * 3 + day * day) % 19);
        let verb = verbs[(row + day) % verbs.len()];
        format!(
            "t{day}-{row} {hour:02}:{:02} u{actor} {verb} - u{target}\n",
            (row * 13) % 60
        )
    };
    let mut rows: String = (0..150).map(reaction).collect();
    rows += &format!("m{day} 12:00:00 u6 mention - u0\n r{day} 12:00:00.5 u6 reply - u0\n");
    if day > 0 {
        let before = day - 1;
        rows += &format!(
            "late{day} D-1T23:59:59 u8 retweet - u{}\n old{day} D-{day}T08:00 u3 like - u1\n",
            day % 3
        );
        rows += &format!("m{before} D-1T12:00:00 u6 mention - u0\n");
    }
    rows
}

/// Builds a day of check-ins at the same venues.
fn foursquare(day: usize) -> String {
    let visit = |account: usize| {
        let (hour, venue) = ((account * 5 + day * 3) % 24, (account + day) % 3);
        format!(
            "c{day}-{account} {hour:02}:00 f{account} check_in v{venue} -\n d{day}-{account} {hour:02}:30 f{account} check_in v0 -\n"
        )
    };
    (0..5).map(visit).collect()
}
