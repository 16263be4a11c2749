//! Looking up what the ids in an event stand for.

use kirokubo_records::{CitedIds, Known};

use crate::error::StoreError;
use crate::master::MasterKind;
use crate::store::Store;

impl Store {
    /// What the cited ids stand for. Those that stand for nothing are left out.
    pub async fn known(&self, cited: &CitedIds) -> Result<Known, StoreError> {
        let ids = |ids: &std::collections::BTreeSet<_>| ids.iter().copied().collect::<Vec<_>>();
        let parties = self
            .master_versions(MasterKind::ThirdParty, &ids(&cited.parties))
            .await?;
        let filings = self
            .master_versions(MasterKind::Filing, &ids(&cited.filings))
            .await?;
        Ok(Known {
            parties: parties.into_iter().collect(),
            filings: filings.into_iter().collect(),
            ..Known::default()
        })
    }
}
