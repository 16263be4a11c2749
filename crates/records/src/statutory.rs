//! Records the law asks for, as types: each case holds exactly its statutory matters, so a record that lacks one
//! cannot be built (規則20条1項, 24条1項, 28条1項).

use kirokubo_ledger::commitment::Field;

use crate::given::Complete;
use crate::matter::{
    Acquisition, Consent, ConsentConfirmation, EventDay, Items, PpcPublication, Principals, ThirdParty,
};

/// A record that is due by law.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statutory {
    /// A provision, art. 29.
    Provision(Provision),
    /// A receipt, art. 30.
    Receipt(Receipt),
}

/// A provision whose record is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provision {
    /// By opt-out, 規則20条1項1号.
    OptOut {
        /// (a)
        date: Complete<EventDay>,
        /// (b)
        third_party: Complete<ThirdParty>,
        /// (c)
        principals: Complete<Principals>,
        /// (d)
        items: Complete<Items>,
    },
    /// By consent under art. 27(1) or 28(1), 規則20条1項2号.
    Consent {
        /// (b)
        third_party: Complete<ThirdParty>,
        /// (c)
        principals: Complete<Principals>,
        /// (d)
        items: Complete<Items>,
        /// (e)
        consent: Complete<Consent>,
    },
    /// Of 個人関連情報, 規則28条1項.
    PersonallyReferable {
        /// (a)
        date: Complete<EventDay>,
        /// (b)
        third_party: Complete<ThirdParty>,
        /// (d)
        items: Complete<Items>,
        /// (e): that consent was confirmed, and how.
        confirmation: Complete<ConsentConfirmation>,
    },
}

/// A receipt whose record is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    /// By opt-out from a handler, 規則24条1項1号.
    OptOut {
        /// (a)
        date: Complete<EventDay>,
        /// (b)
        third_party: Complete<ThirdParty>,
        /// (c)
        acquisition: Complete<Acquisition>,
        /// (d)
        principals: Complete<Principals>,
        /// (e)
        items: Complete<Items>,
        /// (f)
        publication: Complete<PpcPublication>,
    },
    /// By consent from a handler, 規則24条1項2号.
    Consent {
        /// (b)
        third_party: Complete<ThirdParty>,
        /// (c)
        acquisition: Complete<Acquisition>,
        /// (d)
        principals: Complete<Principals>,
        /// (e)
        items: Complete<Items>,
        /// (g)
        consent: Complete<Consent>,
    },
    /// Of 個人関連情報 acquired as personal data, 規則24条1項3号.
    PersonallyReferable {
        /// (b)
        third_party: Complete<ThirdParty>,
        /// (d)
        principals: Complete<Principals>,
        /// (e)
        items: Complete<Items>,
        /// (g)
        consent: Complete<Consent>,
    },
    /// From a third party that is not a handler, 規則24条1項4号.
    NonHandler {
        /// (b)
        third_party: Complete<ThirdParty>,
        /// (c)
        acquisition: Complete<Acquisition>,
        /// (d)
        principals: Complete<Principals>,
        /// (e)
        items: Complete<Items>,
    },
}

impl Statutory {
    /// The other side.
    #[must_use]
    pub const fn third_party(&self) -> &ThirdParty {
        match self {
            Self::Provision(
                Provision::OptOut { third_party, .. }
                | Provision::Consent { third_party, .. }
                | Provision::PersonallyReferable { third_party, .. },
            )
            | Self::Receipt(
                Receipt::OptOut { third_party, .. }
                | Receipt::Consent { third_party, .. }
                | Receipt::PersonallyReferable { third_party, .. }
                | Receipt::NonHandler { third_party, .. },
            ) => third_party.get(),
        }
    }

    /// The items of data.
    #[must_use]
    pub const fn items(&self) -> &Items {
        match self {
            Self::Provision(
                Provision::OptOut { items, .. }
                | Provision::Consent { items, .. }
                | Provision::PersonallyReferable { items, .. },
            )
            | Self::Receipt(
                Receipt::OptOut { items, .. }
                | Receipt::Consent { items, .. }
                | Receipt::PersonallyReferable { items, .. }
                | Receipt::NonHandler { items, .. },
            ) => items.get(),
        }
    }

    /// The principals, where the case records them.
    #[must_use]
    pub const fn principals(&self) -> Option<&Principals> {
        match self {
            Self::Provision(Provision::OptOut { principals, .. } | Provision::Consent { principals, .. })
            | Self::Receipt(
                Receipt::OptOut { principals, .. }
                | Receipt::Consent { principals, .. }
                | Receipt::PersonallyReferable { principals, .. }
                | Receipt::NonHandler { principals, .. },
            ) => Some(principals.get()),
            Self::Provision(Provision::PersonallyReferable { .. }) => None,
        }
    }

    /// The stored text of a statutory field; the text of the principals is made when the record is sealed.
    #[must_use]
    pub fn field(&self, field: Field) -> Option<&str> {
        match field {
            Field::DATE => self.date().map(EventDay::json),
            Field::THIRD_PARTY => Some(self.third_party().json()),
            Field::ITEMS => Some(self.items().json()),
            Field::CONSENT => self.consent_json(),
            Field::ACQUISITION => self.acquisition().map(Acquisition::json),
            Field::PPC_PUBLICATION => match self {
                Self::Receipt(Receipt::OptOut { publication, .. }) => Some(publication.get().json()),
                _ => None,
            },
            _ => None,
        }
    }

    const fn date(&self) -> Option<&EventDay> {
        match self {
            Self::Provision(Provision::OptOut { date, .. } | Provision::PersonallyReferable { date, .. })
            | Self::Receipt(Receipt::OptOut { date, .. }) => Some(date.get()),
            _ => None,
        }
    }

    fn consent_json(&self) -> Option<&str> {
        match self {
            Self::Provision(Provision::Consent { consent, .. })
            | Self::Receipt(
                Receipt::Consent { consent, .. } | Receipt::PersonallyReferable { consent, .. },
            ) => Some(consent.get().json()),
            Self::Provision(Provision::PersonallyReferable { confirmation, .. }) => {
                Some(confirmation.get().json())
            }
            _ => None,
        }
    }

    const fn acquisition(&self) -> Option<&Acquisition> {
        match self {
            Self::Receipt(
                Receipt::OptOut { acquisition, .. }
                | Receipt::Consent { acquisition, .. }
                | Receipt::NonHandler { acquisition, .. },
            ) => Some(acquisition.get()),
            _ => None,
        }
    }
}
