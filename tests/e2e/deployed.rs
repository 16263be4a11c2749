//! The files in `deploy`, as far as a test can use them without systemd and a cluster: the commands that they run make a
//! ledger, serve it and back it up, and every setting in them is one of that command.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs};

use kirokubo_tests::{Scratch, binaries};
use serde_json::Value;

/// A command as a file in `deploy` runs it.
struct Run {
    /// Program and arguments.
    words: Vec<String>,
    environment: BTreeMap<String, String>,
}

/// Which subcommand each file runs.
const FILES: [(&str, &str); 6] = [
    ("kirokubo.service", "serve"),
    ("kirokubo-backup.service", "backup"),
    ("kubernetes/statefulset.yaml", "serve"),
    ("kubernetes/init-job.yaml", "init"),
    ("kubernetes/migrate-job.yaml", "migrate"),
    ("kubernetes/backup-cronjob.yaml", "backup"),
];

#[test]
fn every_setting_in_the_files_is_one_of_the_command_that_they_run() {
    for (file, subcommand) in FILES {
        let help = binaries()
            .kirokubo()
            .args([subcommand, "--help"])
            .output()
            .unwrap();
        let help = String::from_utf8(help.stdout).unwrap();
        let run = run_of(file);
        let words = run.words.join(" ");
        assert!(
            format!(" {words} ").contains(&format!(" {subcommand} ")),
            "{file} runs {words}"
        );
        assert!(
            !run.environment.is_empty(),
            "{file} says where the data folder is"
        );
        for name in run.environment.keys() {
            assert!(
                help.contains(&format!("[env: {name}=")) || help.contains(&format!("[env: {name}]")),
                "{file}: {subcommand} knows no {name}\n{help}"
            );
        }
        for option in words.split_whitespace().filter(|word| word.starts_with("--")) {
            assert!(
                help.contains(&format!(" {option} ")) || help.contains(&format!(" {option}\n")),
                "{file}: {subcommand} has no {option}\n{help}"
            );
        }
    }
}

#[test]
fn the_manifests_make_a_ledger_serve_it_and_back_it_up() {
    let volumes = Scratch::new();
    fs::create_dir(volumes.path().join("data")).unwrap();
    fs::create_dir(volumes.path().join("backup")).unwrap();
    let done = command(&run_of("kubernetes/init-job.yaml"), &volumes)
        .status()
        .unwrap();
    assert!(done.success());
    let made = volumes.path().join("data/init.json");
    assert_eq!(fs::metadata(&made).unwrap().permissions().mode() & 0o777, 0o600);
    let made: Value = serde_json::from_slice(&fs::read(made).unwrap()).unwrap();
    assert_eq!(made["origin"], "records.example.jp/main");

    let done = command(&run_of("kubernetes/migrate-job.yaml"), &volumes)
        .status()
        .unwrap();
    assert!(done.success());
    serves_and_is_backed_up(
        &run_of("kubernetes/statefulset.yaml"),
        &run_of("kubernetes/backup-cronjob.yaml"),
        &volumes,
    );
    let mark = volumes.path().join("backup/kirokubo.high-water");
    assert!(
        mark.is_file(),
        "the second high-water mark is on the other volume"
    );
}

#[test]
fn the_units_serve_a_ledger_and_back_it_up() {
    let folders = Scratch::new();
    for folder in ["var/lib/kirokubo", "var/backups/kirokubo"] {
        fs::create_dir_all(folders.path().join(folder)).unwrap();
    }
    let ledger = folders.path().join("var/lib/kirokubo/ledger");
    let init = binaries()
        .kirokubo()
        .args(["init", "--data"])
        .arg(ledger)
        .output();
    assert!(init.unwrap().status.success());
    serves_and_is_backed_up(
        &run_of("kirokubo.service"),
        &run_of("kirokubo-backup.service"),
        &folders,
    );
}

