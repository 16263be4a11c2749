//! A fault as plain text, to be stored with a record and told again.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// A fault without its types: what was said when it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultText {
    /// JSON pointer (RFC 6901) to the value.
    pub pointer: String,
    /// The stable code.
    pub code: String,
    /// What is wrong.
    pub detail: Bilingual,
    /// The article it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub law: Option<String>,
    /// How to put it right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Bilingual>,
    /// The line of an uploaded list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

/// The same words in two languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bilingual {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

impl FaultText {
    /// What `fault` says.
    #[must_use]
    pub fn of(fault: &Fault) -> Self {
        let words = |ja: &str, en: &str| Bilingual {
            ja: ja.to_owned(),
            en: en.to_owned(),
        };
        Self {
            pointer: fault.pointer.clone(),
            code: fault.code.as_str().to_owned(),
            detail: words(&fault.detail_ja, &fault.detail_en),
            law: fault.law.map(str::to_owned),
            hint: fault.hint.as_ref().map(|hint| words(&hint.ja, &hint.en)),
            line: fault.line,
        }
    }
}
