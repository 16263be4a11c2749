//! Witnesses: the bundle's checkpoints against the policy that the auditor brings.
//!
//! Witnessed is a bundle whose own checkpoint reaches the quorum; an older checkpoint that does only tells how far
//! witnesses have seen. Lines of keys that the policy does not name say nothing.

use std::io::{self, Read, Seek};

use kirokubo_ledger::Size;
use kirokubo_ledger::bundle::{CHECKPOINT, CHECKPOINTS, ReadBundleError};
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::note::Note;
use kirokubo_ledger::policy::{Policy, Witnessing};
use kirokubo_ledger::verify::Finding;
use serde::Serialize;

use crate::Audit;
use crate::structure::SMALL_BYTES_MAX;

/// What the witnesses of a policy say of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WitnessOutcome {
    /// The name of the policy's quorum, if it asks for one.
    pub quorum: Option<String>,
    /// Whether the bundle's checkpoint reaches it.
    pub reached: bool,
    /// Who has cosigned the bundle's checkpoint.
    pub cosigned: Vec<CosignedBy>,
    /// The largest size in the bundle whose checkpoint reaches the quorum.
    pub through_size: Option<u64>,
}

/// A witness that has cosigned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CosignedBy {
    /// Its name in the policy.
    pub witness: String,
    /// When, Unix seconds.
    pub time: u64,
}

impl<R: Read + Seek> Audit<'_, R> {
    /// Judges all checkpoints of the bundle by the auditor's policy, if he brings one. `checkpoint` is the bundle's own.
    pub(crate) fn judge_witnesses(&mut self, checkpoint: &Checkpoint) -> io::Result<Option<WitnessOutcome>> {
        let Some(policy) = self.options.policy.clone() else {
            return Ok(None);
        };
        let mut outcome = WitnessOutcome {
            quorum: policy.quorum().map(std::borrow::Cow::into_owned),
            reached: false,
            cosigned: Vec::new(),
            through_size: None,
        };
        let mut witnessed: Option<Size> = None;
        for size in self.older_sizes() {
            let judged = self.judge(&policy, &format!("{CHECKPOINTS}{size}"))?;
            if judged.is_some_and(|judged| judged.is_witnessed) && size < checkpoint.size() {
                witnessed = witnessed.max(Some(size));
            }
        }
        if let Some(judged) = self.judge(&policy, CHECKPOINT)? {
            outcome.reached = judged.is_witnessed;
            if judged.is_witnessed {
                witnessed = Some(checkpoint.size());
            }
            outcome.cosigned = cosigned(&policy, &judged);
        }
        outcome.through_size = witnessed.map(Size::get);
        Ok(Some(outcome))
    }

    /// Judges one checkpoint; lines that only claim to be a witness's are findings. `None` if there is no note: the check
    /// of the ledger's own signature tells of that.
    fn judge(&mut self, policy: &Policy, path: &str) -> io::Result<Option<Witnessing>> {
        let Some(file) = self.bundle.find(path).cloned() else {
            return Ok(None);
        };
        let bytes = match self.bundle.read(&file, SMALL_BYTES_MAX) {
            Ok(bytes) => bytes,
            Err(ReadBundleError::Io(error)) => return Err(error),
            Err(_) => return Ok(None),
        };
        let Ok(note) = Note::parse(&bytes) else {
            return Ok(None);
        };
        let judged = policy.judge(&note);
        for (number, error) in judged.bad() {
            self.findings.add(Finding::Cosignature {
                path: path.to_owned(),
                witness: policy.witnesses()[number].name().into_owned(),
                error,
            });
        }
        Ok(Some(judged))
    }
}

fn cosigned(policy: &Policy, judged: &Witnessing) -> Vec<CosignedBy> {
    let both = policy.witnesses().iter().zip(&judged.cosignatures);
    both.filter_map(|(witness, cosignature)| {
        let cosignature = cosignature.as_ref().ok()?;
        Some(CosignedBy {
            witness: witness.name().into_owned(),
            time: cosignature.time(),
        })
    })
    .collect()
}
