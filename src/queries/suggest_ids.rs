//! Suggests similar ids for a mistyped one.

/// Maximum number of suggested ids.
const MAX_SUGGESTIONS: usize = 3;
/// Longest id to compare, in characters. Longer ids are rarely typed, and comparing hostile ones would be slow.
const MAX_LENGTH: usize = 64;
/// Allowed mistakes: one, and one more per this many characters.
const LETTERS_PER_MISTAKE: usize = 5;
/// Shortest part of an id that matches the whole, in characters.
const MIN_PART: usize = 3;

/// Returns the ids similar to `wanted`, most similar first, at most three. If ids differ from it only in case, returns
/// only these.
pub fn suggest_ids<'a>(ids: impl Iterator<Item = &'a str>, wanted: &str) -> Vec<String> {
    let Some(wanted) = lower_case(wanted) else {
        return Vec::new();
    };
    let most = 1 + wanted.chars().count() / LETTERS_PER_MISTAKE;
    let mut similar: Vec<(usize, String)> = Vec::new();
    for id in ids {
        if let Some(mistakes) = lower_case(id).and_then(|lower_case| mistakes(&lower_case, &wanted, most)) {
            similar.push((mistakes, id.to_owned()));
            // By mistakes, then by id: the result does not depend on the order of `ids`.
            similar.sort();
            similar.truncate(MAX_SUGGESTIONS);
        }
    }
    let is_case_alone = similar.first().is_some_and(|(mistakes, _)| *mistakes == 0);
    let suggested = similar
        .into_iter()
        .filter(|(mistakes, _)| !is_case_alone || *mistakes == 0);
    suggested.map(|(_, id)| id).collect()
}

/// Returns the id in lower case; `None` if it is empty or too long to compare.
fn lower_case(id: &str) -> Option<String> {
    let is_long = id.chars().nth(MAX_LENGTH).is_some();
    (!is_long && !id.is_empty()).then(|| id.to_lowercase())
}

/// Counts wrong, missing, extra and swapped characters, up to `most`. Returns `most + 1` if `wanted` is a part of `id`.
fn mistakes(id: &str, wanted: &str, most: usize) -> Option<usize> {
    let [letters, wanted_letters] = [id, wanted].map(|text| text.chars().count());
    if letters.abs_diff(wanted_letters) <= most {
        let mistakes = strsim::osa_distance(id, wanted);
        if mistakes <= most {
            return Some(mistakes);
        }
    }
    (wanted_letters >= MIN_PART && id.contains(wanted)).then_some(most + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_similar_ids_are_suggested() {
        let ids = [
            "ada-the-specialist",
            "Bob",
            "bob",
            "rob",
            "twitter:fan0",
            "twitter:fan12",
        ];
        let suggest = |wanted: &str| suggest_ids(ids.into_iter(), wanted).join(" ");
        for (wanted, expected) in [
            ("ada-teh-specalist", "ada-the-specialist"),
            ("specialist", "ada-the-specialist"),
            ("BOB", "Bob bob"),
            ("bib", "Bob bob"),
            ("twitter:fan1", "twitter:fan0 twitter:fan12"),
            ("twitter:never", ""),
            ("facebook:fan0", ""),
            ("zz", ""),
            ("", ""),
        ] {
            assert_eq!(suggest(wanted), expected, "{wanted}");
        }
        assert_eq!(suggest(&"x".repeat(10_000)), "");
    }
}
