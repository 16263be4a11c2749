//! The matters of a record, each read from its part of the event.
//!
//! Every reader gives the value with the text that is stored for it, and says what it would still lack as a statutory
//! matter of the event's day.

mod acquisition;
mod consent;
mod event_day;
mod evidence;
mod items;
mod party;
mod principals;
mod publication;
mod recipient_confirmation;
mod registered_filing;
mod registered_party;

pub use acquisition::Acquisition;
pub use consent::{Consent, ConsentConfirmation};
pub use event_day::EventDay;
pub use items::Items;
pub use party::{PartyKind, ThirdParty};
pub use principals::{CitedList, PrincipalRow, Principals};
pub use publication::{Filing, PpcPublication};

pub(crate) use acquisition::read as read_acquisition;
pub(crate) use consent::{read as read_consent, read_confirmation};
pub(crate) use event_day::read as read_event_day;
pub(crate) use evidence::check as check_evidence;
pub(crate) use items::read as read_items;
pub(crate) use party::{PARTICULARS, PartyFacts, PartyRule, read as read_party, read_particulars};
pub(crate) use principals::{
    PrincipalRule, PrincipalsRule, read as read_principals, read_row as read_principal_row,
};
pub(crate) use publication::{read as read_publication, read_filing};
pub(crate) use recipient_confirmation::{
    FIELD as RECIPIENT_CONFIRMATION, LABEL as RECIPIENT_CONFIRMATION_LABEL, RecipientConfirmation,
    read as read_recipient_confirmation, suffices as recipient_confirmation_suffices,
};
pub(crate) use registered_filing::provision_concerns as filing_concerns;
