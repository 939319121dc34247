//! What is printed: a table of sizes for people, the same as JSON for scripts.

use comfy_table::{presets, CellAlignment, Table};
use serde::Serialize;

use crate::limits;
use crate::module::Module;

/// Size of one contract, next to what chains allow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Name of the file without its ending.
    pub contract: String,
    /// Bytes of the file.
    pub bytes: usize,
    /// Bytes allowed.
    pub limit: usize,
    /// Functions with a body.
    pub functions: usize,
    /// Parameters and other locals of the function that has the most.
    pub most_locals: usize,
    /// Entries of the table of functions.
    pub table_entries: u64,
    /// Pages of 64 KiB at the start.
    pub memory_pages: u64,
}

impl Row {
    /// What is to be said of a module.
    pub fn new(contract: &str, module: &Module) -> Self {
        let locals = module
            .functions
            .iter()
            .map(|function| function.parameters.saturating_add(function.locals));
        Self {
            contract: contract.into(),
            bytes: module.bytes,
            limit: limits::BYTES,
            functions: module.functions.len(),
            most_locals: locals.max().unwrap_or(0),
            table_entries: module
                .tables
                .iter()
                .filter_map(|table| table.maximum)
                .max()
                .unwrap_or(0),
            memory_pages: module
                .memories
                .iter()
                .map(|memory| memory.initial)
                .max()
                .unwrap_or(0),
        }
    }

    /// How much of the allowed size is used, in tenths of a per cent, rounded up.
    pub fn used_per_mille(&self) -> usize {
        self.bytes.saturating_mul(1000).div_ceil(self.limit)
    }
}

/// The rows as a table; the limits are its last line.
pub fn table(rows: &[Row]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN);
    table.set_header([
        "contract",
        "bytes",
        "of 800 KiB",
        "functions",
        "most locals",
        "table entries",
        "memory pages",
    ]);
    for row in rows {
        let used = row.used_per_mille();
        table.add_row([
            row.contract.clone(),
            row.bytes.to_string(),
            format!("{}.{} %", used / 10, used % 10),
            row.functions.to_string(),
            row.most_locals.to_string(),
            row.table_entries.to_string(),
            row.memory_pages.to_string(),
        ]);
    }
    table.add_row([
        "limit".to_string(),
        limits::BYTES.to_string(),
        "100.0 %".to_string(),
        limits::FUNCTIONS.to_string(),
        limits::FUNCTION_LOCALS.to_string(),
        limits::TABLE_ENTRIES.to_string(),
        limits::MEMORY_PAGES.to_string(),
    ]);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
