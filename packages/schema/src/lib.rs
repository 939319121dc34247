//! JSON schema of every contract of the suite: what `schema/` holds, and what the TypeScript client is made from.
//!
//! A contract has up to four files: its interface as CosmWasm's IDL 1.0.0 (`NAME.json`: instantiate, execute, query, migrate,
//! responses), the data that its execute messages answer with (`answers.json`), what a cw20 `Send` to it may carry
//! (`receive.json`), and its default parameters (`defaults.json`). The IDL has no place for the last three.

mod contracts;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use cosmwasm_schema::schemars::schema::RootSchema;
use cosmwasm_schema::Api;

pub use contracts::contracts;

/// What one contract takes and answers.
pub struct Contract {
    /// Name of its folder, in `contracts/` and in `schema/`.
    pub name: &'static str,
    /// Instantiate, execute, query, migrate, responses.
    pub api: Api,
    /// Execute messages that answer with data, and its type.
    pub answers: BTreeMap<&'static str, RootSchema>,
    /// What a cw20 `Send` to it may carry; none where it takes no cw20.
    pub receive: Option<RootSchema>,
    /// What its parameters are where an instantiate message leaves them out, by their kind.
    pub defaults: serde_json::Value,
}

/// Writes the files of every contract under a folder, one folder a contract. Files that are there are replaced, others
/// are left: [`check`] finds them.
///
/// # Errors
/// What the file system says.
pub fn write(folder: &Path) -> Result<()> {
    for (name, text) in files()? {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

/// What differs between a folder and what the contracts have now: files that are missing, differ, or belong to nothing.
///
/// # Errors
/// What the file system says.
pub fn check(folder: &Path) -> Result<Vec<String>> {
    let expected = files()?;
    let mut differences = vec![];
    for (name, text) in &expected {
        match fs::read_to_string(folder.join(name)) {
            Ok(found) if found == *text => {}
            Ok(_) => differences.push(format!("{name} differs")),
            Err(_) => differences.push(format!("{name} is missing")),
        }
    }
    for contract in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let contract = contract?;
        if !contract.file_type()?.is_dir() {
            continue;
        }
        for file in fs::read_dir(contract.path())? {
            let name = Path::new(&contract.file_name()).join(file?.file_name());
            let name = name.to_string_lossy().into_owned();
            if !expected.contains_key(&name) {
                differences.push(format!("{name} belongs to no contract"));
            }
        }
    }
    Ok(differences)
}

/// Every file, by its path under `schema/`.
fn files() -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for contract in contracts() {
        let name = contract.name;
        let api = contract.api.render();
        files.insert(format!("{name}/{name}.json"), json(&api.to_string()?)?);
        if !contract.answers.is_empty() {
            let text = serde_json::to_string(&contract.answers)?;
            files.insert(format!("{name}/answers.json"), json(&text)?);
        }
        let text = serde_json::to_string(&contract.defaults)?;
        files.insert(format!("{name}/defaults.json"), json(&text)?);
        if let Some(receive) = contract.receive {
            let text = serde_json::to_string(&receive)?;
            files.insert(format!("{name}/receive.json"), json(&text)?);
        }
    }
    Ok(files)
}

/// The same document, laid out for people and with a newline at its end.
fn json(text: &str) -> Result<String> {
    let value: serde_json::Value = serde_json::from_str(text)?;
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use anyhow::Result;
    use cosmwasm_schema::schemars::schema::RootSchema;

    use super::{check, contracts, write};

    /// Names of the messages of an enumeration.
    fn messages(schema: &RootSchema) -> Result<BTreeSet<String>> {
        let value = serde_json::to_value(schema)?;
        let list = |value: &serde_json::Value, name: &str| {
            let list = value.get(name).and_then(|list| list.as_array());
            list.cloned().unwrap_or_default()
        };
        let variants = list(&value, "oneOf");
        let required = variants
            .iter()
            .flat_map(|variant| list(variant, "required"));
        let names = required.filter_map(|name| name.as_str().map(str::to_owned));
        Ok(names.collect())
    }

    #[test]
    fn answers_belong_to_messages_that_there_are() -> Result<()> {
        for contract in contracts() {
            let execute = contract.api.execute.as_ref().map(messages).transpose()?;
            let execute = execute.unwrap_or_default();
            assert!(execute.len() > 5, "{}: {execute:?}", contract.name);
            for answer in contract.answers.keys() {
                assert!(execute.contains(*answer), "{}: {answer}", contract.name);
            }
            assert_eq!(contract.receive.is_some(), execute.contains("receive"));
        }
        Ok(())
    }

    #[test]
    fn a_check_tells_what_differs() -> Result<()> {
        let folder = tempfile::tempdir()?;
        write(folder.path())?;
        assert_eq!(check(folder.path())?, Vec::<String>::new());
        fs::remove_file(folder.path().join("price-feed/answers.json"))?;
        fs::write(folder.path().join("governance/governance.json"), "{}")?;
        fs::write(folder.path().join("governance/old.json"), "{}")?;
        let expected = [
            "governance/governance.json differs",
            "price-feed/answers.json is missing",
            "governance/old.json belongs to no contract",
        ];
        assert_eq!(check(folder.path())?, expected);
        Ok(())
    }
}
