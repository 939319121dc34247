//! Entry of the command `ballast`.

use std::process::ExitCode;

use ballast_sim::cli::{Cli, Command};
use clap::Parser;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match &cli.command {
        Command::Replay(args) => ballast_sim::replay::run(args),
        Command::Compare(args) => ballast_sim::compare::run(args),
        Command::Stress(args) => ballast_sim::stress::run(args),
        Command::Size(args) => ballast_sim::size::run(args),
        Command::Gas(args) => ballast_sim::gas::run(args),
        Command::Parameters(args) => ballast_sim::parameters::run(args),
        Command::Propose(args) => ballast_sim::propose::run(args),
        Command::Bench(args) => ballast_sim::bench::run(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
