//! How a record may be made: 規則19, 23 and 27 for the methods, 20(2), 24(2) and 28(2) for leaving
//! matters out, 22(3) for confirming less.

mod choice;
mod confirmation;
mod omission;

pub use choice::{ContractCondition, Delegation, MethodFacts, MethodFault, choose_method};
pub use confirmation::{Confirmation, EarlierConfirmation, confirm};
pub use omission::{BaseRecord, OmissionFault, check_omission, omissible_matters};

use crate::closed_list::closed_list;

closed_list! {
    /// How a record is made.
    Method {
        /// 都度: for each event, promptly. Beforehand is allowed too.
        Each = "each", "都度";
        /// 一括: one record for a continuous or repeated series with one third party.
        Batch = "batch", "一括";
        /// 契約書等: a contract or other paper stands in for the record.
        Contract = "contract", "契約書等による代替";
    }
}
