//! Whether a record may be made by the method chosen.

use thiserror::Error;

use super::Method;
use crate::answer::{Answer, Verdict};
use crate::case::Case;
use crate::closed_list::closed_list;
use crate::vocabulary::Direction;

/// How a record was, or is to be, made. When it was made does not matter here: beforehand is allowed,
/// and only [`crate::retention`] asks for the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a yes-or-no condition of the Rules"
)]
pub struct MethodFacts {
    /// The method wished for.
    pub method: Method,
    /// Contract: connected with 物品又は役務の提供 to the principal, by either side.
    pub goods_or_services: bool,
    /// Contract: the paper was made about this provision. Several papers count as one.
    pub made_for_event: bool,
    /// Contract: the papers hold every matter of the case.
    pub document_complete: bool,
    /// Batch: provision to or from this third party is, or is certain to be, continuous or repeated.
    /// A base contract can show it; the end need not be known.
    pub continuous: bool,
    /// The record is a 文書, 電磁的記録 or マイクロフィルム. A stored e-mail is, an oral note is not.
    pub durable_form: bool,
    /// Who writes it.
    pub delegation: Delegation,
}

impl MethodFacts {
    /// A durable record by this method, made by oneself, with no further condition shown.
    #[must_use]
    pub const fn new(method: Method) -> Self {
        Self {
            method,
            goods_or_services: false,
            made_for_event: false,
            document_complete: false,
            continuous: false,
            durable_form: true,
            delegation: Delegation::None,
        }
    }
}

closed_list! {
    /// Whether the other side writes the record (代行). The duty stays where it was.
    Delegation {
        /// The one who has the duty writes it.
        None = "none", "自ら作成";
        /// The other side writes it, under an arrangement equal to writing it oneself.
        Arranged = "arranged", "相手方が代行（取決めあり）";
        /// The other side writes it, and nothing was arranged.
        Unarranged = "unarranged", "相手方が代行（取決めなし）";
    }
}

closed_list! {
    /// A condition of 規則19(3), 23(3) and 27(3).
    ContractCondition {
        /// Connected with goods or services for the principal.
        GoodsOrServices = "goods_or_services", "本人への物品・役務の提供に関連すること";
        /// Made about this provision.
        MadeForEvent = "made_for_event", "当該提供に関して作成されたこと";
        /// Holds every matter of the case.
        DocumentComplete = "document_complete", "記録事項がすべて記載されていること";
    }
}

/// Why a record may not be made this way.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MethodFault {
    /// An opt-out is recorded each time, on either side.
    #[error("an event by opt-out is recorded each time, not by {} ({citation})", method.as_str())]
    NotAllowedForOptOut {
        /// The method refused.
        method: Method,
        /// The paragraph that closes it, in the numbers of the period.
        citation: String,
    },
    /// A contract stands in for a record only if it meets every condition.
    #[error("the papers lack {} of the contract conditions ({citation})", missing.len())]
    ContractConditions {
        /// What is not met, in the order of the conditions; never empty.
        missing: Vec<ContractCondition>,
        /// The paragraph with the conditions, in the numbers of the period.
        citation: String,
    },
    /// A batch needs a series that is, or is certain to be, continuous or repeated.
    #[error("a single event cannot be recorded in batch ({citation})")]
    BatchNotContinuous {
        /// The paragraph with the condition, in the numbers of the period.
        citation: String,
    },
    /// A record is a document, an electromagnetic record or microfilm.
    #[error("what was kept is no document, electromagnetic record or microfilm ({citation})")]
    NotDurable {
        /// The paragraph with the media, in the numbers of the period.
        citation: String,
    },
    /// The other side may write the record only under an arrangement equal to doing it oneself.
    #[error("the other side writes the record without an arrangement")]
    DelegationUnarranged,
    /// A non-conforming or unsettled event is recorded each time: no lighter method is sure to be open.
    #[error("an event judged {} is recorded each time, not by {}", verdict.as_str(), method.as_str())]
    OnlyEach {
        /// The method refused.
        method: Method,
        /// What the event was judged.
        verdict: Verdict,
    },
}

