//! What a bundle is to open, and from which size on it goes.

use kirokubo_ledger::Size;
use kirokubo_ledger::bundle::Scope;
use kirokubo_records::PrincipalQuery;

/// What is wanted in a bundle. Its `Debug` names nobody.
#[derive(Clone, Debug)]
pub struct BundleOrder {
    /// What is opened.
    pub content: BundleContent,
    /// For a delta: the size from which on the receiver wants the entries, because he holds those before it.
    pub from_size: Option<Size>,
}

/// What a bundle opens. Days are since 1970-01-01 in Japan, both inclusive.
#[derive(Clone, Debug)]
pub enum BundleContent {
    /// Nothing.
    Structure,
    /// Every record whose event lies in these days, with all its principals.
    Period {
        /// The first day.
        from: i32,
        /// The last day.
        to: i32,
    },
    /// The records of one person whose events lie in these days, with his rows and no other.
    Principal {
        /// Who it is.
        query: PrincipalQuery,
        /// The first day.
        from: i32,
        /// The last day.
        to: i32,
    },
    /// Everything.
    Full,
}

impl BundleOrder {
    /// A bundle of the whole ledger.
    #[must_use]
    pub const fn whole(content: BundleContent) -> Self {
        Self {
            content,
            from_size: None,
        }
    }

    /// The scope that the bundle says of itself.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        match self.content {
            BundleContent::Structure => Scope::Structure,
            BundleContent::Period { .. } => Scope::Period,
            BundleContent::Principal { .. } => Scope::Principal,
            BundleContent::Full => Scope::Full,
        }
    }
}
