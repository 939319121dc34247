//! Why a chain would refuse a contract.

use thiserror::Error;

/// One reason to refuse a contract, with the function and the figures concerned.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Larger than a chain stores.
    #[error("{found} bytes, {limit} allowed: {} too many", found.saturating_sub(*limit))]
    Size {
        /// Bytes of the file.
        found: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Not a valid module of WebAssembly 1.0.
    #[error("not a valid WebAssembly 1.0 module: {reason}")]
    Invalid {
        /// What the parser or the validator says.
        reason: String,
    },
    /// An entry point, or a function that the machine calls, is not exported.
    #[error("no exported function `{name}`")]
    MissingExport {
        /// Its name.
        name: String,
    },
    /// Not exactly one marker of the interface version that chains speak.
    #[error("interface markers: expected `{expected}`, found {found:?}")]
    Interface {
        /// The one that must be there.
        expected: String,
        /// Those that are.
        found: Vec<String>,
    },
    /// A function that the chain does not have.
    #[error("imports `{name}`, which a chain of capability cosmwasm_2_0 does not offer")]
    UnknownImport {
        /// Module and name.
        name: String,
    },
    /// Memory, table or global from outside.
    #[error("imports `{name}`, which is not a function")]
    ImportKind {
        /// Module and name.
        name: String,
    },
    /// A capability that the chain does not have.
    #[error(
        "requires the capability `{name}`, which a chain of capability cosmwasm_2_0 does not have"
    )]
    Capability {
        /// Without the prefix `requires_`.
        name: String,
    },
    /// Floating point in code: its results may differ between machines.
    #[error("floating point in {function}: {operator}, {count} of that kind")]
    FloatingPoint {
        /// Where.
        function: String,
        /// The first such operator.
        operator: String,
        /// How many there are in this function.
        count: usize,
    },
    /// Floating point in a type.
    #[error("a floating-point type in {place}")]
    FloatingPointType {
        /// Where.
        place: String,
    },
    /// An operator, or a part of the module, that WebAssembly 1.0 does not have.
    #[error(
        "{proposal} in {place}: {operator}, {count} of that kind; {}",
        remedy(proposal)
    )]
    Proposal {
        /// The extension of WebAssembly.
        proposal: String,
        /// Where.
        place: String,
        /// The first such operator.
        operator: String,
        /// How many there are in this place.
        count: usize,
    },
    /// Code that runs before the machine counts gas.
    #[error("start function: {function}")]
    StartFunction {
        /// Which.
        function: String,
    },
    /// None or several memories.
    #[error("{found} memories, exactly 1 allowed")]
    Memories {
        /// How many.
        found: usize,
    },
    /// The machine cannot reach the memory.
    #[error("the memory is not exported as `memory`")]
    MemoryNotExported,
    /// More memory from the start than a chain gives.
    #[error("memory of {found} pages at the start, {limit} allowed")]
    MemoryPages {
        /// Pages of 64 KiB.
        found: u64,
        /// Pages allowed.
        limit: u64,
    },
    /// A memory with a maximum of its own: the machine sets it.
    #[error("memory with a maximum of {maximum} pages: it must have none, the machine sets it")]
    MemoryMaximum {
        /// Pages of 64 KiB.
        maximum: u64,
    },
    /// More than one table.
    #[error("{found} tables, at most 1 allowed")]
    Tables {
        /// How many.
        found: usize,
    },
    /// A table that may grow.
    #[error("a table without a maximum")]
    TableUnbounded,
    /// A larger table than a chain accepts.
    #[error("a table of up to {found} entries, {limit} allowed")]
    TableEntries {
        /// Its maximum.
        found: u64,
        /// Entries allowed.
        limit: u64,
    },
    /// A function with too many locals.
    #[error("{function} has {parameters} parameters and {locals} other locals, {limit} allowed together")]
    FunctionLocals {
        /// Which.
        function: String,
        /// Its parameters.
        parameters: usize,
        /// Its other locals.
        locals: usize,
        /// Parameters and other locals allowed.
        limit: usize,
    },
    /// A function with too many results.
    #[error("{function} has {found} results, {limit} allowed")]
    FunctionResults {
        /// Which.
        function: String,
        /// Its results.
        found: usize,
        /// Results allowed.
        limit: usize,
    },
    /// Too many of something in the module as a whole.
    #[error("{found} {what}, {limit} allowed")]
    Total {
        /// Of what.
        what: &'static str,
        /// How many.
        found: usize,
        /// How many are allowed.
        limit: usize,
    },
}

/// Which toolchain causes an extension, and what to do.
fn remedy(proposal: &str) -> &'static str {
    match proposal {
        "sign_extension" => "Rust 1.70 and newer emit it: build with `-C target-cpu=mvp` and a standard library built likewise",
        "bulk_memory" | "saturating_float_to_int" | "multi_value" | "reference_types" => {
            "Rust 1.82 and newer emit it, also in their standard library: build both with `-C target-cpu=mvp`, as scripts/build-wasm does"
        }
        "simd" | "relaxed_simd" => "a build flag asks for it (`-C target-feature=+simd128`)",
        _ => "no Rust release emits it by default: a build flag asks for it",
    }
}
