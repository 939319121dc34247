//! `ballast-artifact FILE...`: checks compiled contracts, prints their sizes, fails where a chain would refuse one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ballast_artifact::check::check;
use ballast_artifact::report::{table, Row};
use clap::Parser;

/// Checks compiled contracts as a chain does when they are stored, and prints their sizes.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Compiled contracts (`.wasm`).
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Entry points that every one of them must have.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "instantiate,execute,query,migrate"
    )]
    entry_points: Vec<String>,
    /// Contracts, by file name without ending, that must also have the entry point `reply`.
    #[arg(long, value_delimiter = ',')]
    with_reply: Vec<String>,
    /// Prints the sizes as JSON.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (mut rows, mut refused) = (Vec::new(), false);
    for file in &arguments.files {
        let contract = name(file);
        let wasm = match fs::read(file) {
            Ok(wasm) => wasm,
            Err(error) => {
                eprintln!("error: {}: {error}", file.display());
                return ExitCode::from(2);
            }
        };
        let mut entry_points = arguments.entry_points.clone();
        if arguments.with_reply.contains(&contract) {
            entry_points.push("reply".into());
        }
        let verdict = check(&wasm, &entry_points);
        for refusal in &verdict.refusals {
            refused = true;
            eprintln!("error: {contract}: {refusal}");
        }
        rows.extend(verdict.module.map(|module| Row::new(&contract, &module)));
    }
    if arguments.json {
        match serde_json::to_string_pretty(&rows) {
            Ok(text) => println!("{text}"),
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::from(2);
            }
        }
    } else {
        println!("{}", table(&rows));
    }
    if refused {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn name(file: &Path) -> String {
    file.file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default()
}
