//! The domain: what was posted becomes a provision or receipt that the rules accept, or every reason why not.
//!
//! In scope: reading JSON strictly, checking each value, judging the event by [`kirokubo_rules`], and building a
//! [`Draft`] whose statutory matters are there by its type; folding search keys and telling why two spellings match.
//!
//! Out of scope: storing anything, HTTP, clocks and randomness. Today's date is an argument. No fault or debug text
//! repeats a person's data.

mod corporate_number;
mod country;
mod cross_border;
mod day;
mod draft;
mod event;
pub mod fault;
pub mod fold;
mod form;
mod given;
mod inputs;
pub mod json;
mod matter;
mod my_number;
mod postal_code;
mod series;
mod source;
mod statutory;
mod text;
mod voluntary;
mod wording;

pub use corporate_number::{BadCorporateNumber, CorporateNumber};
pub use day::{DayReading, read as read_day};
pub use draft::{Draft, Status, matter_field};
pub use event::{Context, Expect, NoDuty, Outcome, parse_event, parse_event_node};
pub use fault::{Code, Fault, Level, Words};
pub use given::Complete;
pub use matter::{
    Acquisition, Consent, ConsentConfirmation, EventDay, Filing, Items, PartyKind, PpcPublication,
    PrincipalRow, Principals, ThirdParty,
};
pub use source::Source;
pub use statutory::{Provision, Receipt, Statutory};
