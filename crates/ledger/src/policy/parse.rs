//! Reading a policy file, line by line.

use super::{Group, Member, Policy, PolicyWitness};
use crate::note::{ParseVerifierKeyError, VerifierKey, WitnessKey};

/// Most logs, witnesses and groups a policy may have together. C2SP asks for 32 of each.
const ITEMS_MAX: usize = 256;

/// Why a policy file is refused, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the policy: {fault}")]
pub struct ParsePolicyError {
    /// The line, counted from 1; the one behind the last for what is missing.
    pub line: usize,
    /// What is wrong with it.
    pub fault: PolicyFault,
}

/// What is wrong with a line of a policy file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// A control character other than tab and newline.
    #[error("it must not contain control characters")]
    Character,
    /// The last line does not end.
    #[error("it must end in a newline")]
    NoFinalNewline,
    /// The first word is none of log, witness, group and quorum.
    #[error("it begins with none of log, witness, group and quorum")]
    Keyword,
    /// There are more or fewer words than the line needs.
    #[error("it has too many or too few words")]
    Words,
    /// The key is not one of a log (0x01) or of a witness (0x04).
    #[error("{0}")]
    Key(#[from] ParseVerifierKeyError),
    /// The same public key stands there twice, whatever it is called.
    #[error("the key is listed already")]
    RepeatedKey,
    /// The URL is not text.
    #[error("the URL is not UTF-8")]
    Url,
    /// The name is taken, or is `none`.
    #[error("the name is taken")]
    NameTaken,
    /// No line before this one defines the name.
    #[error("no line before it defines that name")]
    NameUnknown,
    /// The name is a member of a group already: a witness counts in one way only.
    #[error("the name is a member of a group already")]
    MemberTaken,
    /// The threshold is not `all`, `any`, or a number from 1 to that of the members.
    #[error("the threshold is not all, any, or a number from 1 to that of the members")]
    Threshold,
    /// There is a quorum already.
    #[error("there is a quorum already")]
    SecondQuorum,
    /// There is no quorum line.
    #[error("there is no quorum line")]
    NoQuorum,
    /// There are too many lines.
    #[error("a policy has at most {ITEMS_MAX} logs, witnesses and groups")]
    TooLong,
}

/// A policy under construction.
#[derive(Default)]
struct Draft {
    logs: Vec<VerifierKey>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    has_quorum: bool,
    quorum: Option<Member>,
    grouped: Vec<Member>,
}

pub(super) fn parse(file: &[u8]) -> Result<Policy, ParsePolicyError> {
    let mut draft = Draft::default();
    let lines: Vec<&[u8]> = file.split(|byte| *byte == b'\n').collect();
    let end = lines.len();
    for (line, content) in (1..).zip(&lines) {
        let last = if line == end && !content.is_empty() {
            Err(PolicyFault::NoFinalNewline)
        } else {
            draft.line(content)
        };
        last.map_err(|fault| ParsePolicyError { line, fault })?;
    }
    if !draft.has_quorum {
        return Err(ParsePolicyError {
            line: end,
            fault: PolicyFault::NoQuorum,
        });
    }
    Ok(Policy {
        logs: draft.logs,
        witnesses: draft.witnesses,
        groups: draft.groups,
        quorum: draft.quorum,
    })
}