impl MethodFault {
    /// The method by which the very same papers are a record all the same: a complete paper that fails
    /// another condition of a contract, or a batch of one, is a record made each time and kept as such.
    #[must_use]
    pub fn fallback(&self) -> Option<Method> {
        match self {
            Self::ContractConditions { missing, .. } => {
                (!missing.contains(&ContractCondition::DocumentComplete)).then_some(Method::Each)
            }
            Self::BatchNotContinuous { .. } => Some(Method::Each),
            Self::NotAllowedForOptOut { .. }
            | Self::NotDurable { .. }
            | Self::DelegationUnarranged
            | Self::OnlyEach { .. } => None,
        }
    }
}

/// The method under which a record of the judged event counts, or the first reason why it does not.
/// Where no record is due (NONE) the law asks for no method and any is accepted.
pub fn choose_method(answer: &Answer, facts: &MethodFacts) -> Result<Method, MethodFault> {
    if answer.verdict == Verdict::None {
        return Ok(facts.method);
    }
    if !facts.durable_form {
        return Err(MethodFault::NotDurable {
            citation: citation(answer, Paragraph::Media),
        });
    }
    if facts.delegation == Delegation::Unarranged {
        return Err(MethodFault::DelegationUnarranged);
    }
    check_open(answer, facts.method)?;
    match facts.method {
        Method::Each => Ok(Method::Each),
        Method::Batch if facts.continuous => Ok(Method::Batch),
        Method::Batch => Err(MethodFault::BatchNotContinuous {
            citation: citation(answer, Paragraph::Batch),
        }),
        Method::Contract => check_contract(answer, *facts),
    }
}

/// Whether the method is open to the case at all.
fn check_open(answer: &Answer, method: Method) -> Result<(), MethodFault> {
    if method == Method::Each || answer.methods.contains(&method) {
        return Ok(());
    }
    if !answer.case.is_some_and(Case::is_opt_out) {
        return Err(MethodFault::OnlyEach {
            method,
            verdict: answer.verdict,
        });
    }
    // 規則23(2) shuts receipts by opt-out out of the whole article; 規則19(3) simply does not name them.
    let paragraph = match (method, answer.direction) {
        (Method::Contract, Direction::Provision) => Paragraph::Contract,
        _ => Paragraph::Batch,
    };
    Err(MethodFault::NotAllowedForOptOut {
        method,
        citation: citation(answer, paragraph),
    })
}

fn check_contract(answer: &Answer, facts: MethodFacts) -> Result<Method, MethodFault> {
    let conditions = [
        (ContractCondition::GoodsOrServices, facts.goods_or_services),
        (ContractCondition::MadeForEvent, facts.made_for_event),
        (ContractCondition::DocumentComplete, facts.document_complete),
    ];
    let missing: Vec<ContractCondition> = conditions
        .into_iter()
        .filter(|(_, met)| !met)
        .map(|(condition, _)| condition)
        .collect();
    if missing.is_empty() {
        Ok(Method::Contract)
    } else {
        Err(MethodFault::ContractConditions {
            missing,
            citation: citation(answer, Paragraph::Contract),
        })
    }
}

/// The paragraphs that 規則19, 23 and 27 share.
#[derive(Clone, Copy)]
enum Paragraph {
    Media,
    Batch,
    Contract,
}

fn citation(answer: &Answer, paragraph: Paragraph) -> String {
    let number = match paragraph {
        Paragraph::Media => 1,
        Paragraph::Batch => 2,
        Paragraph::Contract => 3,
    };
    let referable = answer.case.is_some_and(Case::is_personally_referable);
    let article = match answer.direction {
        Direction::Provision if referable => 27,
        Direction::Provision => 19,
        Direction::Receipt => 23,
    };
    answer
        .rule_set
        .cite(&format!("{{r{article}({number})}}"), answer.direction)
}
