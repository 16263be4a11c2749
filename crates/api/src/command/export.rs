//! `kirokubo export bundle`: an audit bundle, for `kirokubo-verify` or any verifier of the format.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use kirokubo_ledger::bundle::Scope;
use kirokubo_store::random;
use serde_json::json;

use super::progress::Progress;
use super::{Outcome, Place};

#[derive(Debug, Subcommand)]
pub(super) enum Export {
    /// Write an audit bundle (監査バンドル).
    Bundle(Bundle),
}

#[derive(Debug, Args)]
pub(super) struct Bundle {
    #[command(flatten)]
    place: Place,
    /// `structure` holds nothing personal; `full` opens every record.
    #[arg(long, value_enum, env = "KIROKUBO_SCOPE")]
    scope: ScopeName,
    /// The file to write; it must not exist.
    #[arg(long, value_name = "FILE", env = "KIROKUBO_OUT")]
    out: PathBuf,
    /// One JSON object on standard output, JSON progress lines on standard error.
    #[arg(long, env = "KIROKUBO_JSON")]
    json: bool,
}

/// The scopes that can be exported today.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ScopeName {
    Structure,
    Full,
}

impl From<ScopeName> for Scope {
    fn from(name: ScopeName) -> Self {
        match name {
            ScopeName::Structure => Self::Structure,
            ScopeName::Full => Self::Full,
        }
    }
}

impl Export {
    pub(super) async fn run(self) -> Outcome {
        let Self::Bundle(bundle) = self;
        bundle.run().await
    }
}

impl Bundle {
    async fn run(self) -> Outcome {
        let store = self.place.open().await?;
        let out = create_new(&self.out).map_err(|error| format!("{}: {error}", self.out.display()))?;
        let working = Working::beside(&self.out)?;
        let mut progress = Progress::new("書き出し / exporting", self.json);
        let written = store
            .export_bundle(self.scope.into(), &working.0, out, &mut |done, all| {
                progress.tell(done, all);
            })
            .await;
        progress.finish();
        let (mut out, exported) = match written {
            Ok(written) => written,
            Err(error) => {
                // Half a bundle would look like a truncated ledger.
                fs::remove_file(&self.out)?;
                return Err(error.into());
            }
        };
        out.flush()?;
        out.sync_all()?;
        if exported.unreadable > 0 {
            eprintln!(
                "kirokubo: {} record(s) could not be opened; the verifier will name them / 開けない記録があります",
                exported.unreadable
            );
        }
        let vkey = store.ledger().verifier().to_string();
        if self.json {
            let facts = json!({
                "out": self.out, "entries": exported.entries, "records": exported.records,
                "unreadable": exported.unreadable, "vkey": vkey,
            });
            println!("{facts}");
        } else {
            println!(
                "{}: {} entries, {} records opened",
                self.out.display(),
                exported.entries,
                exported.records
            );
            println!(
                "検証 / verify:  kirokubo-verify {} --vkey '{vkey}'",
                self.out.display()
            );
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A bundle may hold personal data: it is readable by its owner alone.
fn create_new(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// A directory for the pieces of a bundle, removed with everything in it however the work ends.
struct Working(PathBuf);

impl Working {
    fn beside(out: &Path) -> io::Result<Self> {
        use std::os::unix::fs::DirBuilderExt;
        let path = out.with_file_name(format!(".kirokubo-export-{}", random::name::<6>()));
        fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("kirokubo: {}: {error}", self.0.display());
        }
    }
}
