//! Rule M2: no two records of a contract share a key, and no key begins another's range. The keys are read from the
//! contracts' source, so that a new one is checked as well.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn contracts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts");
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("src").is_dir())
        .collect();
    found.sort();
    found
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// How cw-storage-plus makes records: constructor, and whether its argument is a map's namespace. Every string in the call
/// is a namespace (a snapshot map has three).
const CONSTRUCTORS: [(&str, bool); 7] = [
    ("Claims::new(", true),
    ("SnapshotItem::new(", false),
    ("SnapshotMap::new(", true),
    ("IndexedMap::new(", true),
    ("Item::new(", false),
    ("Map::new(", true),
    ("Deque::new(", true),
];

/// Namespaces named in a source, with whether each is a map's.
fn namespaces(source: &str) -> Vec<(String, bool)> {
    let code: String = source
        .split("#[cfg(test)]")
        .next()
        .unwrap_or_default()
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let mut found = vec![];
    let mut rest = code.as_str();
    while let Some((start, constructor, map)) = next(rest) {
        rest = &rest[start + constructor.len()..];
        let call = rest.split(')').next().unwrap_or_default();
        let strings = call.split('"').skip(1).step_by(2);
        found.extend(strings.map(|name| (name.to_owned(), map)));
    }
    found
}

fn next(code: &str) -> Option<(usize, &'static str, bool)> {
    CONSTRUCTORS
        .iter()
        .filter_map(|(constructor, map)| {
            let whole = |start: &usize| {
                let before = code[..*start].chars().last();
                before.map_or(true, |c| !c.is_alphanumeric())
            };
            let mut starts = code.match_indices(constructor).map(|(start, _)| start);
            Some((starts.find(whole)?, *constructor, *map))
        })
        .min()
}

/// Records of crates that a contract's dependencies name: cw2 and cw-ownable.
const OF_DEPENDENCIES: [(&str, bool); 2] = [("contract_info", false), ("ownership", false)];

// M2
#[test]
fn no_two_records_share_a_key() {
    let mut total = 0;
    for contract in contracts() {
        let mut records: Vec<(String, bool)> = OF_DEPENDENCIES
            .iter()
            .map(|(name, map)| ((*name).to_owned(), *map))
            .collect();
        for source in sources(&contract.join("src")) {
            records.extend(namespaces(&fs::read_to_string(source).unwrap()));
        }
        total += records.len();
        let mut count: BTreeMap<&str, u32> = BTreeMap::new();
        for (name, map) in &records {
            assert!(!name.is_empty(), "{contract:?} has a record without a name");
            *count.entry(name).or_default() += 1;
            // A map's keys begin with its name's length in two bytes, an item's with its name: letters, which as a length
            // are longer than any name. So an item's key lies in no map's range, and two maps' ranges are apart unless
            // their names are the same.
            let letters = name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit());
            let first = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
            assert!(letters && first, "{contract:?}: {name:?}, a map: {map}");
            assert!(name.len() < usize::from(u16::from_be_bytes(*b"aa")));
        }
        let twice: Vec<_> = count.iter().filter(|(_, times)| **times > 1).collect();
        assert!(
            twice.is_empty(),
            "{contract:?} names {twice:?} more than once"
        );
    }
    println!("{total} records of {} contracts", contracts().len());
    assert!(total > 40);
}

// M2: one storage module a contract; keys are tuples, never concatenated text
#[test]
fn nobody_but_state_names_a_key() {
    for contract in contracts() {
        for source in sources(&contract.join("src")) {
            let text = fs::read_to_string(&source).unwrap();
            let in_state = source.ends_with("src/state.rs")
                || source.components().any(|part| part.as_os_str() == "state");
            if !in_state {
                assert_eq!(namespaces(&text), [], "{source:?} names a storage key");
            }
            let built = |line: &&str| line.contains("const") && line.contains("Map<String");
            let built: Vec<&str> = text.lines().filter(built).collect();
            assert!(
                built.is_empty(),
                "{source:?}: keys built as text: {built:?}"
            );
        }
    }
}

#[test]
fn the_reader_sees_what_it_must() {
    let source = "let m = BTreeMap::new();\npub const A: Item<u8> = Item::new(\"a\");\n/// Map::new(\"comment\")\npub const B: Map<u8, u8> =\n    Map::new(\"b\");\nconst C: SnapshotMap<u8, u8> = SnapshotMap::new(\"c\", \"c_points\", \"c_log\", Strategy::EveryBlock);\n#[cfg(test)]\nconst D: Item<u8> = Item::new(\"d\");";
    let names: Vec<String> = namespaces(source)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["a", "b", "c", "c_points", "c_log"]);
}
