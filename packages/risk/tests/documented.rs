//! `docs/maths.md` cannot drift: every public function of this crate is in it, every function it names exists, and its
//! rounding table is the one in the code.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    missing_docs
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use ballast_risk::{Quantity, Rounding};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn maths() -> String {
    fs::read_to_string(root().join("docs/maths.md")).unwrap()
}

/// Everything between single backticks.
fn quoted(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The file without its unit tests.
fn code_of(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.split("#[cfg(test)]").next().unwrap().to_string()
}

/// Names of the functions that lines of `code` declare with one of `starts`, methods as `Type::method`.
///
/// Reads the layout that `cargo fmt` makes: an `impl` opens and closes at the left margin, its functions are indented.
fn functions(code: &str, starts: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut implemented: Option<String> = None;
    for line in code.lines() {
        if let Some(head) = line.strip_prefix("impl") {
            let head = head.split(" for ").last().unwrap();
            let name: String = head
                .trim_start_matches(|c: char| !c.is_uppercase())
                .chars()
                .take_while(|c| c.is_alphanumeric())
                .collect();
            implemented = Some(name);
        } else if line == "}" {
            implemented = None;
        }
        let Some(rest) = starts
            .iter()
            .find_map(|start| line.trim_start().strip_prefix(start))
        else {
            continue;
        };
        let name: String = rest
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        found.insert(match &implemented {
            Some(of) => format!("{of}::{name}"),
            None => name,
        });
    }
    found
}

fn public_functions() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(root().join("packages/risk/src")).unwrap() {
        let code = code_of(&entry.unwrap().path());
        found.extend(functions(&code, &["pub fn ", "pub const fn "]));
    }
    found
}

#[test]
fn functions_and_methods_are_told_apart() {
    let code = "pub fn free(a: u8) {\n}\nimpl<'a> Thing<'a> {\n    pub const fn held(&self) {\n    }\n    fn own() {}\n}\n\
                impl Show for Other {\n    fn show() {}\n}\npub(crate) fn inner() {}\n";
    let found = functions(code, &["pub fn ", "pub const fn "]);
    let expected = ["Thing::held", "free"];
    assert!(found.iter().eq(expected.iter()), "{found:?}");
    let all = functions(code, &["fn "]);
    assert!(all.contains("Thing::own") && all.contains("Other::show"));
}

#[test]
fn every_public_function_is_in_the_maths() {
    let text = maths();
    let named = quoted(&text);
    let functions = public_functions();
    assert!(functions.len() > 90, "only {} found", functions.len());
    let missing: Vec<_> = functions
        .iter()
        .filter(|function| !named.contains(function.as_str()))
        .collect();
    assert!(missing.is_empty(), "not in docs/maths.md: {missing:?}");
}

#[test]
fn every_function_of_the_crate_that_the_maths_names_exists() {
    let text = maths();
    let (_, rest) = text.split_once("# The crate `packages/risk`").unwrap();
    let (crate_part, _) = rest.split_once("\n# ").unwrap();
    let functions = public_functions();
    let mut named = 0;
    // Second column of the tables.
    for row in crate_part.lines().filter(|line| line.starts_with("| ")) {
        let column = row.split(" | ").nth(1).unwrap();
        for name in quoted(column) {
            assert!(functions.contains(name), "no such function: {name}\n{row}");
            named += 1;
        }
    }
    assert!(named > 90, "only {named} found");
}

/// `module::function` in the sections of the contracts: `src/module.rs`, or one directory further down.
#[test]
fn every_function_of_a_contract_that_the_maths_names_exists() {
    let text = maths();
    let (_, contracts) = text.split_once("\n# The contracts").unwrap();
    let mut named = 0;
    for section in contracts.split("\n## ").skip(1) {
        let heading = section.lines().next().unwrap();
        let source = root().join(*quoted(heading).first().unwrap()).join("src");
        for name in quoted(section) {
            let Some((module, function)) = name.split_once("::") else {
                continue;
            };
            let is_word = |text: &str| text.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            if !is_word(module) || !is_word(function) {
                continue;
            }
            let declared = files_of(&source, module).iter().any(|path| {
                code_of(path).contains(&format!("fn {function}("))
                    || code_of(path).contains(&format!("fn {function}<"))
            });
            assert!(declared, "{heading}: no function {name}");
            named += 1;
        }
    }
    assert!(named > 40, "only {named} found");
}

fn files_of(source: &Path, module: &str) -> Vec<PathBuf> {
    let file = format!("{module}.rs");
    let folders = fs::read_dir(source)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    folders
        .filter(|path| path.is_dir())
        .chain([source.to_path_buf()])
        .map(|folder| folder.join(&file))
        .filter(|path| path.exists())
        .collect()
}

#[test]
fn the_rounding_table_is_the_code() {
    let text = maths();
    for quantity in [
        Quantity::Requirement,
        Quantity::Equity,
        Quantity::TradeFee,
        Quantity::LiquidationFee,
        Quantity::Payout,
        Quantity::SharesMinted,
        Quantity::FundingPayment,
        Quantity::BankruptcyQuote,
        Quantity::Rate,
    ] {
        let direction = match quantity.rounding() {
            Rounding::Down => "down",
            Rounding::Up => "up",
        };
        let row = format!("| `{quantity:?}` | {direction} |");
        assert!(
            text.contains(&row),
            "docs/maths.md has no row that begins {row}"
        );
    }
}
