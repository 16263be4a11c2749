//! `kirokubo-verify` on a synthetic bundle of a million entries, beside the hashing of the same bytes on one core.
//!
//! Three things in rotation: every entry hashed by itself with the `sha2` crate, the whole bundle hashed as one stream,
//! and the verifier as a process of its own, from start to exit. The medians of the rounds' ratios are told, and the
//! most memory that the verifier had.

use std::error::Error;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, BufWriter, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

use kirokubo_ledger::bundle::{BundlePath, BundleScope, BundleStaging, KeyList, ListedKey, Scope};
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::entry::{Case, Kind, PendingEntry, RetainThrough, RetentionClass, genesis_prev};
use kirokubo_ledger::hash::{Digest, leaf_hash, sha256};
use kirokubo_ledger::note::{SigningKey, sign_note};
use kirokubo_ledger::tile::{TILE_WIDTH, TilePath, TileStack, encode_entry_bundle, encode_hash_tile};
use kirokubo_ledger::tree::Frontier;
use kirokubo_ledger::{Index, LedgerId, RecordId, RecordedAt, Size};
use sha2::{Digest as _, Sha256};

type Outcome<T> = Result<T, Box<dyn Error>>;

const LEDGER: LedgerId = LedgerId::from_bytes([5; 16]);
const START_MS: i64 = 1_767_225_600_000;
/// The last day of keeping of every record, and the day for which retention is judged.
const RETAINED: (i32, &str) = (21_550, "2026-11-22");
/// One entry of so many extends the record before it.
const EXTENDS_ONE_IN: u64 = 500;

/// What one round measured.
struct Round {
    entries: Duration,
    stream: Duration,
    verifier: Duration,
    memory_kib: u64,
}

fn main() -> Outcome<()> {
    let size = number("BENCH_ENTRIES", 1_000_000)?;
    let rounds = number("BENCH_ROUNDS", 7)?;
    let folder = env::temp_dir().join(format!("kirokubo-bench-verify-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let result = measure(&folder, size, rounds);
    fs::remove_dir_all(&folder)?;
    result
}

fn measure(folder: &Path, size: u64, rounds: u64) -> Outcome<()> {
    let key = SigningKey::from_seed("bench.example.jp/ledger".parse()?, [7; 32]);
    let bundle = folder.join("bundle.tar");
    let entries = write_bundle(folder, &bundle, &key, size)?;
    let vkey = key.verifier_key().to_string();
    let megabytes = |bytes: u64| bytes / 1_000_000;
    let entry_bytes: u64 = entries
        .iter()
        .map(|entry| u64::try_from(entry.len()).unwrap_or(0))
        .sum();
    println!(
        "{size} entries of {} MB in a bundle of {} MB; {} cores; {rounds} rounds",
        megabytes(entry_bytes),
        megabytes(fs::metadata(&bundle)?.len()),
        thread::available_parallelism()?
    );
    let mut measured = Vec::new();
    for _ in 0..rounds {
        let stream = hash_stream(&bundle)?;
        let (verifier, memory_kib) = verify(&bundle, &vkey)?;
        let round = Round {
            entries: hash_entries(&entries),
            stream,
            verifier,
            memory_kib,
        };
        println!(
            "entries {:?}, stream {:?}, verifier {:?}, {} KiB",
            round.entries, round.stream, round.verifier, round.memory_kib
        );
        measured.push(round);
    }
    let seconds = |of: fn(&Round) -> Duration| median(measured.iter().map(|round| of(round).as_secs_f64()));
    let ratio = |of: fn(&Round) -> Duration| {
        let ratios = measured.iter();
        median(ratios.map(|round| round.verifier.as_secs_f64() / of(round).as_secs_f64()))
    };
    let count = f64::from(u32::try_from(size)?);
    println!("| figure, median of {rounds} rounds | |");
    println!("|---|---|");
    println!(
        "| `kirokubo-verify`, entries a second | {:.0} |",
        count / seconds(|round| round.verifier)
    );
    println!(
        "| bare SHA-256 of each entry, entries a second | {:.0} |",
        count / seconds(|round| round.entries)
    );
    println!(
        "| time of the verifier by that of hashing each entry | {:.2} |",
        ratio(|round| round.entries)
    );
    println!(
        "| time of the verifier by that of hashing the whole file as one stream | {:.2} |",
        ratio(|round| round.stream)
    );
    let memory = measured.iter().map(|round| round.memory_kib).max().unwrap_or(0);
    println!(
        "| most resident memory of the verifier, MB | {} |",
        memory * 1024 / 1_000_000
    );
    Ok(())
}

/// Every entry hashed by itself, on this thread.
fn hash_entries(entries: &[Vec<u8>]) -> Duration {
    let began = Instant::now();
    for entry in entries {
        black_box(Sha256::digest(black_box(entry)));
    }
    began.elapsed()
}

/// The whole file hashed as one stream, on this thread.
fn hash_stream(bundle: &Path) -> io::Result<Duration> {
    let began = Instant::now();
    let mut file = File::open(bundle)?;
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; 256 << 10];
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            black_box(hasher.finalize());
            return Ok(began.elapsed());
        }
        hasher.update(&chunk[..read]);
    }
}

