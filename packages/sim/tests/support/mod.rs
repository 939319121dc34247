//! Runs the command as a user would.

#![allow(dead_code)] // each test file uses a part

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;

/// `ballast replay` with these arguments.
pub fn replay(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ballast"));
    command.arg("replay").args(arguments).output().unwrap()
}

/// `ballast compare` with these arguments.
pub fn compare(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ballast"));
    command.arg("compare").args(arguments).output().unwrap()
}

/// As [`replay`] with `--json`; it must succeed.
pub fn replay_json(arguments: &[&str]) -> Value {
    json(arguments, replay)
}

/// As [`compare`] with `--json`; it must succeed.
pub fn compare_json(arguments: &[&str]) -> Value {
    json(arguments, compare)
}

fn json(arguments: &[&str], run: impl Fn(&[&str]) -> Output) -> Value {
    let mut all = arguments.to_vec();
    all.push("--json");
    let output = run(&all);
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        text(&output.stderr)
    );
    assert_eq!(
        text(&output.stderr),
        "",
        "nothing on standard error with --json"
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A file of real prices.
pub fn data(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    folder.join(name).to_str().unwrap().to_owned()
}

/// FTT next to BTC while FTT fell to a third: some hours of 8 November 2022.
pub fn november(more: &[&str]) -> Vec<String> {
    let (ftt, btc) = (
        data("2022-11_FTTUSDT_binance-spot_15m.csv"),
        data("2022-11_BTCUSDT-PERP_binance_5m.csv"),
    );
    let mut all = vec!["--prices".to_owned(), ftt, "--prices".to_owned(), btc];
    let window = [
        "--from",
        "2022-11-08T14:00",
        "--bars",
        "84",
        "--traders",
        "60",
        "--invariants",
        "bar",
    ];
    all.extend(window.iter().chain(more).map(|text| (*text).to_owned()));
    all
}

/// Bytes as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Money of a report, quote atoms.
pub fn atoms(report: &Value, pointer: &str) -> u128 {
    let value = report
        .pointer(pointer)
        .unwrap_or_else(|| panic!("no {pointer}"));
    value
        .as_str()
        .unwrap_or_else(|| panic!("{pointer} is no string: {value}"))
        .parse()
        .unwrap()
}

/// A count of a report.
pub fn count(report: &Value, pointer: &str) -> u64 {
    let value = report
        .pointer(pointer)
        .unwrap_or_else(|| panic!("no {pointer}"));
    value
        .as_u64()
        .unwrap_or_else(|| panic!("{pointer} is no number: {value}"))
}

/// A bar as a line of a file.
pub fn bar(time: u64, open: u64, high: u64, low: u64, close: u64) -> String {
    format!(
        "{},{open}.5,{high}.75,{low}.25,{close}.5,12.5\n",
        time * 1_000
    )
}

pub const HEADER: &str = "timestamp_ms,open,high,low,close,volume\n";

/// When the files of the tests begin.
pub const START: u64 = 1_700_006_400;

/// Writes a file of quiet bars, with a crash of a third in the middle.
pub fn write_bars(folder: &Path, name: &str, start: u64, bar_secs: u64, bars: u64) -> PathBuf {
    let mut content = HEADER.to_string();
    for index in 0..bars {
        let time = start + index * bar_secs;
        let price = |index: u64| match index.cmp(&(bars / 2)) {
            std::cmp::Ordering::Less => 1_000 + index % 3,
            std::cmp::Ordering::Equal => 800,
            std::cmp::Ordering::Greater => 660 + index % 5,
        };
        let (open, close) = (price(index.saturating_sub(1)), price(index));
        content.push_str(&bar(time, open, open.max(close), open.min(close), close));
    }
    let file = folder.join(name);
    std::fs::write(&file, content).unwrap();
    file
}
