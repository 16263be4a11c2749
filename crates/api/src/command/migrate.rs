//! `kirokubo migrate`: brings an older schema up to date, when asked to.

use std::process::ExitCode;

use clap::Args;
use kirokubo_store::{Clock, Store};

use super::{Outcome, Place};

#[derive(Debug, Args)]
pub(super) struct Migrate {
    #[command(flatten)]
    place: Place,
}

impl Migrate {
    pub(super) async fn run(self) -> Outcome {
        let applied = Store::migrate(&self.place.data, &self.place.database_url, &Clock::system()).await?;
        println!("{applied} migration(s) applied / スキーマを更新しました");
        Ok(ExitCode::SUCCESS)
    }
}
