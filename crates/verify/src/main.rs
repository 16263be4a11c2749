//! `kirokubo-verify`: an audit bundle and a key in, a verdict out, offline.
//!
//! Exit status: 0 valid and witnessed as the auditor's policy asks, 10 valid but unwitnessed, 11 valid in an incomplete
//! scope, 20 retention findings only, 30 in order by itself but contradicting a checkpoint already held, 40 invalid, 2
//! usage or unreadable files.

mod clock;
mod progress;
mod summary;

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use kirokubo_ledger::checkpoint::{Checkpoint, CheckpointError};
use kirokubo_ledger::day::parse_day;
use kirokubo_ledger::note::VerifierKey;
use kirokubo_ledger::policy::Policy;
use kirokubo_ledger::timestamp::{Roots, RootsError};
use kirokubo_verify::{Options, Report, is_disclosure_proof, verify_bundle_with_progress, verify_disclosure};

/// Exit status of wrong usage and unreadable files, the same as clap's.
const EXIT_USAGE: u8 = 2;

/// 監査用バンドルをオフラインで検証します。Verifies an audit bundle, offline.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// 監査用バンドル（tar）または開示証明 / the audit bundle, a tar, or a disclosure proof
    bundle: PathBuf,
    /// 事業者から別経路で受け取った検証鍵 / the ledger's verifier key, obtained from its owner by another way
    #[arg(long)]
    vkey: VerifierKey,
    /// 以前に受け取ったチェックポイントのファイル / a checkpoint you fetched earlier
    #[arg(long)]
    checkpoint: Option<PathBuf>,
    /// どの立会人を何人信頼するかの方針（C2SP tlog-policy） / which witnesses you trust and how many are enough
    #[arg(long)]
    policy: Option<PathBuf>,
    /// 保存期間を判定する日（日本時間、既定は今日） / the day for which retention is judged, in Japan; today unless given
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    today: Option<i32>,
    /// 信頼する時刻認証局のルート証明書（PEM） / the roots of the time stamp authorities you trust, PEM
    #[arg(long, value_name = "FILE")]
    tsa_roots: Option<PathBuf>,
    /// 結果を JSON で出力 / print the report as one JSON object
    #[arg(long)]
    json: bool,
}

/// Why no verdict was reached.
#[derive(Debug)]
enum Failure {
    /// A file cannot be read.
    Read(PathBuf, io::Error),
    /// The checkpoint the auditor brought is not one of that key.
    Checkpoint(PathBuf, CheckpointError),
    /// The policy is none, or is about other ledgers.
    Policy(PathBuf, String),
    /// The roots the auditor brought cannot be used.
    Roots(PathBuf, RootsError),
    /// The report cannot be written.
    Write(io::Error),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(status) => ExitCode::from(status),
        Err(failure) => {
            eprintln!("kirokubo-verify: {failure}");
            if arguments.json {
                let error = failure.to_string();
                let json = serde_json::json!({"result": "usage", "exit": EXIT_USAGE, "error": error});
                // Where not even this can be written, the message above has to do.
                drop(writeln!(io::stdout(), "{json}"));
            }
            ExitCode::from(EXIT_USAGE)
        }
    }
}

fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let options = Options {
        vkey: arguments.vkey.clone(),
        held: arguments
            .checkpoint
            .as_deref()
            .map(|path| open_held(path, &arguments.vkey))
            .transpose()?,
        policy: arguments
            .policy
            .as_deref()
            .map(|path| read_policy(path, &arguments.vkey))
            .transpose()?,
        today: arguments.today.unwrap_or_else(clock::today_in_japan),
        tsa_roots: arguments.tsa_roots.as_deref().map(read_roots).transpose()?,
    };
    let read = |error| Failure::Read(arguments.bundle.clone(), error);
    let mut bundle = BufReader::new(File::open(&arguments.bundle).map_err(read)?);
    if is_disclosure_proof(bundle.fill_buf().map_err(read)?) {
        let report = verify_disclosure(bundle, &options).map_err(read)?;
        let text = if arguments.json {
            format!("{}\n", report.to_json())
        } else {
            report.to_string()
        };
        write_all(&text).map_err(Failure::Write)?;
        return Ok(report.verdict().exit_status());
    }
    let mut bar = progress::Bar::new();
    let report = verify_bundle_with_progress(bundle, &options, &mut |at| bar.show(at)).map_err(read)?;
    bar.clear();
    match write_report(&report, arguments.json) {
        // Whoever reads has read enough; the verdict stands.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        result => result.map_err(Failure::Write)?,
    }
    Ok(report.verdict().exit_status())
}

fn open_held(path: &Path, vkey: &VerifierKey) -> Result<Checkpoint, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::Read(path.to_owned(), error))?;
    Checkpoint::open(&bytes, vkey).map_err(|error| Failure::Checkpoint(path.to_owned(), error))
}

/// Writes what there is to say; whoever stopped reading has read enough.
fn write_all(text: &str) -> io::Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

fn read_policy(path: &Path, vkey: &VerifierKey) -> Result<Policy, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::Read(path.to_owned(), error))?;
    let refuse = |why: String| Failure::Policy(path.to_owned(), why);
    let policy = Policy::parse(&bytes).map_err(|error| refuse(error.to_string()))?;
    if !policy.is_about(vkey) {
        return Err(refuse("it lists other logs than this one".to_owned()));
    }
    Ok(policy)
}

fn read_roots(path: &Path) -> Result<Roots, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::Read(path.to_owned(), error))?;
    Roots::from_pem(&bytes).map_err(|error| Failure::Roots(path.to_owned(), error))
}

fn write_report(report: &Report, as_json: bool) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    if as_json {
        writeln!(stdout, "{}", report.to_json())?;
    } else {
        let is_plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let has_colour = stdout.is_terminal() && !is_plain;
        write!(stdout, "{}", summary::Summary { report, has_colour })?;
    }
    stdout.flush()
}

fn day(text: &str) -> Result<i32, &'static str> {
    parse_day(text).ok_or("YYYY-MM-DD の日付ではありません / not a day written YYYY-MM-DD")
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(path, error) => {
                let path = path.display();
                write!(f, "{path} を読めません / cannot read {path}: {error}")
            }
            Self::Checkpoint(path, error) => {
                let path = path.display();
                write!(
                    f,
                    "{path} はこの検証鍵のチェックポイントではありません / {path} is not a checkpoint of this key: {error}"
                )
            }
            Self::Policy(path, why) => {
                let path = path.display();
                write!(
                    f,
                    "{path} を方針として使えません / {path} is no policy to use: {why}"
                )
            }
            Self::Roots(path, error) => {
                let path = path.display();
                write!(
                    f,
                    "{path} はルート証明書として使えません / {path} cannot be used as roots: {error}"
                )
            }
            Self::Write(error) => write!(f, "結果を出力できません / cannot write the report: {error}"),
        }
    }
}
