//! Builds people with ids that attack pages, scripts, files and addresses.

use super::warehouse::Warehouse;

/// Returns hostile ids of people.
pub fn hostile() -> Vec<String> {
    let long = "long-".to_owned() + &"x".repeat(10_000);
    let plain = [
        "<script>window.ran=1</script>",
        "</script><img src=x onerror=window.ran=1>",
        "\"onmouseover=\"window.ran=1",
        "'-(window.ran=1)-'",
        "__proto__",
        "constructor",
        "../../../etc/passwd",
        "\u{202e}exe.gnp",
        "👩‍💻 emoji",
        "line\nbreak\tand\u{0}nul",
        "{{ 7 * 7 }}{% raw %}",
        "%E0%A4%A?#&person=x",
        " leading and trailing ",
        "نورا",
        "*/ alert(1) //",
        "\u{2028}line separator",
    ];
    plain.iter().map(|id| (*id).to_owned()).chain([long]).collect()
}

/// Builds a small warehouse of people with hostile ids; all react to the first.
pub fn hostile_town() -> Warehouse {
    let ids = hostile();
    let mut all = Warehouse::default();
    for (night, date) in ["2026-10-29", "2026-10-30", "2026-10-31"].iter().enumerate() {
        let rows: Vec<String> = (1..ids.len())
            .flat_map(|n| {
                [
                    format!("r{night}-{n} 10:{n:02} u{n} like o u0"),
                    format!("s{night}-{n} 11:{n:02} u0 like o u{n}"),
                ]
            })
            .collect();
        all = all.activities("twitter", date, &rows.join("\n"));
    }
    let claims = ids.iter().enumerate();
    let claims = claims.map(|(n, id)| [id.clone(), "twitter".to_owned(), format!("u{n}")]);
    all.identities.insert("2026-10-29".parse().unwrap(), claims.collect());
    all
}

/// Builds people with long ids, enough for many shards of the index. Some ids share their first hundred letters.
pub fn crowded_town(date: &str) -> Warehouse {
    let mut all = Warehouse::default();
    let long = "x".repeat(1000);
    let same = "same-".to_owned() + &"y".repeat(100);
    let ids = (0..2400).map(|n| match n % 4 {
        0 => format!("{same}{n:04}-{long}"),
        _ => format!("{n:04}-{long}-tail{n:04}"),
    });
    let claims: Vec<[String; 3]> = ids
        .enumerate()
        .map(|(n, id)| [id, "twitter".to_owned(), format!("u{n}")])
        .collect();
    let rows: Vec<String> = (1..claims.len())
        .map(|n| format!("r{n} 10:00 u{n} like o u{}", n - 1))
        .collect();
    all.identities.insert(date.parse().unwrap(), claims);
    all.activities("twitter", date, &rows.join("\n"))
}