/// The time of the verifier from start to exit, and the most memory it had in KiB.
fn verify(bundle: &Path, vkey: &str) -> Outcome<(Duration, u64)> {
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_kirokubo-verify"))
        .arg(bundle)
        .args(["--json", "--vkey", vkey, "--today", RETAINED.1])
        .stdout(Stdio::null())
        .spawn()?;
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut memory = 0;
    loop {
        if let Some(exit) = child.try_wait()? {
            let time = began.elapsed();
            // 11: valid, and nothing is opened.
            return match exit.code() {
                Some(11) => Ok((time, memory)),
                _ => Err(format!("kirokubo-verify: {exit}").into()),
            };
        }
        memory = memory.max(high_water(&status));
        thread::sleep(Duration::from_millis(2));
    }
}

fn high_water(status: &Path) -> u64 {
    let text = fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok())
        .unwrap_or(0)
}

/// Writes a bundle of the structure only, the same in every run; gives its entries.
fn write_bundle(folder: &Path, to: &Path, key: &SigningKey, size: u64) -> Outcome<Vec<Vec<u8>>> {
    let mut entries = Vec::new();
    let mut prev = genesis_prev(&LEDGER);
    let mut frontier = Frontier::empty();
    for number in 0..size {
        let index = Index::new(number).ok_or("too many entries")?;
        let at = RecordedAt::from_millis(START_MS + i64::try_from(number)?);
        let entry = pending(number, key)?.place(index, at, prev).encode();
        prev = leaf_hash(&entry);
        frontier.push(prev);
        entries.push(entry);
    }
    let working = folder.join("working");
    fs::create_dir_all(&working)?;
    let mut staging = BundleStaging::new(&working)?;
    let size = Size::new(size).ok_or("too many entries")?;
    let list = KeyList::new(vec![ListedKey {
        vkey: key.verifier_key().clone(),
        first_size: 0,
    }]);
    staging.add("keys".parse()?, list.to_json().as_bytes())?;
    staging.add(
        "scope".parse()?,
        BundleScope::new(Scope::Structure, size).to_json().as_bytes(),
    )?;
    let checkpoint = Checkpoint::of(key.origin().clone(), &frontier).sign(key)?;
    staging.add("checkpoint".parse()?, checkpoint.as_bytes())?;
    let mut tiles = TileStack::new();
    for (path, chunk) in TilePath::entries_of(size).zip(entries.chunks(TILE_WIDTH)) {
        staging.add(BundlePath::from(path), &encode_entry_bundle(chunk)?)?;
        for entry in chunk {
            tiles.push(leaf_hash(entry), |path, hashes| {
                staging.add(path.into(), &encode_hash_tile(hashes))
            })?;
        }
    }
    for (path, hashes) in tiles.partial() {
        staging.add(path.into(), &encode_hash_tile(hashes))?;
    }
    staging.finish(BufWriter::new(File::create(to)?), |text| {
        Ok(sign_note(text, key)?)
    })?;
    fs::remove_dir_all(&working)?;
    Ok(entries)
}

/// Records of 128 bytes, and now and then an extension.
fn pending(number: u64, key: &SigningKey) -> Outcome<PendingEntry> {
    if number == 0 {
        return Ok(PendingEntry::genesis(LEDGER, key.origin(), key.verifier_key()));
    }
    if number.is_multiple_of(EXTENDS_ONE_IN) {
        let body = format!(
            r#"{{"records":[{{"index":{},"retain_through":"2030-01-01"}}]}}"#,
            number - 1
        );
        return Ok(PendingEntry::json(LEDGER, Kind::Extend, &body)?);
    }
    let mut id = [0x11; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    let body_root: Digest = sha256(&number.to_be_bytes());
    let (case, class) = (Case::ProvisionConsent, RetentionClass::Each);
    let retain = RetainThrough::Day(RETAINED.0);
    let record = RecordId::from_bytes(id);
    Ok(PendingEntry::record(
        LEDGER, record, case, class, retain, body_root,
    )?)
}

fn number(name: &str, default: u64) -> Outcome<u64> {
    match env::var(name) {
        Ok(text) => Ok(text.parse()?),
        Err(_) => Ok(default),
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
