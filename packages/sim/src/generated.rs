//! Files that are generated and committed: printed, written, or compared with what is committed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::error::{SimError, SimResult};
use crate::replay::put;

/// Prints the text, writes it to a file, or checks that a file holds it.
///
/// # Errors
/// The file cannot be read or written; or it holds something else: then the lines that differ are in the error.
pub fn emit(
    text: &str,
    write: Option<&Path>,
    check: Option<&Path>,
    command: &str,
) -> SimResult<()> {
    if let Some(file) = write {
        return write_file(file, text);
    }
    let Some(file) = check else {
        return put(text.trim_end());
    };
    let committed = fs::read_to_string(file)
        .map_err(|error| SimError::file(file, format!("cannot be read: {error}")))?;
    if committed == text {
        return Ok(());
    }
    Err(SimError::Drift(format!(
        "{} is not what the code says now (- committed, + now):\n{}\nwrite it anew: {command} --write {}",
        file.display(),
        difference(&committed, text),
        file.display()
    )))
}

/// Writes a file, and its folder where it is missing.
///
/// # Errors
/// [`SimError::Input`] where it cannot be written.
pub fn write_file(file: &Path, text: &str) -> SimResult<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)
            .map_err(|error| SimError::file(file, format!("its folder cannot be made: {error}")))?;
    }
    fs::write(file, text)
        .map_err(|error| SimError::file(file, format!("cannot be written: {error}")))
}

/// Lines that only one of the texts has, in order.
fn difference(old: &str, new: &str) -> String {
    let mut count: BTreeMap<&str, i64> = BTreeMap::new();
    old.lines()
        .for_each(|line| *count.entry(line).or_default() -= 1);
    new.lines()
        .for_each(|line| *count.entry(line).or_default() += 1);
    let mut found = vec![];
    for (text, sign, mark) in [(old, -1, '-'), (new, 1, '+')] {
        let mut left = count.clone();
        for line in text.lines() {
            if let Some(times) = left.get_mut(line).filter(|times| **times * sign > 0) {
                *times -= sign;
                found.push(format!("{mark} {line}"));
            }
        }
    }
    if found.is_empty() {
        return "the same lines in another order".to_owned();
    }
    found.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_name_each_side() {
        assert_eq!(difference("a\nb\nc\n", "a\nx\nc\nc\n"), "- b\n+ x\n+ c");
        assert_eq!(
            difference("a\nb\n", "b\na\n"),
            "the same lines in another order"
        );
    }

    #[test]
    fn a_file_is_written_and_then_checked() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new").join("table.md");
        assert!(matches!(
            emit("a\n", None, Some(&file), "cargo x").unwrap_err(),
            SimError::Input { .. }
        ));
        emit("a\n", Some(&file), None, "cargo x").unwrap();
        emit("a\n", None, Some(&file), "cargo x").unwrap();
        let error = emit("b\n", None, Some(&file), "cargo x").unwrap_err();
        assert_eq!(error.exit_code(), 1);
        assert!(error.to_string().contains("- a\n+ b"));
    }
}