impl Draft {
    fn line(&mut self, line: &[u8]) -> Result<(), PolicyFault> {
        if line.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t') {
            return Err(PolicyFault::Character);
        }
        let mut words = line.split(|byte| b" \t".contains(byte));
        let words: Vec<&[u8]> = words.by_ref().filter(|word| !word.is_empty()).collect();
        let Some((keyword, words)) = words.split_first() else {
            return Ok(());
        };
        if keyword.starts_with(b"#") {
            return Ok(());
        }
        if self.logs.len() + self.witnesses.len() + self.groups.len() >= ITEMS_MAX && *keyword != b"quorum" {
            return Err(PolicyFault::TooLong);
        }
        match *keyword {
            b"log" => self.log(words),
            b"witness" => self.witness(words),
            b"group" => self.group(words),
            b"quorum" => self.quorum(words),
            _ => Err(PolicyFault::Keyword),
        }
    }

    fn log(&mut self, words: &[&[u8]]) -> Result<(), PolicyFault> {
        let (vkey, url) = key_and_url(words)?;
        url.map(url_text).transpose()?;
        let key: VerifierKey = vkey.parse()?;
        if self.logs.iter().any(|log| log.is_same_key(&key)) {
            return Err(PolicyFault::RepeatedKey);
        }
        self.logs.push(key);
        Ok(())
    }

    fn witness(&mut self, words: &[&[u8]]) -> Result<(), PolicyFault> {
        let (name, words) = words.split_first().ok_or(PolicyFault::Words)?;
        let (vkey, url) = key_and_url(words)?;
        let key: WitnessKey = vkey.parse()?;
        if self.witnesses.iter().any(|witness| witness.key.is_same_key(&key)) {
            return Err(PolicyFault::RepeatedKey);
        }
        let witness = PolicyWitness {
            name: self.free(name)?,
            key,
            url: url.map(url_text).transpose()?,
        };
        self.witnesses.push(witness);
        Ok(())
    }

    fn group(&mut self, words: &[&[u8]]) -> Result<(), PolicyFault> {
        let [name, threshold, members @ ..] = words else {
            return Err(PolicyFault::Words);
        };
        let name = self.free(name)?;
        if members.is_empty() {
            return Err(PolicyFault::Words);
        }
        let needed = needed(threshold, members.len()).ok_or(PolicyFault::Threshold)?;
        let members: Result<Vec<Member>, PolicyFault> =
            members.iter().map(|name| self.take_member(name)).collect();
        self.groups.push(Group {
            name,
            needed,
            members: members?,
        });
        Ok(())
    }

    fn quorum(&mut self, words: &[&[u8]]) -> Result<(), PolicyFault> {
        let [name] = words else {
            return Err(PolicyFault::Words);
        };
        if self.has_quorum {
            return Err(PolicyFault::SecondQuorum);
        }
        self.quorum = match *name {
            b"none" => None,
            name => Some(self.member(name)?),
        };
        self.has_quorum = true;
        Ok(())
    }

    fn free(&self, name: &[u8]) -> Result<Vec<u8>, PolicyFault> {
        if name == b"none" || self.member(name).is_ok() {
            return Err(PolicyFault::NameTaken);
        }
        Ok(name.to_vec())
    }

    fn member(&self, name: &[u8]) -> Result<Member, PolicyFault> {
        let witness = self.witnesses.iter().position(|witness| witness.name == name);
        let group = || self.groups.iter().position(|group| group.name == name);
        witness
            .map(Member::Witness)
            .or_else(|| group().map(Member::Group))
            .ok_or(PolicyFault::NameUnknown)
    }

    fn take_member(&mut self, name: &[u8]) -> Result<Member, PolicyFault> {
        let member = self.member(name)?;
        if self.grouped.contains(&member) {
            return Err(PolicyFault::MemberTaken);
        }
        self.grouped.push(member);
        Ok(member)
    }
}

fn key_and_url<'a>(words: &[&'a [u8]]) -> Result<(&'a str, Option<&'a [u8]>), PolicyFault> {
    let (vkey, url) = match words {
        [vkey] => (vkey, None),
        [vkey, url] => (vkey, Some(*url)),
        _ => return Err(PolicyFault::Words),
    };
    let vkey = std::str::from_utf8(vkey).map_err(|_| ParseVerifierKeyError::Parts)?;
    Ok((vkey, url))
}

fn url_text(url: &[u8]) -> Result<String, PolicyFault> {
    let url = std::str::from_utf8(url).map_err(|_| PolicyFault::Url)?;
    Ok(url.to_owned())
}

fn needed(threshold: &[u8], members: usize) -> Option<usize> {
    match threshold {
        b"all" => Some(members),
        b"any" => Some(1),
        number => {
            let text = std::str::from_utf8(number).ok()?;
            let number: usize = text.parse().ok()?;
            ((1..=members).contains(&number) && number.to_string() == text).then_some(number)
        }
    }
}
