//! The tours of the README and of the guide, run as they are printed there.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::{env, fs};

use kirokubo_tests::{Scratch, binaries};

/// Stands on the line before the block that this test runs; a reader of the page does not see it.
const MARK: &str = "<!-- tour: a test runs this block -->\n```sh\n";

/// Where the README has its server listen; the test takes a free port instead.
const ADDRESS: &str = "127.0.0.1:8080";

#[test]
fn the_tour_of_the_readme_works_as_printed() {
    for readme in ["README.md", "README.ja.md"] {
        let output = run(&tour(readme));
        let (told, complaints) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        assert!(output.status.success(), "{readme}: {told}\n{complaints}");
        for shown in [
            "\"case\":\"provision_consent_27\"",
            "\"how\":\"variant_kanji\"",
            "髙橋 花子",
            "nothing found: all of it is as it was signed",
            "exit status 10",
        ] {
            assert!(
                told.contains(shown),
                "{readme} does not show {shown}:\n{told}\n{complaints}"
            );
        }
    }
}

#[test]
fn the_session_of_the_guide_works_as_printed() {
    let output = run(&tour("docs/guide.md"));
    let (told, complaints) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{told}\n{complaints}");
    for shown in [
        "\"decision\":\"deny\"",
        "principal.suppressed",
        "\"state\":\"accepted\"",
        "{\"id\":\"rec_",
        "\"records\":2",
        "\"state\":\"approved\"",
        "\"state\":\"erased\"",
        "\"erased\":{\"at\":",
        "\"period\":\"",
        "nothing found: all of it is as it was signed",
    ] {
        assert!(
            told.contains(shown),
            "the guide does not show {shown}:\n{told}\n{complaints}"
        );
    }
}

/// The marked block of a page.
fn tour(page: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(page);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{page}: {error}"));
    let (_, block) = text
        .split_once(MARK)
        .unwrap_or_else(|| panic!("{page} marks no block"));
    let (block, _) = block.split_once("```").expect("a block ends");
    block.to_owned()
}

/// Runs a block that talks to a server, which gets a free port.
fn run(block: &str) -> Output {
    assert!(block.contains(ADDRESS), "the tour talks to a server");
    bash(&block.replace(ADDRESS, &free_address()), &[])
}

/// An address that nobody listens on.
pub(crate) fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// Runs a script in an empty folder, with the built programs first on the `PATH`.
pub(crate) fn bash(script: &str, settings: &[(&str, &str)]) -> Output {
    let scratch = Scratch::new();
    let paths = env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(binaries().folder().to_owned()).chain(env::split_paths(&paths));
    let mut bash = Command::new("bash");
    bash.args(["-uo", "pipefail", "-c", script])
        .current_dir(scratch.path())
        .envs(settings.iter().copied())
        .env("PATH", env::join_paths(paths).unwrap())
        .env("TMPDIR", scratch.path());
    bash.output().expect("bash runs")
}
