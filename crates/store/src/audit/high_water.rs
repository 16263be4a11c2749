//! The ledger against its high-water mark: whether it is all that was ever signed.

use kirokubo_ledger::Index;
use kirokubo_ledger::verify::{Against, Finding};

use super::{AuditFinding, Walked};
use crate::high_water::{HighWaterFault, Marks, Standing};

/// What the mark says against a ledger that is in order by itself; one that is not was named for that.
pub(super) fn compare(marks: &Marks, walked: &Walked) -> Option<AuditFinding> {
    if !walked.whole {
        return None;
    }
    let against = Against::Held;
    match marks.judge(walked.size, &walked.roots) {
        Standing::Continues => None,
        Standing::Refused(HighWaterFault::Behind { have, expected, .. }) => Some(
            Finding::TailTruncated {
                have,
                expected,
                against,
            }
            .into(),
        ),
        Standing::Refused(HighWaterFault::Forked { size, .. }) => {
            let index = size.last_index().unwrap_or(Index::FIRST);
            Some(Finding::ForkAt { index, against }.into())
        }
        Standing::Refused(HighWaterFault::Missing { .. } | HighWaterFault::Unreadable { .. }) => {
            Some(AuditFinding::HighWater)
        }
    }
}
