//! Leaving matters out of a record because an earlier one holds them: 規則20(2), 24(2) and 28(2).

use thiserror::Error;

use crate::answer::Answer;
use crate::case::Case;
use crate::matter::Matter;
use crate::vocabulary::Direction;

/// The earlier record a later one relies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaseRecord<'a> {
    /// It was made by a proper method and is still kept.
    pub kept: bool,
    /// The matters it holds with the same content as the later event.
    pub same: &'a [Matter],
}

/// Why a matter may not be left out.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OmissionFault {
    /// Nothing can be left out in reliance on a record that is gone.
    #[error("the record relied on is no longer kept ({citation})")]
    BaseNotKept {
        /// The paragraph, in the numbers of the period.
        citation: String,
    },
    /// The date belongs to the one event, so an opt-out is never omitted entirely.
    #[error("the date is recorded for each event ({citation})")]
    DateNeverOmitted {
        /// The paragraph, in the numbers of the period.
        citation: String,
    },
    /// The record relied on does not hold this matter with the same content.
    #[error("the record relied on does not hold the same {} ({citation})", matter.as_str())]
    NotInBase {
        /// The matter.
        matter: Matter,
        /// The paragraph, in the numbers of the period.
        citation: String,
    },
}

/// The matters of the case that may be left out where a base record holds them: all but the date.
/// The row that links to the base is written even where that leaves nothing.
pub fn omissible_matters(answer: &Answer) -> impl Iterator<Item = Matter> + use<> {
    answer
        .matters
        .iter()
        .copied()
        .filter(|matter| *matter != Matter::Date)
}

/// Checks that each matter left out stands in the base record. The first fault is returned. A matter
/// the case does not have needs no base.
pub fn check_omission(
    answer: &Answer,
    base: &BaseRecord<'_>,
    omitted: &[Matter],
) -> Result<(), OmissionFault> {
    let statutory = || {
        omitted
            .iter()
            .copied()
            .filter(|matter| answer.matters.contains(matter))
    };
    if statutory().next().is_some() && !base.kept {
        return Err(OmissionFault::BaseNotKept {
            citation: citation(answer),
        });
    }
    for matter in statutory() {
        if matter == Matter::Date {
            return Err(OmissionFault::DateNeverOmitted {
                citation: citation(answer),
            });
        }
        if !base.same.contains(&matter) {
            return Err(OmissionFault::NotInBase {
                matter,
                citation: citation(answer),
            });
        }
    }
    Ok(())
}

fn citation(answer: &Answer) -> String {
    let referable = answer.case.is_some_and(Case::is_personally_referable);
    let template = match answer.direction {
        Direction::Provision if referable => "{r28(2)}",
        Direction::Provision => "{r20(2)}",
        Direction::Receipt => "{r24(2)}",
    };
    answer.rule_set.cite(template, answer.direction)
}
