//! Finding names that one object has twice.

use std::collections::HashSet;

use super::{Member, Path};
use crate::fault::{Code, Fault, Faults};

/// Objects up to this many members look for a duplicate by walking, larger ones by hashing, so that neither a usual
/// object pays for a hash set nor a hostile one for a quadratic walk.
const WALKED_MEMBERS: usize = 32;

/// Duplicates told of one object. Whoever sends more has one mistake in his program, not one in each field.
const TOLD: usize = 3;

/// Notes the first duplicates among the members of the object at `path`.
pub(super) fn note(members: &[Member<'_>], path: Path<'_>, faults: &Faults) {
    // The document is refused already, and one more pointer would be built for nothing.
    if faults.is_full() {
        return;
    }
    let tell = |name: &str| {
        faults.push(Fault::new(Code::JsonDuplicateField, path.name(name).pointer()));
    };
    let names = members.iter().map(|(name, _)| name.as_ref());
    if members.len() <= WALKED_MEMBERS {
        let is_repeated =
            |(count, name): &(usize, &str)| names.clone().take(*count).any(|earlier| earlier == *name);
        let repeated = names.clone().enumerate().filter(is_repeated);
        repeated.take(TOLD).for_each(|(_, name)| tell(name));
    } else {
        let mut seen = HashSet::with_capacity(members.len());
        let repeated = names.filter(|name| !seen.insert(*name));
        repeated.take(TOLD).for_each(tell);
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    fn faults(text: &str) -> Vec<(String, &'static str)> {
        let faults = read(text.as_bytes()).unwrap_err();
        faults
            .into_iter()
            .map(|fault| (fault.pointer, fault.code.as_str()))
            .collect()
    }

    #[test]
    fn a_duplicate_name_is_found_with_its_pointer() {
        let text = r#"{"a":1,"a":2,"c":{"d":1,"d":2}}"#;
        assert_eq!(
            faults(text),
            [
                ("/a".into(), "json.duplicate_field"),
                ("/c/d".into(), "json.duplicate_field")
            ]
        );
        let many: Vec<String> = (0..100).map(|n| format!(r#""k{n}":0"#)).collect();
        assert_eq!(
            faults(&format!(r#"{{{},"k7":1}}"#, many.join(","))),
            [("/k7".into(), "json.duplicate_field")]
        );
    }

    #[test]
    fn of_one_object_only_the_first_duplicates_are_told() {
        for members in [WALKED_MEMBERS, 10 * WALKED_MEMBERS] {
            let object = format!("{{{}}}", vec![r#""a":0"#; members].join(","));
            let found = faults(&format!("[{object},{object}]"));
            let of = |pointer: &str| found.iter().filter(|(at, _)| at == pointer).count();
            assert_eq!((of("/0/a"), of("/1/a"), found.len()), (TOLD, TOLD, 2 * TOLD));
        }
    }
}
