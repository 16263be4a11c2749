//! The programs under test, built once a process with the profile and target folder of the test itself.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::{env, ffi::OsStr};

/// Where the built programs are.
#[derive(Debug)]
pub struct Binaries {
    folder: PathBuf,
}

/// Builds the programs, or finds them built. Cargo decides which; it takes well under a second if nothing changed.
#[must_use]
pub fn binaries() -> &'static Binaries {
    // A failure is kept as well: every test would only fail the same way again, after another attempt.
    static BUILT: OnceLock<Result<Binaries, String>> = OnceLock::new();
    let built = BUILT.get_or_init(Binaries::build);
    built
        .as_ref()
        .unwrap_or_else(|said| panic!("cargo build:\n{said}"))
}

impl Binaries {
    /// The folder both lie in, for a `PATH`.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A command line of `kirokubo`, with none of the environment's own settings for it.
    #[must_use]
    pub fn kirokubo(&self) -> Command {
        self.command("kirokubo")
    }

    /// A command line of `kirokubo-verify`.
    #[must_use]
    pub fn kirokubo_verify(&self) -> Command {
        self.command("kirokubo-verify")
    }

    /// The same, started by another program that is given `kirokubo` and its arguments behind its own.
    pub(crate) fn kirokubo_by(&self, tool: &[String]) -> Command {
        let Some((program, arguments)) = tool.split_first() else {
            return self.kirokubo();
        };
        let mut command = Command::new(program);
        command.args(arguments).arg(self.folder.join("kirokubo"));
        without_settings(command)
    }

    fn command(&self, name: &str) -> Command {
        without_settings(Command::new(self.folder.join(name)))
    }

    fn build() -> Result<Self, String> {
        let folder = profile_folder();
        let target = folder
            .parent()
            .expect("a profile's folder lies in the target folder");
        let profile = match folder.file_name().and_then(OsStr::to_str) {
            // The folder of the profile `dev` has another name.
            Some("debug") | None => "dev",
            Some(name) => name,
        };
        let output = without_ourselves(Command::new(env!("CARGO")))
            .args(["build", "--quiet", "--locked", "--profile", profile])
            .args(selection(profile))
            .arg("--target-dir")
            .arg(target)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .map_err(|error| format!("{}: {error}", env!("CARGO")))?;
        if output.status.success() {
            Ok(Self { folder })
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }
}

/// What to build. Cargo gives a dependency the features that everything selected wants of it, so another selection
/// than that of `cargo test --workspace`, the dependencies of tests included, would build every dependency twice.
/// Benchmarks have nothing to share, and want no test's dependencies optimised.
fn selection(profile: &str) -> &'static [&'static str] {
    if profile == "dev" {
        &["--workspace", "--bins", "--test", "tidy"]
    } else {
        &["-p", "kirokubo", "-p", "kirokubo-verify", "--bins"]
    }
}

/// Nothing of what cargo tells a test about its own package. Build scripts that look at these variables, as that of `ring`
/// does, would run anew each time a build by hand and one from a test alternate, and everything above them with it.
fn without_ourselves(mut command: Command) -> Command {
    let of_a_package = [
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
        "CARGO_CRATE_",
        "CARGO_BIN_",
        "CARGO_PRIMARY_",
    ];
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if of_a_package.iter().any(|start| text.starts_with(start)) {
            command.env_remove(&name);
        }
    }
    command
}

/// Nothing of what the environment says to the programs under test.
fn without_settings(mut command: Command) -> Command {
    let ours = env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("KIROKUBO_"));
    for (name, _) in ours {
        command.env_remove(name);
    }
    command
}

/// Panics with everything a program said, unless it succeeded.
pub(crate) fn assert_success(output: &Output, what: &str) {
    assert!(
        output.status.success(),
        "{what}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// `target/debug` of `target/debug/deps/e2e-0123456789abcdef`.
fn profile_folder() -> PathBuf {
    let test = env::current_exe().expect("a running program knows its path");
    let deps = test.parent().expect("a program lies in a folder");
    deps.parent()
        .expect("cargo puts tests two levels below the target folder")
        .to_owned()
}
