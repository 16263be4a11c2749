//! `kirokubo export bundle`: an audit bundle, for `kirokubo-verify` or any verifier of the format.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use kirokubo_ledger::Size;
use kirokubo_ledger::day::parse_day;
use kirokubo_records::fault::Fault;
use kirokubo_records::{
    Access, AccessKind, FaultText, PrincipalQuery, Reason, japan_date, json as json_text,
};
use kirokubo_store::{BundleContent, BundleOrder, PreparedBundle, Store, random};
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
    /// `structure` holds nothing personal; `period` opens the records of some days, `principal` those of one person,
    /// `full` every record.
    #[arg(long, value_enum, env = "KIROKUBO_SCOPE")]
    scope: ScopeName,
    /// First event day, of `period` and `principal`.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, env = "KIROKUBO_FROM")]
    from: Option<i32>,
    /// Last event day, of `period` and `principal`.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, env = "KIROKUBO_TO")]
    to: Option<i32>,
    /// Of `principal`: a file with the JSON object that a search has as `principal`; `-` is standard input.
    #[arg(long, value_name = "FILE", env = "KIROKUBO_PRINCIPAL")]
    principal: Option<PathBuf>,
    /// A delta, for an auditor who holds a checkpoint of this size: entries from there on, with the proof that they
    /// continue it.
    #[arg(long, value_name = "SIZE", env = "KIROKUBO_FROM_SIZE")]
    from_size: Option<u64>,
    /// `records`, or `access`: who read personal data.
    #[arg(long, value_enum, env = "KIROKUBO_LEDGER", default_value = "records")]
    ledger: LedgerName,
    /// Why personal data is exported: a word, or `WORD:ID`; it is kept in the access ledger.
    #[arg(long, value_name = "REASON", env = "KIROKUBO_REASON", value_parser = reason, default_value = "unstated")]
    reason: Reason,
    /// The file to write; it must not exist.
    #[arg(long, value_name = "FILE", env = "KIROKUBO_OUT")]
    out: PathBuf,
    /// One JSON object on standard output, JSON progress lines on standard error.
    #[arg(long, env = "KIROKUBO_JSON")]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ScopeName {
    Structure,
    Period,
    Principal,
    Full,
}

/// The ledgers that can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LedgerName {
    Records,
    Access,
}

fn reason(text: &str) -> Result<Reason, String> {
    Reason::parse(text).ok_or_else(|| "a lower-case word, or WORD:ID".to_owned())
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
        let order = self.order(&store)?;
        let mut prepared = match (self.ledger, self.scope) {
            (LedgerName::Records, _) => store.prepare_bundle(&order).await?,
            (LedgerName::Access, ScopeName::Structure | ScopeName::Full) => {
                store.access_ledger().prepare_bundle(&order).await?
            }
            (LedgerName::Access, _) => {
                return Err("--ledger access goes with --scope structure or full".into());
            }
        };
        self.note_down(&store, &prepared).await?;
        if self.ledger == LedgerName::Access {
            // The reading that this is belongs into it.
            prepared = store.access_ledger().prepare_bundle(&order).await?;
        }
        let out = create_new(&self.out).map_err(|error| format!("{}: {error}", self.out.display()))?;
        let working = Working::beside(&self.out)?;
        let mut progress = Progress::new("書き出し / exporting", self.json);
        let written = prepared
            .write(&working.0, out, &mut |done, all| {
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
        let vkey = match self.ledger {
            LedgerName::Records => store.ledger().verifier().to_string(),
            LedgerName::Access => store.access_ledger().ledger().verifier().to_string(),
        };
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

    /// Writes down in the access ledger what is about to be read, beside a server or without one. A bundle of the structure
    /// holds nothing personal.
    async fn note_down(
        &self,
        store: &Store,
        prepared: &PreparedBundle,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        use std::os::unix::fs::MetadataExt;
        if self.scope == ScopeName::Structure {
            return Ok(());
        }
        let of_records = self.ledger == LedgerName::Records;
        let (records, all_below) = if of_records {
            prepared.shown().await?
        } else {
            (Vec::new(), None)
        };
        // Who runs a command has no key; the machine knows him by a number.
        let user =
            fs::metadata("/proc/self").map_or_else(|_| "unknown".to_owned(), |own| own.uid().to_string());
        let ledger = if of_records { "records" } else { "access" };
        let listed = u64::try_from(records.len()).unwrap_or(u64::MAX);
        let access = Access {
            actor: format!("machine:uid:{user}"),
            role: "machine".to_owned(),
            via: "command_line".to_owned(),
            reason: self.reason.clone(),
            count: all_below.unwrap_or(listed),
            records,
            all_below,
            asked: Some(json!({ "ledger": ledger })),
            ..Access::of(AccessKind::Export, "export_bundle")
        };
        Ok(store.access_ledger().record(access).await?)
    }

    /// What is asked for, if its parts go together.
    fn order(&self, store: &Store) -> Result<BundleOrder, Box<dyn Error + Send + Sync>> {
        let has_days = self.from.is_some() || self.to.is_some();
        let (from, to) = (self.from.unwrap_or(i32::MIN), self.to.unwrap_or(i32::MAX));
        if from > to {
            return Err("--to lies before --from".into());
        }
        let content = match (self.scope, &self.principal) {
            (ScopeName::Structure, None) if !has_days => BundleContent::Structure,
            (ScopeName::Full, None) if !has_days => BundleContent::Full,
            (ScopeName::Period, None) if has_days => BundleContent::Period { from, to },
            (ScopeName::Principal, Some(path)) => BundleContent::Principal {
                query: principal(path, store)?,
                from,
                to,
            },
            (ScopeName::Period, None) => return Err("--scope period needs --from, --to or both".into()),
            (ScopeName::Principal, None) => return Err("--scope principal needs --principal FILE".into()),
            (_, Some(_)) => return Err("--principal goes with --scope principal only".into()),
            (_, None) => return Err("--from and --to go with --scope period or principal only".into()),
        };
        let size = |size| Size::new(size).ok_or("--from-size is no size of a ledger");
        Ok(BundleOrder {
            content,
            from_size: self.from_size.map(size).transpose()?,
        })
    }
}

/// Reads who is meant. It stands in no argument, since those are seen by everybody on the machine.
fn principal(path: &Path, store: &Store) -> Result<PrincipalQuery, Box<dyn Error + Send + Sync>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin().read_to_end(&mut bytes)?;
    } else {
        bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let today = japan_date(store.clock().now_ms());
    let read = json_text::read(&bytes).and_then(|node| PrincipalQuery::parse(&node, "", today));
    read.map_err(|faults| faults.iter().map(told).collect::<Vec<_>>().join("\n").into())
}

fn told(fault: &Fault) -> String {
    let text = FaultText::of(fault);
    format!(
        "--principal {}: {} / {}",
        text.pointer, text.detail.ja, text.detail.en
    )
}

fn day(text: &str) -> Result<i32, &'static str> {
    parse_day(text).ok_or("YYYY-MM-DD の日付ではありません / not a day written YYYY-MM-DD")
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
