//! Each reason to refuse a contract, once, on the smallest module that has it; and one that every chain takes.

use ballast_artifact::check::check;
use ballast_artifact::refusal::Refusal;
use ballast_artifact::report::{table, Row};

const IMPORTS: &str = r#"(import "env" "db_read" (func (param i32) (result i32)))"#;
const MEMORY: &str = r#"(memory (export "memory") 17)"#;
const TABLE: &str = "(table 3 3 funcref)";
const MARKERS: &str = r#"(func (export "interface_version_8")) (func (export "requires_cosmwasm_2_0")) (func (export "requires_iterator"))"#;
const ENTRY_POINTS: &str = r#"
    (func (export "allocate") (param i32) (result i32) (local.get 0))
    (func (export "deallocate") (param i32))
    (func (export "instantiate") (param i32 i32 i32) (result i32) (local.get 0))
    (func (export "execute") (param i32 i32 i32) (result i32) (local.get 0))
    (func (export "query") (param i32 i32) (result i32) (local.get 0))
    (func (export "migrate") (param i32 i32) (result i32) (local.get 0))"#;

fn refusals_of(text: &str) -> Vec<Refusal> {
    let wasm = wat::parse_str(text).unwrap();
    check(
        &wasm,
        &["instantiate", "execute", "query", "migrate"].map(String::from),
    )
    .refusals
}

/// A good module with something added at its end.
fn with(more: &str) -> Vec<Refusal> {
    refusals_of(&format!(
        "(module {IMPORTS} {TABLE} {MEMORY} {MARKERS} {ENTRY_POINTS} {more})"
    ))
}

/// A good module in which one part is another.
fn instead(part: &str, other: &str) -> Vec<Refusal> {
    let text = format!("(module {IMPORTS} {TABLE} {MEMORY} {MARKERS} {ENTRY_POINTS})");
    assert!(text.contains(part));
    refusals_of(&text.replace(part, other))
}

#[test]
fn a_contract_that_every_chain_takes_is_accepted() {
    assert_eq!(with(""), []);
    // A hundred locals are allowed, parameters among them.
    let function = format!("(func (param i32) (local {}))", "i32 ".repeat(99));
    assert_eq!(with(&function), []);
}

#[test]
fn more_than_800_kib_is_refused() {
    // 819,200 bytes exactly are allowed: a custom section fills up what is missing.
    let good = format!("(module {IMPORTS} {TABLE} {MEMORY} {MARKERS} {ENTRY_POINTS})");
    let sized = |bytes: usize| {
        let mut wasm = wat::parse_str(&good).unwrap();
        // Identifier, length in three bytes, and a name of one letter with its length.
        let content = bytes - wasm.len() - 4;
        let length = u32::try_from(content).unwrap();
        wasm.extend([
            0,
            (length & 0x7f | 0x80) as u8,
            (length >> 7 & 0x7f | 0x80) as u8,
            (length >> 14) as u8,
            1,
            b'x',
        ]);
        wasm.resize(bytes, 0);
        check(&wasm, &[]).refusals
    };
    assert_eq!(sized(819_200), []);
    assert_eq!(
        sized(819_201),
        [Refusal::Size {
            found: 819_201,
            limit: 819_200
        }]
    );
    assert_eq!(
        sized(820_000)[0].to_string(),
        "820000 bytes, 819200 allowed: 800 too many"
    );
}

#[test]
fn what_is_no_module_is_refused() {
    assert!(matches!(
        check(b"\0asn", &[]).refusals[..],
        [Refusal::Invalid { .. }]
    ));
    // It can be read, but its function leaves nothing where it promises a number.
    let mut wasm = wat::parse_str(format!(
        "(module {MEMORY} {MARKERS} {ENTRY_POINTS} (func (result i32) (i32.const 1)))"
    ))
    .unwrap();
    let promise = wasm
        .windows(2)
        .rposition(|pair| pair == [0x41, 0x01])
        .unwrap();
    wasm[promise..promise + 2].fill(0x01);
    assert!(matches!(
        check(&wasm, &[]).refusals[..],
        [Refusal::Invalid { .. }]
    ));
}

