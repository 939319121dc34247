//! `ballast-schema [--check] FOLDER`: writes the JSON schema of every contract there, or says what differs.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{bail, Result};

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["--check", folder] => {
            let differences = ballast_schema::check(Path::new(folder))?;
            for difference in &differences {
                eprintln!("{difference}");
            }
            Ok(if differences.is_empty() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        }
        [folder] if !folder.starts_with('-') => {
            ballast_schema::write(Path::new(folder))?;
            Ok(ExitCode::SUCCESS)
        }
        _ => bail!("usage: ballast-schema [--check] FOLDER"),
    }
}
