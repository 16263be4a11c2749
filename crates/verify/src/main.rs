//! `kirokubo-verify`: an audit bundle and a key in, a verdict out, offline.
//!
//! Exit status: 0 valid and witnessed as the auditor's policy asks, 10 valid but unwitnessed, 11 valid in an incomplete
//! scope, 20 retention findings only, 30 in order by itself but contradicting a checkpoint already held, 40 invalid, 2
//! usage or unreadable files.

mod audit_report;
mod clock;
mod failure;
mod held;
mod progress;
mod state;
mod summary;

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use kirokubo_ledger::bundle::{BundleReader, ReadBundleError};
use kirokubo_ledger::day::parse_day;
use kirokubo_ledger::hash::{Digest, sha256};
use kirokubo_ledger::note::VerifierKey;
use kirokubo_ledger::policy::Policy;
use kirokubo_ledger::timestamp::Roots;
use kirokubo_verify::{
    Identity, Mark, Options, Progress, Report, Watch, is_disclosure_proof, verify_bundle_watched,
    verify_disclosure,
};

use crate::failure::Failure;
use crate::held::held;
use crate::state::{State, StateError};

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
    /// 以前に受け取ったチェックポイントのファイル（複数可） / a checkpoint you fetched earlier; may be given several times
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// どの立会人を何人信頼するかの方針（C2SP tlog-policy） / which witnesses you trust and how many are enough
    #[arg(long)]
    #[arg(long)]
    policy: Option<PathBuf>,
    /// その署名鍵が --vkey より前のものであれば、その検証鍵（複数可） / a key that signed one of them, if that was an earlier one than --vkey; may be given several times
    #[arg(long, value_name = "VKEY")]
    checkpoint_vkey: Vec<VerifierKey>,
    /// 以前に受け取った同じ台帳のバンドル（分岐した項目を特定する） / a bundle of the same ledger you fetched earlier, to name the entry at which the two part
    #[arg(long, value_name = "BUNDLE")]
    against: Option<PathBuf>,
    /// 中断しても続きから再開するための状態ファイル / a file that remembers how far it came, to go on after an interruption
    #[arg(long, value_name = "STATE")]
    resume: Option<PathBuf>,
    /// 状態を書き出す間隔（秒） / how often the state is written, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 2, requires = "resume")]
    resume_every: u64,
    /// 検証報告書（Markdown、日本語）を書き出すファイル / write the report for the files, in Japanese, as Markdown
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
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

/// What goes on while a bundle is verified.
struct Session {
    bar: progress::Bar,
    state: Option<State>,
}

impl Watch for Session {
    fn progress(&mut self, progress: Progress) {
        self.bar.show(progress);
    }

    fn start(&self) -> Option<Mark> {
        self.state.as_ref().and_then(State::start)
    }

    fn reached(&mut self, mark: Mark) {
        if let Some(state) = &mut self.state {
            state.reached(mark);
        }
    }
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
        held: held(arguments)?,
        policy: arguments
            .policy
            .as_deref()
            .map(|path| read_policy(path, &arguments.vkey))
            .transpose()?,
        today: arguments.today.unwrap_or_else(clock::today_in_japan),
        tsa_roots: arguments.tsa_roots.as_deref().map(read_roots).transpose()?,
    };
    let read = |error| Failure::Read(arguments.bundle.clone(), error);
    let mut bundle = open(&arguments.bundle).map_err(read)?;
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
    verify_watched(arguments, bundle, &options)
}

/// Verifies a bundle while the bar and the state hear of it, and writes what came of it.
fn verify_watched(arguments: &Arguments, bundle: BufReader<File>, options: &Options) -> Result<u8, Failure> {
    let read = |error| Failure::Read(arguments.bundle.clone(), error);
    let mut session = Session {
        bar: progress::Bar::new(),
        state: state(arguments, options)?,
    };
    let report = verify_bundle_watched(bundle, options, &mut session).map_err(read)?;
    session.bar.clear();
    if let (Some(state), Some(path)) = (session.state, &arguments.resume) {
        state
            .finish()
            .map_err(|error| Failure::WriteFile(path.clone(), error))?;
    }
    if let Some(path) = &arguments.report {
        let text = audit_report::AuditReport {
            report: &report,
            bundle: arguments.bundle.display().to_string(),
            verified_at: clock::now(),
            program: own_digest(),
        }
        .to_string();
        std::fs::write(path, text).map_err(|error| Failure::WriteFile(path.clone(), error))?;
    }
    match write_report(&report, arguments.json) {
        // Whoever reads has read enough; the verdict stands.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        result => result.map_err(Failure::Write)?,
    }
    Ok(report.verdict().exit_status())
}

fn open(path: &Path) -> io::Result<BufReader<File>> {
    File::open(path).map(BufReader::new)
}

/// The state to go on from, if the auditor asked for one.
fn state(arguments: &Arguments, options: &Options) -> Result<Option<State>, Failure> {
    let Some(path) = &arguments.resume else {
        return Ok(None);
    };
    let read = |error| Failure::Read(arguments.bundle.clone(), error);
    let identity = match BundleReader::open(open(&arguments.bundle).map_err(read)?) {
        Ok(mut bundle) => Identity::of(&mut bundle).map_err(read)?,
        Err(ReadBundleError::Io(error)) => return Err(read(error)),
        Err(_) => None,
    };
    match State::open(
        path,
        identity,
        options,
        Duration::from_secs(arguments.resume_every),
    ) {
        Ok(state) => Ok(Some(state)),
        // Such a bundle gets its verdict at once.
        Err(StateError::NoIdentity) => Ok(None),
        Err(error) => Err(Failure::State(path.clone(), error)),
    }
}

/// SHA-256 of this program's file.
fn own_digest() -> Option<Digest> {
    let path = std::env::current_exe().ok()?;
    std::fs::read(path).ok().map(|bytes| sha256(&bytes))
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