#[test]
fn a_missing_entry_point_is_refused() {
    for name in [
        "instantiate",
        "execute",
        "query",
        "migrate",
        "allocate",
        "deallocate",
    ] {
        let found = instead(&format!(r#"(export "{name}")"#), "");
        assert_eq!(
            found,
            [Refusal::MissingExport { name: name.into() }],
            "{name}"
        );
    }
    let wasm = wat::parse_str(format!("(module {MEMORY} {MARKERS} {ENTRY_POINTS})")).unwrap();
    assert_eq!(
        check(&wasm, &["reply".into()]).refusals,
        [Refusal::MissingExport {
            name: "reply".into()
        }]
    );
}

#[test]
fn another_interface_version_is_refused() {
    let found = instead("interface_version_8", "interface_version_9");
    assert_eq!(
        found,
        [Refusal::Interface {
            expected: "interface_version_8".into(),
            found: vec!["interface_version_9".into()]
        }]
    );
    assert!(
        matches!(&instead("interface_version_8", "other")[..], [Refusal::Interface { found, .. }] if found.is_empty())
    );
    let two = with(r#"(func (export "interface_version_7"))"#);
    assert!(matches!(&two[..], [Refusal::Interface { found, .. }] if found.len() == 2));
}

#[test]
fn imports_that_the_chain_does_not_offer_are_refused() {
    // Of capability cosmwasm_2_1: newer than what is asked of the chain.
    for name in [
        "bls12_381_aggregate_g1",
        "secp256r1_verify",
        "__wbindgen_throw",
    ] {
        assert_eq!(
            instead("db_read", name),
            [Refusal::UnknownImport {
                name: format!("env.{name}")
            }]
        );
    }
    assert_eq!(
        instead(r#""env""#, r#""wasi""#),
        [Refusal::UnknownImport {
            name: "wasi.db_read".into()
        }]
    );
    let global = r#"(import "env" "db_read" (global i32))"#;
    assert_eq!(
        instead(IMPORTS, global),
        [Refusal::ImportKind {
            name: "env.db_read".into()
        }]
    );
    let many = instead(IMPORTS, &IMPORTS.repeat(101));
    assert_eq!(
        many,
        [Refusal::Total {
            what: "imports",
            found: 101,
            limit: 100
        }]
    );
}

#[test]
fn capabilities_above_cosmwasm_2_0_are_refused() {
    for name in ["cosmwasm_2_1", "cosmwasm_3_0", "injective"] {
        assert_eq!(
            instead("requires_cosmwasm_2_0", &format!("requires_{name}")),
            [Refusal::Capability { name: name.into() }]
        );
    }
}

#[test]
fn floating_point_is_refused_wherever_it_is() {
    let found =
        with("(func $mean (result i32) (i32.trunc_f64_s (f64.add (f64.const 1) (f64.const 2))))");
    assert_eq!(
        found,
        [Refusal::FloatingPoint {
            function: "function 10 `mean`".into(),
            operator: "F64Const".into(),
            count: 4
        }]
    );
    assert_eq!(
        found[0].to_string(),
        "floating point in function 10 `mean`: F64Const, 4 of that kind"
    );
    for code in [
        "(drop (f32.load (i32.const 0)))",
        "(drop (i64.reinterpret_f64 (f64.const 0)))",
        "(f64.store (i32.const 0) (f64.const 0))",
    ] {
        assert!(
            matches!(
                with(&format!("(func {code})"))[..],
                [Refusal::FloatingPoint { .. }]
            ),
            "{code}"
        );
    }
    for part in [
        "(func (local f32))",
        "(func (param f64))",
        "(func (result f64) (unreachable))",
    ] {
        assert!(
            matches!(with(part)[..], [Refusal::FloatingPointType { .. }]),
            "{part}"
        );
    }
    // The initial value of a global is one, too; the type of the global says so.
    assert_eq!(
        with("(global f32 (f32.const 0))"),
        [Refusal::FloatingPointType {
            place: "global 0".into()
        }]
    );
    let import = instead(IMPORTS, r#"(import "env" "db_read" (func (param f64)))"#);
    assert_eq!(
        import,
        [Refusal::FloatingPointType {
            place: "the import `env.db_read`".into()
        }]
    );
}

#[test]
fn everything_beyond_webassembly_1_0_is_refused_by_its_name() {
    for (part, proposal) in [
        (
            "(func (drop (i32.extend8_s (i32.const 1))))",
            "sign_extension",
        ),
        (
            "(func (memory.copy (i32.const 0) (i32.const 1) (i32.const 2)))",
            "bulk_memory",
        ),
        (
            "(func (memory.fill (i32.const 0) (i32.const 1) (i32.const 2)))",
            "bulk_memory",
        ),
        (
            "(func (drop (i32.trunc_sat_f32_s (unreachable))))",
            "saturating_float_to_int",
        ),
        ("(func (drop (table.size 0)))", "reference_types"),
        (
            "(func (block (result i32 i32) (unreachable)) (drop) (drop))",
            "multi_value",
        ),
        ("(func (drop (v128.const i64x2 0 0)))", "simd"),
        (
            "(func (drop (i32x4.relaxed_trunc_f32x4_s (unreachable))))",
            "relaxed_simd",
        ),
        ("(func (drop (i32.atomic.load (i32.const 0))))", "threads"),
        ("(func (return_call 0 (i32.const 0)) (drop))", "tail_call"),
        (r#"(data "later")"#, "bulk_memory"),
        ("(elem func 0)", "bulk_memory"),
        (
            "(elem (i32.const 0) funcref (ref.func 0))",
            "reference_types",
        ),
        ("(tag)", "exceptions"),
    ] {
        let found = with(part);
        let first = found.iter().find_map(|refusal| match refusal {
            Refusal::Proposal { proposal, .. } => Some(proposal.as_str()),
            _ => None,
        });
        assert_eq!(first, Some(proposal), "{part}: {found:?}");
    }
    let sign = with("(func (drop (i32.extend8_s (i32.const 1))))");
    assert!(sign[0].to_string().contains("Rust 1.70"), "{}", sign[0]);
    let bulk = with("(func (memory.fill (i32.const 0) (i32.const 1) (i32.const 2)))");
    assert!(bulk[0].to_string().contains("Rust 1.82"), "{}", bulk[0]);
}

#[test]
fn a_start_function_is_refused() {
    assert_eq!(
        with("(func $begin) (start $begin)"),
        [Refusal::StartFunction {
            function: "function 10 `begin`".into()
        }]
    );
}

#[test]
fn a_memory_other_than_one_of_its_own_is_refused() {
    assert_eq!(
        instead(MEMORY, r#"(memory (export "memory") 513)"#),
        [Refusal::MemoryPages {
            found: 513,
            limit: 512
        }]
    );
    assert_eq!(
        instead(MEMORY, r#"(memory (export "memory") 17 100)"#),
        [Refusal::MemoryMaximum { maximum: 100 }]
    );
    assert_eq!(instead(MEMORY, "(memory 17)"), [Refusal::MemoryNotExported]);
    assert_eq!(
        instead(MEMORY, ""),
        [Refusal::Memories { found: 0 }, Refusal::MemoryNotExported]
    );
    assert_eq!(with("(memory 1)"), [Refusal::Memories { found: 2 }]);
    let imported = refusals_of(&format!(
        r#"(module (import "env" "memory" (memory 17)) (export "memory" (memory 0)) {MARKERS} {ENTRY_POINTS})"#
    ));
    assert_eq!(
        imported,
        [
            Refusal::ImportKind {
                name: "env.memory".into()
            },
            Refusal::Memories { found: 0 }
        ]
    );
}

#[test]
fn a_table_that_is_large_or_grows_is_refused() {
    assert_eq!(instead(TABLE, "(table 3 2500 funcref)"), []);
    assert_eq!(
        instead(TABLE, "(table 3 2501 funcref)"),
        [Refusal::TableEntries {
            found: 2501,
            limit: 2500
        }]
    );
    assert_eq!(
        instead(TABLE, "(table 3 funcref)"),
        [Refusal::TableUnbounded]
    );
    assert_eq!(with("(table 1 1 funcref)"), [Refusal::Tables { found: 2 }]);
    assert!(
        matches!(&instead(TABLE, "(table 1 1 externref)")[..], [Refusal::Proposal { proposal, .. }] if proposal == "reference_types")
    );
}

#[test]
fn a_function_with_more_than_100_locals_or_parameters_is_refused() {
    let found = with(&format!(
        r#"(func (export "large") (param i32 i64) (local {}))"#,
        "i64 ".repeat(99)
    ));
    let function = "function 10, exported as `large`".to_string();
    assert_eq!(
        found,
        [Refusal::FunctionLocals {
            function,
            parameters: 2,
            locals: 99,
            limit: 100
        }]
    );
    assert_eq!(
        found[0].to_string(),
        "function 10, exported as `large` has 2 parameters and 99 other locals, 100 allowed together"
    );
    let parameters = with(&format!("(func (param {}))", "i32 ".repeat(101)));
    assert!(matches!(
        parameters[..],
        [Refusal::FunctionLocals {
            parameters: 101,
            locals: 0,
            ..
        }]
    ));
}

#[test]
fn a_function_with_two_results_is_refused() {
    let found = with("(func (result i32 i32) (unreachable))");
    assert_eq!(
        found,
        [Refusal::FunctionResults {
            function: "function 10".into(),
            found: 2,
            limit: 1
        }]
    );
}

#[test]
fn too_much_in_all_functions_together_is_refused() {
    let functions = with(&"(func)".repeat(20_000));
    assert_eq!(
        functions,
        [Refusal::Total {
            what: "functions",
            found: 20_009,
            limit: 20_000
        }]
    );
    // The entry points have twelve parameters.
    let parameters = with(&format!("(func (param {}))", "i32 ".repeat(100)).repeat(100));
    assert_eq!(
        parameters,
        [Refusal::Total {
            what: "parameters of all functions",
            found: 10_012,
            limit: 10_000
        }]
    );
    let locals = with(&format!("(func (local {}))", "i32 ".repeat(100)).repeat(101));
    assert_eq!(
        locals,
        [Refusal::Total {
            what: "locals of all functions",
            found: 10_100,
            limit: 10_000
        }]
    );
}

#[test]
fn sizes_stand_next_to_what_is_allowed() {
    let wasm = wat::parse_str(format!(
        "(module {IMPORTS} {TABLE} {MEMORY} {MARKERS} {ENTRY_POINTS})"
    ))
    .unwrap();
    let row = Row::new("market", &check(&wasm, &[]).module.unwrap());
    assert_eq!(
        (
            row.functions,
            row.most_locals,
            row.table_entries,
            row.memory_pages
        ),
        (9, 3, 3, 17)
    );
    assert_eq!((row.bytes, row.limit), (wasm.len(), 819_200));
    let text = table(&[row]).to_string();
    assert!(
        text.contains("| market ") && text.contains("| limit ") && text.contains("819200"),
        "{text}"
    );
}
