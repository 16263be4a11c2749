//! Article numbers of earlier periods.
//!
//! Every text of this crate names articles by their present number. A period that numbered them
//! otherwise lists the differences, and the texts are rendered through that list.

use crate::source::Source;

/// One renumbered place. `r` marks an article of the Enforcement Rules, no mark one of the Act.
pub(crate) struct Renumbered {
    now: &'static str,
    then: &'static str,
    source: Source,
}

/// The number a reference had in a period, and how well that is known.
pub(crate) fn number_then(numbering: &[Renumbered], reference: &str) -> (String, Source) {
    for entry in numbering {
        if let Some(rest) = reference.strip_prefix(entry.now)
            && (rest.is_empty() || rest.starts_with('('))
        {
            return (format!("{}{rest}", entry.then), entry.source);
        }
    }
    (reference.to_owned(), Source::Statute)
}

const fn found(now: &'static str, then: &'static str) -> Renumbered {
    Renumbered {
        now,
        then,
        source: Source::Statute,
    }
}

const fn from_memory(now: &'static str, then: &'static str) -> Renumbered {
    Renumbered {
        now,
        then,
        source: Source::FromMemory,
    }
}

/// The numbers in force from 2022-04-01 on: the present ones.
pub(crate) const PRESENT: &[Renumbered] = &[];

/// The numbers in force from 2017-05-30 to 2022-03-31. A paragraph that moved apart from its article
/// comes before it: the first match counts.
pub(crate) const FROM_2017: &[Renumbered] = &[
    from_memory("2(6)", "2(9)"),
    from_memory("16(1)", "2(4)"),
    from_memory("16(2)", "2(5)"),
    from_memory("16(3)", "2(6)"),
    from_memory("20", "17"),
    from_memory("27(5)", "23(5)"),
    found("27", "23"),
    found("28", "24"),
    found("29", "25"),
    found("30", "26"),
    from_memory("43", "36"),
    from_memory("44", "37"),
    from_memory("57", "76"),
    from_memory("r11", "r7"),
    from_memory("r15", "r11"),
    found("r16", "r11の2"),
    found("r19", "r12"),
    found("r20", "r13"),
    found("r21", "r14"),
    found("r22", "r15"),
    found("r23", "r16"),
    from_memory("r24", "r17"),
    from_memory("r25", "r18"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_that_moved_apart_comes_before_its_article() {
        assert_eq!(
            number_then(FROM_2017, "27(5)(i)"),
            ("23(5)(i)".to_owned(), Source::FromMemory)
        );
        assert_eq!(
            number_then(FROM_2017, "27(1)"),
            ("23(1)".to_owned(), Source::Statute)
        );
        assert_eq!(
            number_then(FROM_2017, "r16(i)"),
            ("r11の2(i)".to_owned(), Source::Statute)
        );
    }

    #[test]
    fn a_number_is_matched_whole() {
        assert_eq!(number_then(FROM_2017, "2").0, "2");
        assert_eq!(number_then(FROM_2017, "201(1)").0, "201(1)");
    }

    #[test]
    fn present_numbers_stay() {
        assert_eq!(
            number_then(PRESENT, "29(1)"),
            ("29(1)".to_owned(), Source::Statute)
        );
    }
}
