//! Ids that are nearly another one, for somebody who mistyped.

/// Near ids that are told.
const NAMED: usize = 3;
/// Letters of an id that are compared. Nobody mistypes a longer one, and hostile ids have ten thousand.
const LONGEST: usize = 64;
/// A mistake for every so many letters is near, and one in any id.
const LETTERS_A_MISTAKE: usize = 5;
/// Letters from which a part of an id stands for it.
const LEAST_PART: usize = 3;

/// The ids that are nearly `wanted`, nearest first; none where nothing is near. Where some differ only by case, these
/// alone.
pub fn near<'a>(ids: impl Iterator<Item = &'a str>, wanted: &str) -> Vec<String> {
    let Some(wanted) = folded(wanted) else {
        return Vec::new();
    };
    let most = 1 + wanted.chars().count() / LETTERS_A_MISTAKE;
    let mut near: Vec<(usize, String)> = Vec::new();
    for id in ids {
        if let Some(mistakes) = folded(id).and_then(|folded| mistakes(&folded, &wanted, most)) {
            near.push((mistakes, id.to_owned()));
            near.sort();
            near.truncate(NAMED);
        }
    }
    let is_case_alone = near.first().is_some_and(|(mistakes, _)| *mistakes == 0);
    let told = near
        .into_iter()
        .filter(|(mistakes, _)| !is_case_alone || *mistakes == 0);
    told.map(|(_, id)| id).collect()
}

/// The id without its case, if it is one to compare.
fn folded(id: &str) -> Option<String> {
    let is_long = id.chars().nth(LONGEST).is_some();
    (!is_long && !id.is_empty()).then(|| id.to_lowercase())
}

/// Letters that are wrong, missing or too many, `most` at most; one more than that where one is a part of the other.
fn mistakes(id: &str, wanted: &str, most: usize) -> Option<usize> {
    let [letters, wanted_letters] = [id, wanted].map(|text| text.chars().count());
    if letters.abs_diff(wanted_letters) <= most {
        let mistakes = strsim::osa_distance(id, wanted);
        if mistakes <= most {
            return Some(mistakes);
        }
    }
    (wanted_letters >= LEAST_PART && id.contains(wanted)).then_some(most + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nearly_the_same_is_near_and_nothing_else() {
        let ids = [
            "ada-the-specialist",
            "Bob",
            "bob",
            "rob",
            "twitter:fan0",
            "twitter:fan12",
        ];
        let near = |wanted: &str| near(ids.into_iter(), wanted).join(" ");
        for (wanted, told) in [
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
            assert_eq!(near(wanted), told, "{wanted}");
        }
        assert_eq!(near(&"x".repeat(10_000)), "");
    }
}
