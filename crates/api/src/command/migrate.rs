//! `kirokubo migrate`: brings an older schema up to date, when asked to.

use std::process::ExitCode;

use clap::Args;
use kirokubo_store::{Clock, Store};

use super::key_holder::KeyHolders;
use super::{Outcome, Place};

#[derive(Debug, Args)]
pub(super) struct Migrate {
    #[command(flatten)]
    place: Place,
}

impl Migrate {
    pub(super) async fn run(self) -> Outcome {
        let holders = KeyHolders::from_environment();
        let (data, url) = (self.place.folder(), &self.place.database_url);
        let applied = Store::migrate(data, url, &Clock::system(), &|kind| holders.get(kind)).await?;
        println!("{applied} migration(s) applied / スキーマを更新しました");
        Ok(ExitCode::SUCCESS)
    }
}
