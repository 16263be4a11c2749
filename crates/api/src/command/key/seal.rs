//! `kirokubo key seal` and `key unseal`: the key files of a data folder, in place.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use kirokubo_store::{HolderKind, Store};

use crate::command::key_holder::KeyHolders;
use crate::command::{Outcome, SharedPlace};

#[derive(Debug, Args)]
pub(in crate::command) struct Seal {
    /// The data folder.
    #[arg(long, value_name = "DIR", env = "KIROKUBO_DATA")]
    data: PathBuf,
    #[command(flatten)]
    shared: SharedPlace,
    /// Who keeps the root key. A passphrase comes from the file that `KIROKUBO_KEY_PASSPHRASE_FILE` names, from the systemd
    /// credential `kirokubo-passphrase`, or from the terminal; the root itself from the systemd credential `kirokubo-keys`.
    #[arg(
        long,
        value_enum,
        value_name = "HOLDER",
        env = "KIROKUBO_KEY_HOLDER",
        default_value = "passphrase"
    )]
    holder: HolderName,
}

#[derive(Debug, Args)]
pub(in crate::command) struct Unseal {
    /// The data folder.
    #[arg(long, value_name = "DIR", env = "KIROKUBO_DATA")]
    data: PathBuf,
    #[command(flatten)]
    shared: SharedPlace,
}

/// [`HolderKind`] as an option's value.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum HolderName {
    Passphrase,
    Credential,
}

impl From<HolderName> for HolderKind {
    fn from(name: HolderName) -> Self {
        match name {
            HolderName::Passphrase => Self::Passphrase,
            HolderName::Credential => Self::Credential,
        }
    }
}

impl Seal {
    pub(in crate::command) fn run(self) -> Outcome {
        let holders = KeyHolders::for_sealing();
        let count = Store::seal_keys(self.shared.beside(&self.data), self.holder.into(), &|kind| {
            holders.get(kind)
        })?;
        println!("鍵ファイル{count}件を封印しました / {count} key files were sealed");
        println!("これを開けるものを失うと、記録は二度と読めません。控えを別の場所に保管してください。");
        println!("Without what opens them nobody reads the records again. Keep a copy of it elsewhere.");
        Ok(ExitCode::SUCCESS)
    }
}

impl Unseal {
    pub(in crate::command) fn run(self) -> Outcome {
        let holders = KeyHolders::from_environment();
        let count = Store::unseal_keys(self.shared.beside(&self.data), &|kind| holders.get(kind))?;
        println!("鍵ファイル{count}件の封印を解きました / {count} key files are plain again");
        Ok(ExitCode::SUCCESS)
    }
}
