//! 外国にある第三者への提供: the country, the ground of art. 28(1), and what the principal was told.

use kirokubo_rules::Place;

use crate::country::{self, Country};
use crate::form::{Form, choice};
use crate::given::Given;
use crate::text::PROSE;

/// The ground on which data may go abroad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ground {
    /// The principal's consent to provision abroad.
    Consent28,
    /// A country on the equal-level list.
    EquivalentCountry,
    /// A recipient with a 基準適合体制 (規則16条).
    EquivalentSystem,
}

impl Ground {
    const ALL: &[Self] = &[Self::Consent28, Self::EquivalentCountry, Self::EquivalentSystem];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Consent28 => "consent_28",
            Self::EquivalentCountry => "equivalent_country",
            Self::EquivalentSystem => "equivalent_system",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|ground| ground.as_str() == word)
    }

    /// Where the other side is, on this ground.
    pub(crate) const fn place(self) -> Place {
        match self {
            Self::Consent28 => Place::OtherForeign,
            Self::EquivalentCountry => Place::EquivalentCountry,
            Self::EquivalentSystem => Place::EquivalentSystem,
        }
    }
}

choice!(Ground);

/// What was said about a provision abroad.
#[derive(Debug)]
pub(crate) struct CrossBorder {
    json: String,
    country: Option<Country>,
    ground: Option<Ground>,
    information_given: Option<bool>,
    information: bool,
}

impl CrossBorder {
    /// The text that is stored: as it was posted.
    pub(crate) fn into_json(self) -> String {
        self.json
    }

    /// The country of the other side.
    pub(crate) fn country(&self) -> Option<&Country> {
        self.country.as_ref()
    }

    /// The ground, where it was named.
    pub(crate) fn ground(&self) -> Option<Ground> {
        self.ground
    }

    /// Whether the principals were told what arts. 28(2) and 31(1)(ii) ask for.
    pub(crate) fn information_given(&self) -> Option<bool> {
        self.information_given
    }

    /// Whether it is said that they were told, or what they were told.
    pub(crate) fn tells_of_information(&self) -> bool {
        self.information_given.unwrap_or(self.information)
    }
}

/// Reads `cross_border`.
pub(crate) fn read(form: &Form<'_, '_>) -> Given<CrossBorder> {
    const FIELDS: &[&str] = &[
        "country",
        "ground",
        "information_given",
        "information",
        "measures",
        "note",
    ];
    let abroad = match form.object("cross_border", FIELDS) {
        Given::Absent => return Given::Absent,
        Given::Faulty => return Given::Faulty,
        Given::Present(abroad) => abroad,
    };
    let country = country::read(&abroad, "country");
    let ground = abroad.choice("ground");
    let information_given = abroad.flag("information_given");
    let texts = ["information", "measures", "note"].map(|name| abroad.text(name, PROSE));
    let faulty = country.is_faulty() || ground.is_faulty() || information_given.is_faulty();
    if faulty || texts.iter().any(Given::is_faulty) {
        return Given::Faulty;
    }
    Given::Present(CrossBorder {
        json: abroad.node().to_json(),
        country: country.present(),
        ground: ground.present(),
        information_given: information_given.present(),
        information: matches!(texts[0], Given::Present(_)),
    })
}
