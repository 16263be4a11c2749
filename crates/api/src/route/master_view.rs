//! Masters as they are shown: the version that holds today, and all of them.

use kirokubo_records::IdKind;
use kirokubo_records::fault::Fault;
use kirokubo_records::id_text;
use kirokubo_records::master::{MasterVersion, in_force};
use kirokubo_store::{Actor, Master, Role};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::mask;
use crate::http::{ApiError, FaultView, Language, Page};
use crate::time::{date, rfc3339};

/// Pages of a list of masters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Items a page, 1 to 500; 50 if absent.
    pub(super) limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub(super) cursor: Option<String>,
}

/// What was registered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Registered {
    /// Its id.
    #[schema(example = "pty_0190f3c0-aaaa-7bbb-8ccc-0123456789ab")]
    id: String,
    /// Its version, from 1.
    version: u32,
    /// First day on which the version holds.
    #[schema(example = "2026-11-21")]
    holds_from: String,
    /// What was accepted but should be looked at.
    warnings: Vec<FaultView>,
}

/// One version of a master.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VersionView {
    /// From 1.
    version: u32,
    /// First day on which it holds.
    #[schema(example = "2026-11-21")]
    holds_from: String,
    /// When it was made.
    made_at: String,
    /// The key that made it.
    made_by: String,
    /// What it says: the members that were posted.
    #[serde(flatten)]
    says: Value,
}

/// A master.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MasterView {
    /// Its id.
    id: String,
    /// Whether the version shown holds today; if not, it is the first that will.
    in_force: bool,
    /// The version that holds today.
    #[serde(flatten)]
    now: VersionView,
    /// All versions, oldest first; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    versions: Option<Vec<VersionView>>,
    /// Whether names and free texts are hidden from this role.
    masked: bool,
}

impl Registered {
    pub(super) fn new(
        (kind, id): (IdKind, &[u8; 16]),
        version: &MasterVersion,
        warnings: &[Fault],
        language: Language,
    ) -> Self {
        Self {
            id: id_text(kind, id),
            version: version.version,
            holds_from: date(version.holds_from),
            warnings: warnings
                .iter()
                .map(|warning| FaultView::of(warning, language))
                .collect(),
        }
    }
}

impl MasterView {
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Whether it says, unmasked, something of a person: a principal's demand, or a third party that is an individual.
    pub(super) fn shows_a_person(&self, all_are_people: bool) -> bool {
        let is_person =
            |version: &VersionView| version.says.get("kind").is_some_and(|kind| kind == "individual");
        let versions = self.versions.iter().flatten();
        !self.masked && (all_are_people || is_person(&self.now) || versions.into_iter().any(is_person))
    }
}

impl VersionView {
    fn new(version: &MasterVersion, masked: bool) -> Self {
        let says: Value =
            serde_json::from_str(&version.json).unwrap_or_else(|_| Value::Object(serde_json::Map::new()));
        let person = says.get("kind").is_some_and(|kind| kind == "individual");
        Self {
            version: version.version,
            holds_from: date(version.holds_from),
            made_at: rfc3339(version.made_at),
            made_by: version.made_by.clone(),
            says: if masked { mask::value(says, person) } else { says },
        }
    }
}

/// Who looks at masters, and when.
#[derive(Clone, Copy)]
pub(super) struct Looking<'a> {
    pub(super) actor: &'a Actor,
    /// Days since 1970-01-01 in Japan time.
    pub(super) today: i32,
}

impl Looking<'_> {
    /// One master with all its versions.
    pub(super) fn whole(self, kind: IdKind, master: &Master) -> MasterView {
        let masked = self.masks();
        let versions = master
            .versions
            .iter()
            .map(|version| VersionView::new(version, masked));
        MasterView {
            versions: Some(versions.collect()),
            ..self.line(kind, master)
        }
    }

    /// A page of masters, of which one more was read than it shows.
    pub(super) fn page(self, kind: IdKind, mut masters: Vec<Master>, limit: u32) -> Page<MasterView> {
        let most = usize::try_from(limit).expect("a page has at most 500 items");
        let has_more = masters.len() > most;
        masters.truncate(most);
        let last = masters.last().filter(|_| has_more);
        Page {
            next_cursor: last.map(|master| id_text(kind, &master.id)),
            has_more,
            data: masters.iter().map(|master| self.line(kind, master)).collect(),
        }
    }

    fn line(self, kind: IdKind, master: &Master) -> MasterView {
        let holding = in_force(&master.versions, self.today);
        // A demand that was lifted holds no more, although its last version does.
        let lifted = |version: &MasterVersion| {
            serde_json::from_str::<Value>(&version.json).is_ok_and(|says| says.get("lifted").is_some())
        };
        let shown = holding.or_else(|| master.versions.iter().min_by_key(|version| version.holds_from));
        let shown = shown.expect("a master is never without a version");
        MasterView {
            id: id_text(kind, &master.id),
            in_force: holding.is_some_and(|version| !lifted(version)),
            now: VersionView::new(shown, self.masks()),
            versions: None,
            masked: self.masks(),
        }
    }

    fn masks(self) -> bool {
        !matches!(self.actor.role, Role::Recorder | Role::Officer)
    }
}

impl PageQuery {
    /// The id that the cursor names.
    pub(super) fn after(&self, kind: IdKind) -> Result<Option<[u8; 16]>, ApiError> {
        let id =
            |text: &String| kirokubo_records::parse_id(kind, text).ok_or(ApiError::Query { name: "cursor" });
        self.cursor.as_ref().map(id).transpose()
    }
}
