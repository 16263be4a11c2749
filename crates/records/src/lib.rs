//! The domain: what was posted becomes a provision or receipt that the rules accept, or every reason why not.
//!
//! In scope: reading JSON strictly, checking each value, judging the event by [`kirokubo_rules`], and building a
//! [`Draft`] whose statutory matters are there by its type; folding search keys and telling why two spellings match.
//!
//! Out of scope: storing anything, HTTP, clocks and randomness. Today's date is an argument. No fault or debug text
//! repeats a person's data.

mod access;
mod amendment;
mod bundle_request;
mod checks;
mod clock;
mod corporate_number;
mod country;
mod cross_border;
mod day;
mod decision;
mod draft;
mod event;
pub mod evidence;
pub mod fault;
mod fault_text;
pub mod fold;
mod form;
mod given;
mod ids;
mod inputs;
mod japan;
pub mod json;
mod keeping;
mod known;
mod known_record;
pub mod list;
pub mod master;
mod matter;
mod my_number;
mod postal_code;
mod private;
mod query;
mod relation;
pub mod seal;
mod search_request;
mod series;
mod series_end;
mod source;
mod statutory;
mod text;
mod voluntary;
mod wording;

pub use access::{Access, AccessKind, Reason};
pub use amendment::{Amendment, Voiding, amendment_event_id, parse_amendment};
pub use bundle_request::{BundleRequest, RequestedContent};
pub use checks::{RetentionQuestion, parse_duty_question, parse_retention_question};
pub use clock::{access_retain_through, series_retain_through, voiding_retain_through};
pub use corporate_number::{BadCorporateNumber, CorporateNumber};
pub use day::{DayReading, read as read_day};
pub use decision::Decision;
pub use draft::{Draft, Status, matter_field};
pub use event::{Context, Expect, NoDuty, Outcome, ProvisionCheck, parse_event, parse_event_node};
pub use fault::{Code, Fault, Level, Words};
pub use fault_text::{Bilingual, FaultText};
pub use given::Complete;
pub use ids::{IdKind, id_text, new_uuid_v7, parse_id, parse_record_id, record_id_text};
pub use japan::{date_of_day, day_of_date, japan_date, japan_day};
pub use keeping::{ErasureRequest, ExtensionRequest, HeldRecords, HoldReason, HoldRequest, no_such_record};
pub use kirokubo_rules::{Basis, Direction};
pub use known::{CitedIds, IdBytes, Known, KnownEvidence, KnownList, KnownVersion, in_force};
pub use known_record::{KnownRecord, RecordFacts, cited_evidence, references_of};
pub use matter::{
    Acquisition, CitedList, Consent, ConsentConfirmation, EventDay, Filing, Items, PartyKind, PpcPublication,
    PrincipalRow, Principals, ThirdParty,
};
pub use query::{Match, MatchedField, PrincipalQuery, UnreadableRow};
pub use relation::{Reference, Relation, parse_references};
pub use search_request::SearchRequest;
pub use series_end::SeriesEnd;
pub use source::{OWN_SYSTEM, Source};
pub use statutory::{Provision, Receipt, Statutory};
