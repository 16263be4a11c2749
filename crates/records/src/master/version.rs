//! One version of a master, and which of several holds on a day.

use std::fmt;

/// One version of a master, as it was made.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterVersion {
    /// From 1, without a gap.
    pub version: u32,
    /// First day on which it holds, days since 1970-01-01 in Japan time.
    pub holds_from: i32,
    /// When it was made, Unix milliseconds.
    pub made_at: i64,
    /// Who made it: the id of an API key.
    pub made_by: String,
    /// What it says: a JSON object.
    pub json: String,
}

impl fmt::Debug for MasterVersion {
    /// What it says stays out of logs: third parties and principals are persons.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MasterVersion")
            .field("version", &self.version)
            .field("holds_from", &self.holds_from)
            .finish_non_exhaustive()
    }
}

/// The version that holds on `day` (days since 1970-01-01): the one that began last, and of two that began on the
/// same day the one made later. `None` before the first day of all.
#[must_use]
pub fn in_force(versions: &[MasterVersion], day: i32) -> Option<&MasterVersion> {
    versions
        .iter()
        .filter(|version| version.holds_from <= day)
        .max_by_key(|version| (version.holds_from, version.version))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(version: u32, holds_from: i32) -> MasterVersion {
        MasterVersion {
            version,
            holds_from,
            made_at: 0,
            made_by: "key_1".to_owned(),
            json: r#"{"name":"山田"}"#.to_owned(),
        }
    }

    #[test]
    fn the_version_of_a_day_is_the_one_that_began_last() {
        let versions = [version(1, 10), version(2, 20), version(3, 20), version(4, 15)];
        let on = |day| in_force(&versions, day).map(|version| version.version);
        assert_eq!(
            [9, 10, 14, 15, 19, 20, 30].map(on),
            [None, Some(1), Some(1), Some(4), Some(4), Some(3), Some(3)]
        );
        assert_eq!(in_force(&[], 10), None);
    }

    #[test]
    fn a_version_is_not_printed() {
        assert!(!format!("{:?}", version(1, 1)).contains("山田"));
    }
}
