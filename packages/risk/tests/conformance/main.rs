//! Conformance with the numbers of other venues' engineers.
//!
//! Reads every `*.json` of the folder `BALLAST_VECTORS` (default: `shared/vectors` beside the checkout), runs each case
//! against the public functions of this crate and prints one line `family passed/total` per family. This file and its
//! neighbours only parse, convert units and compare; every formula lives in `src`.
//!
//! Fails on any mismatch, on any case of a mandatory family that cannot be run, and on a mandatory family that the
//! default folder lacks. Files and families it does not know are reported, never fatal (unless they are named like a
//! mandatory one).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    missing_docs
)]

mod dydx;
mod dydx_margin;
mod families;
mod fund;
mod other;
mod read;

use std::collections::BTreeMap;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value;

use families::{family, Family, MANDATORY, OPTIONAL};
use read::{compare, Case, Refusal};

/// What became of the cases of one family.
#[derive(Default)]
struct Tally {
    passed: usize,
    total: usize,
    notes: Vec<String>,
}

/// One whole run.
#[derive(Default)]
struct Report {
    families: BTreeMap<String, Tally>,
    not_applicable: BTreeMap<String, (usize, &'static str)>,
    unknown: BTreeMap<String, usize>,
    files: usize,
    problems: Vec<String>,
    warnings: Vec<String>,
}

fn main() -> ExitCode {
    // Test runners list the tests of a binary before they run it.
    if std::env::args().any(|argument| argument == "--list") {
        println!("conformance: test");
        return ExitCode::SUCCESS;
    }
    let chosen = std::env::var_os("BALLAST_VECTORS").filter(|folder| !folder.is_empty());
    let is_default = chosen.is_none();
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = match chosen.map(PathBuf::from) {
        None => workspace.join("../shared/vectors"),
        // Cargo starts tests in the crate's folder; a person names a folder from where they stand, which is
        // most often the workspace.
        Some(folder) if folder.is_relative() && !folder.is_dir() => workspace.join(folder),
        Some(folder) => folder,
    };
    println!("\nconformance: vectors of {}", folder.display());
    if !folder.is_dir() {
        return folder_missing(&folder, is_default);
    }
    let mut report = Report::default();
    for path in json_files(&folder, &mut report) {
        run_file(&path, &mut report);
    }
    if report.files == 0 {
        report
            .problems
            .push("the folder holds no vector files".to_string());
    }
    print_report(&mut report, is_default)
}

fn folder_missing(folder: &Path, is_default: bool) -> ExitCode {
    let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true" || ci == "1");
    eprintln!("*************************************************************************");
    eprintln!(
        "conformance: NOTHING WAS CHECKED, there is no folder {}",
        folder.display()
    );
    eprintln!("set BALLAST_VECTORS to a folder of vector files");
    eprintln!("*************************************************************************");
    if in_ci || !is_default {
        println!("test result: FAILED. no vectors");
        return ExitCode::FAILURE;
    }
    println!("test result: ok. 0 passed; NOTHING CHECKED");
    ExitCode::SUCCESS
}

fn json_files(folder: &Path, report: &mut Report) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                report
                    .problems
                    .push(format!("{}: {error}", folder.display()));
                continue;
            }
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn run_file(path: &Path, report: &mut Report) {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_string();
    let parsed = std::fs::read_to_string(path)
        .map_err(|error| error.to_string())
        .and_then(|text| serde_json::from_str::<Value>(&text).map_err(|error| error.to_string()));
    let content = match parsed {
        Ok(content) => content,
        Err(error) => {
            report.problems.push(format!("{name}: unreadable: {error}"));
            return;
        }
    };
    let parts: Vec<&Value> = match &content {
        Value::Array(parts) => parts.iter().collect(),
        part => vec![part],
    };
    for part in parts {
        let kind = part.get("kind").and_then(Value::as_str);
        let vectors = part.get("vectors").and_then(Value::as_array);
        match (kind, vectors) {
            (Some(kind), Some(vectors)) => {
                report.files += 1;
                run_family(kind, part, vectors, report);
            }
            _ => report.warnings.push(format!(
                "{name}: no \"kind\" and \"vectors\": not a vector file"
            )),
        }
    }
}

