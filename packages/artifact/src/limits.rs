//! What chains accept: the defaults of wasmd 0.60 and of the CosmWasm virtual machine 2.x (`WasmLimits` of `cosmwasm-vm`).

/// Bytes of a contract, uncompressed: `MaxWasmSize` of wasmd, 800 KiB.
pub const BYTES: usize = 800 * 1024;

/// Parameters and other locals of one function together. The machine allows 100 of each.
pub const FUNCTION_LOCALS: usize = 100;

/// Results of one function.
pub const FUNCTION_RESULTS: usize = 1;

/// Functions of a module.
pub const FUNCTIONS: usize = 20_000;

/// Parameters of all functions of a module together.
pub const TOTAL_PARAMETERS: usize = 10_000;

/// Locals, parameters not counted, of all functions of a module together.
pub const TOTAL_LOCALS: usize = 10_000;

/// Imports of a module.
pub const IMPORTS: usize = 100;

/// Entries of the table of functions.
pub const TABLE_ENTRIES: u64 = 2_500;

/// Pages of 64 KiB that a module may ask for at the start.
pub const MEMORY_PAGES: u64 = 512;

/// What every contract must export for the machine to talk to it.
pub const REQUIRED_EXPORTS: [&str; 2] = ["allocate", "deallocate"];

/// The one interface between contract and machine that 1.x and 2.x chains speak.
pub const INTERFACE_VERSION: &str = "interface_version_8";

/// What a chain of capability `cosmwasm_2_0` offers as `requires_*`.
pub const CAPABILITIES: [&str; 8] = [
    "iterator",
    "staking",
    "stargate",
    "cosmwasm_1_1",
    "cosmwasm_1_2",
    "cosmwasm_1_3",
    "cosmwasm_1_4",
    "cosmwasm_2_0",
];

/// Functions that a chain of capability `cosmwasm_2_0` offers for import, all from the module `env`.
pub const IMPORTED_FUNCTIONS: [&str; 17] = [
    "abort",
    "addr_canonicalize",
    "addr_humanize",
    "addr_validate",
    "db_next",
    "db_next_key",
    "db_next_value",
    "db_read",
    "db_remove",
    "db_scan",
    "db_write",
    "debug",
    "ed25519_batch_verify",
    "ed25519_verify",
    "query_chain",
    "secp256k1_recover_pubkey",
    "secp256k1_verify",
];
