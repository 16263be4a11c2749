//! Binary `kirokubo`: see the library for what it is made of.

use std::process::ExitCode;

use clap::Parser;
use kirokubo::command::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("kirokubo: no runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(kirokubo::command::run(cli)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("kirokubo: {}", kirokubo::command::chain(error.as_ref()));
            kirokubo::command::status(error.as_ref())
        }
    }
}
