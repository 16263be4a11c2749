//! "Did you mean": the known word nearest to one that is not known.

use crate::fault::Fault;

/// Longest name that is compared or repeated; longer ones are no slip of a known one.
const NAME_LIMIT: usize = 64;

/// Least likeness (Jaro–Winkler, 0 to 1) that is worth suggesting: `principal` for `principals`, not `name` for `date`.
const LIKENESS: f64 = 0.8;

/// The word of `known` that `given` was probably meant to be.
pub(super) fn nearest(given: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    if given.len() > NAME_LIMIT {
        return None;
    }
    let likeness = |word: &'static str| (strsim::jaro_winkler(given, word), word);
    let best = known
        .map(likeness)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    (best.0 >= LIKENESS).then_some(best.1)
}

/// Fills the slots for the nearest word, or empties them.
pub(super) fn suggest(fault: Fault, near: Option<&'static str>) -> Fault {
    match near {
        Some(near) => fault
            .fill("near_ja", &format!("「{near}」ですか。"))
            .fill("near_en", &format!("; did you mean `{near}`?")),
        None => fault.fill("near_ja", "").fill("near_en", ""),
    }
}

/// Whether `name` looks like the name of a field and may be repeated: a person's name put there by mistake does not.
pub(super) fn is_plain_name(name: &str) -> bool {
    name.len() <= NAME_LIMIT
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_corrected_and_strange_words_are_not() {
        let known = ["principals", "provided_on", "basis", "consent"];
        let nearest = |given| nearest(given, known.into_iter());
        assert_eq!(nearest("principal"), Some("principals"));
        assert_eq!(nearest("providedOn"), Some("provided_on"));
        assert_eq!(nearest("basys"), Some("basis"));
        assert_eq!(nearest("weather"), None);
        assert_eq!(nearest(&"p".repeat(10_000)), None);
    }

    #[test]
    fn only_plain_names_are_repeated() {
        assert!(is_plain_name("providedOn") && !is_plain_name("山田太郎") && !is_plain_name("a b"));
    }
}
