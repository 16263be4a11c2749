//! Witness policies (C2SP `tlog-policy`): which logs, which witnesses, and how many of them are enough.
//!
//! ```text
//! log     <vkey> [<url>]
//! witness <name> <vkey> [<url>]
//! group   <name> all|any|<k> <name>…
//! quorum  <name>|none
//! ```
//!
//! Names are opaque bytes and mean nothing outside the file. Only Ed25519 witnesses (type 0x04) can be judged here; a
//! policy that names others is refused rather than judged in part.

mod parse;

use std::borrow::Cow;

use crate::note::{Cosignature, Note, NoteError, VerifierKey, WitnessKey};

pub use parse::{ParsePolicyError, PolicyFault};

/// A policy, as its file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<VerifierKey>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    quorum: Option<Member>,
}

/// A witness of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyWitness {
    name: Vec<u8>,
    key: WitnessKey,
    url: Option<String>,
}

/// Witnesses or groups of which some number is enough.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    name: Vec<u8>,
    needed: usize,
    members: Vec<Member>,
}

/// What a quorum or a group is made of: numbers of witnesses and groups in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

/// What a policy says of one note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witnessing {
    /// What each witness of the policy has signed, in the policy's order.
    pub cosignatures: Vec<Result<Cosignature, NoteError>>,
    /// Whether at least one witness signed, and as many as the quorum asks for.
    pub is_witnessed: bool,
}

impl Policy {
    /// Reads a policy file.
    pub fn parse(file: &[u8]) -> Result<Self, ParsePolicyError> {
        parse::parse(file)
    }

    /// The witnesses, in the order of the file.
    #[must_use]
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Whether the policy is about checkpoints of this key: it lists the key, or no log at all.
    #[must_use]
    pub fn is_about(&self, log: &VerifierKey) -> bool {
        self.logs.is_empty() || self.logs.contains(log)
    }

    /// The name of the quorum, or `None` if no witness is asked for.
    #[must_use]
    pub fn quorum(&self) -> Option<Cow<'_, str>> {
        let name = match self.quorum? {
            Member::Witness(number) => &self.witnesses[number].name,
            Member::Group(number) => &self.groups[number].name,
        };
        Some(String::from_utf8_lossy(name))
    }

    /// Whether these witnesses are enough. Where the policy asks for none, nobody is: a checkpoint that no witness saw
    /// is not a witnessed one.
    pub fn is_quorum(&self, signed: impl Fn(&PolicyWitness) -> bool) -> bool {
        let signed: Vec<bool> = self.witnesses.iter().map(signed).collect();
        self.quorum.is_some_and(|quorum| self.holds(quorum, &signed))
    }

    /// Judges a note by its cosignatures. The ledger's own signature is judged elsewhere.
    #[must_use]
    pub fn judge(&self, note: &Note<'_>) -> Witnessing {
        let cosignatures: Vec<_> = self.witnesses.iter().map(|w| note.cosignature(&w.key)).collect();
        let signed: Vec<bool> = cosignatures.iter().map(Result::is_ok).collect();
        Witnessing {
            is_witnessed: self.quorum.is_some_and(|quorum| self.holds(quorum, &signed)),
            cosignatures,
        }
    }

    fn holds(&self, member: Member, signed: &[bool]) -> bool {
        match member {
            Member::Witness(number) => signed[number],
            Member::Group(number) => {
                let group = &self.groups[number];
                let members = group.members.iter();
                members.filter(|member| self.holds(**member, signed)).count() >= group.needed
            }
        }
    }
}

impl PolicyWitness {
    /// Its name in the policy.
    #[must_use]
    pub fn name(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.name)
    }

    /// What verifies its cosignatures.
    #[must_use]
    pub const fn key(&self) -> &WitnessKey {
        &self.key
    }

    /// The prefix to which checkpoints are submitted, if the file names one.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }
}

impl Witnessing {
    /// Lines that claim to be a witness's and are not, with the number of the witness in the policy.
    pub fn bad(&self) -> impl Iterator<Item = (usize, NoteError)> {
        let numbered = self.cosignatures.iter().enumerate();
        numbered.filter_map(|(number, judged)| match judged {
            Ok(_) | Err(NoteError::NotSigned) => None,
            Err(error) => Some((number, *error)),
        })
    }
}

#[cfg(test)]
mod tests;