fn run_family(kind: &str, file: &Value, vectors: &[Value], report: &mut Report) {
    let run = match family(kind) {
        Some(Family::Run(run)) => run,
        Some(Family::NotApplicable(reason)) => {
            let entry = report
                .not_applicable
                .entry(kind.to_string())
                .or_insert((0, reason));
            entry.0 += vectors.len();
            return;
        }
        None => {
            *report.unknown.entry(kind.to_string()).or_default() += vectors.len();
            if kind.starts_with("dydx.") {
                report.problems.push(format!(
                    "{kind}: dydx.* is mandatory, but there is no runner for it"
                ));
            }
            return;
        }
    };
    let tally = report.families.entry(kind.to_string()).or_default();
    for vector in vectors {
        tally.total += 1;
        let case = Case { file, vector };
        let outcome = catch_unwind(AssertUnwindSafe(|| judge(&case, run)));
        match outcome.unwrap_or_else(|_| Err("panicked".to_string())) {
            Ok(()) => tally.passed += 1,
            Err(why) => tally
                .notes
                .push(format!("{}: {why} [{}]", case.id(), case.title())),
        }
    }
}

/// Runs one case and compares what came out with what had to.
fn judge(case: &Case, run: fn(&Case) -> Result<Value, Refusal>) -> Result<(), String> {
    let expected = case.vector.get("out").ok_or("has no \"out\"")?;
    if expected.as_object().is_some_and(|keys| keys.is_empty()) {
        return Err("expects nothing".to_string());
    }
    let produced = match run(case) {
        Ok(produced) => produced,
        Err(Refusal::Refused(error)) => serde_json::json!({ "error": error.to_string() }),
        Err(Refusal::CannotRun(why)) => return Err(format!("cannot be run: {why}")),
    };
    compare("out", expected, &produced)
}

fn print_report(report: &mut Report, is_default: bool) -> ExitCode {
    let mut failed = 0;
    let (mut passed, mut total) = (0, 0);
    for (kind, tally) in &report.families {
        let mark = if tally.passed == tally.total {
            ""
        } else {
            "   <-- FAILED"
        };
        println!("{kind} {}/{}{mark}", tally.passed, tally.total);
        for note in &tally.notes {
            println!("    {note}");
        }
        failed += tally.total - tally.passed;
        passed += tally.passed;
        total += tally.total;
    }
    for (kind, (count, reason)) in &report.not_applicable {
        println!("{kind} 0/{count} not applicable: {reason}");
    }
    for (kind, count) in &report.unknown {
        println!("{kind} 0/{count} unknown family, not run");
    }
    for (group, names, mandatory) in [
        ("mandatory", MANDATORY, true),
        ("optional", OPTIONAL, false),
    ] {
        for kind in names {
            let seen =
                report.families.contains_key(*kind) || report.not_applicable.contains_key(*kind);
            if seen {
                continue;
            }
            println!("{kind} 0/0 absent from the folder ({group})");
            if mandatory && is_default {
                report.problems.push(format!(
                    "{kind}: mandatory family is absent from the default folder"
                ));
            }
        }
    }
    for warning in &report.warnings {
        println!("warning: {warning}");
    }
    for problem in &report.problems {
        println!("problem: {problem}");
    }
    let ok = failed == 0 && report.problems.is_empty();
    println!(
        "\ntest result: {}. {passed} passed; {failed} failed; {total} cases of {} families in {} files; {} problems\n",
        if ok { "ok" } else { "FAILED" },
        report.families.len(),
        report.files,
        report.problems.len(),
    );
    if ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