/// Starts the one command, has it answer its probes, runs the other beside it, and stops it as a supervisor does.
fn serves_and_is_backed_up(serve: &Run, backup: &Run, root: &Scratch) {
    let mut server = Running::start(command(serve, root).env("KIROKUBO_LISTEN", "127.0.0.1:0"));
    for probe in ["/livez", "/readyz"] {
        let mut answer = ureq::get(format!("http://{}{probe}", server.address))
            .call()
            .unwrap();
        assert_eq!(answer.body_mut().read_to_string().unwrap(), "ok\n", "{probe}");
    }
    let done = command(backup, root).output().unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(
        done.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let (_, written) = told.split_once("backup was written and verified: ").unwrap();
    let written = Path::new(written.lines().next().unwrap());
    assert!(written.join("kirokubo.db").is_file() && written.starts_with(root.path()));
    let stopped = Command::new("kill").arg(server.child.id().to_string()).status();
    assert!(stopped.unwrap().success());
    assert!(server.child.wait().unwrap().success(), "it stops in order");
}

/// A server that was started by a command of `deploy`. Dropping it kills it.
struct Running {
    child: Child,
    address: String,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on http://");
        let address = address.unwrap_or_else(|| panic!("it said {line}")).to_owned();
        Self { child, address }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already gone is as good as killed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What a file in `deploy` runs.
fn run_of(file: &str) -> Run {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy").join(file);
    let text = fs::read_to_string(&path).unwrap();
    if path.extension().is_some_and(|extension| extension == "yaml") {
        of_manifest(&yaml_serde::from_str(&text).unwrap())
    } else {
        of_unit(&text)
    }
}

/// The one container of a manifest.
fn of_manifest(manifest: &Value) -> Run {
    let pod = ["/spec/template/spec", "/spec/jobTemplate/spec/template/spec"];
    let pod = pod.iter().find_map(|path| manifest.pointer(path)).expect("a pod");
    let container = &pod["containers"][0];
    let words = |member: &str| -> Vec<String> {
        let words = container[member].as_array().cloned().unwrap_or_default();
        words
            .iter()
            .map(|word| word.as_str().unwrap().to_owned())
            .collect()
    };
    let program = match words("command") {
        // What the image runs.
        none if none.is_empty() => vec!["kirokubo".to_owned()],
        command => command,
    };
    let variables = container["env"].as_array().unwrap();
    let text = |variable: &Value, member: &str| variable[member].as_str().unwrap().to_owned();
    Run {
        words: program.into_iter().chain(words("args")).collect(),
        environment: variables
            .iter()
            .map(|variable| (text(variable, "name"), text(variable, "value")))
            .collect(),
    }
}

fn of_unit(text: &str) -> Run {
    let all = |key: &str| -> Vec<String> {
        let lines = text.lines().filter_map(|line| line.strip_prefix(key));
        lines.map(str::to_owned).collect()
    };
    let start = all("ExecStart=").pop().expect("a unit starts something");
    let variables = all("Environment=");
    Run {
        words: start.split_whitespace().map(str::to_owned).collect(),
        environment: variables
            .iter()
            .map(|variable| variable.split_once('=').unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    }
}

/// The command with the built program, and with its folders below another root.
fn command(run: &Run, root: &Scratch) -> Command {
    let folders = ["/data/", "/backup/", "/var/"];
    // A path is a word of its own, or follows a blank.
    let below = |word: &String| -> String {
        let moved = folders.iter().find_map(|folder| {
            let at = format!("{}{folder}", root.path().display());
            let whole = word.strip_prefix(folder).map(|rest| format!("{at}{rest}"));
            let blank = format!(" {folder}");
            whole.or_else(|| {
                word.contains(&blank)
                    .then(|| word.replace(&blank, &format!(" {at}")))
            })
        });
        moved.unwrap_or_else(|| word.clone())
    };
    let mut words = run.words.iter().map(below);
    let program = words.next().expect("a command has a program");
    let program = match program.rsplit('/').next() {
        Some("kirokubo") => binaries().folder().join("kirokubo"),
        _ => PathBuf::from(program),
    };
    let paths = env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(binaries().folder().to_owned()).chain(env::split_paths(&paths));
    let mut command = Command::new(program);
    command
        .args(words)
        .env_clear()
        .env("PATH", env::join_paths(paths).unwrap())
        .envs(run.environment.iter().map(|(name, value)| (name, below(value))));
    command
}
