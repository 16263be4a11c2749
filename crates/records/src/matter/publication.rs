//! The opt-out filing relied on, and that the Commission (委員会) has published it.

use chrono::NaiveDate;
use kirokubo_rules::Direction;

use super::registered_filing;
use crate::fault::Code;
use crate::form::Form;
use crate::given::{Checked, Given};
use crate::json::Node;
use crate::private::Private;
use crate::text::{IDENTIFIER, PROSE, URL};

/// 委員会により公表されている旨: where and when the publication was looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PpcPublication {
    json: Private<String>,
    found: bool,
}

impl PpcPublication {
    /// The text that is stored: the publication as it was posted.
    #[must_use]
    pub fn json(&self) -> &str {
        self.json.get()
    }

    /// Whether the provider's filing was found when it was looked up.
    pub(crate) const fn is_found(&self) -> bool {
        self.found
    }
}

/// The opt-out filing a provision rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filing {
    json: Private<String>,
    published: bool,
}

impl Filing {
    /// A filing by its stored text.
    pub(super) fn new(json: String, published: bool) -> Self {
        Self {
            json: Private::new(json),
            published,
        }
    }

    /// Whether it is published on the day of the event, as far as is known.
    pub(crate) const fn is_published(&self) -> bool {
        self.published
    }

    /// The text that is stored: the filing as it was posted.
    #[must_use]
    pub fn json(&self) -> &str {
        self.json.get()
    }
}

/// Reads `ppc_publication`.
pub(crate) fn read(form: &Form<'_, '_>, today: NaiveDate) -> Given<Checked<PpcPublication>> {
    let publication = match form.object(
        "ppc_publication",
        &["number", "url", "checked_on", "found", "note"],
    ) {
        Given::Absent => return Given::Absent,
        Given::Faulty => return Given::Faulty,
        Given::Present(publication) => publication,
    };
    let texts = [
        publication.text("number", IDENTIFIER),
        publication.text("url", URL),
        publication.text("note", PROSE),
    ];
    let checked_on = publication.day("checked_on");
    let found = publication.flag("found");
    if texts.iter().any(Given::is_faulty) || checked_on.is_faulty() || found.is_faulty() {
        return Given::Faulty;
    }
    let concern = match checked_on {
        Given::Present(day) if day > today => Some(publication.fault("checked_on", Code::DateOutOfRange)),
        Given::Present(_) => None,
        Given::Absent | Given::Faulty => Some(publication.missing("checked_on")),
    };
    let value = PpcPublication {
        json: Private::new(publication.node().to_json()),
        found: found.present().unwrap_or(true),
    };
    Given::Present(Checked::new(value, concern.into_iter().collect()))
}

/// Reads `opt_out_filing`: the id of one that is registered, or an object.
pub(crate) fn read_filing(
    form: &Form<'_, '_>,
    direction: Direction,
    event_day: Option<NaiveDate>,
) -> Given<Checked<Filing>> {
    const NAME: &str = "opt_out_filing";
    if let (Some(id), Some(day)) = (form.get(NAME).and_then(Node::as_text), event_day) {
        return registered_filing::read(form, id, direction, day);
    }
    let filing = match form.object(NAME, &["number", "published_on", "starts_on", "url", "note"]) {
        Given::Absent => return Given::Absent,
        Given::Faulty => return Given::Faulty,
        Given::Present(filing) => filing,
    };
    let texts = [
        filing.text("number", IDENTIFIER),
        filing.text("url", URL),
        filing.text("note", PROSE),
    ];
    let days = [
        ("published_on", filing.day("published_on")),
        ("starts_on", filing.day("starts_on")),
    ];
    if texts.iter().any(Given::is_faulty) || days.iter().any(|(_, day)| day.is_faulty()) {
        return Given::Faulty;
    }
    let too_late = |day: &Given<NaiveDate>| matches!((day, event_day), (Given::Present(day), Some(event)) if *day > event);
    let late = days.iter().filter(|(_, day)| too_late(day));
    let mut concerns: Vec<_> = late
        .map(|(name, _)| filing.fault(name, Code::OptOutFilingNotEffective))
        .collect();
    if texts[0].is_absent() {
        concerns.push(filing.missing("number"));
    }
    Given::Present(Checked::new(Filing::new(filing.node().to_json(), true), concerns))
}
