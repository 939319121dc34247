//! The checks: from what is in a module to the reasons to refuse it.

use crate::limits;
use crate::module::Module;
use crate::operators::Kind;
use crate::refusal::Refusal;

/// A module that could be read, and why a chain would refuse it.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// What is in it; `None` where it cannot be read.
    pub module: Option<Module>,
    /// All reasons; empty: a chain accepts it.
    pub refusals: Vec<Refusal>,
}

/// Checks a compiled contract that must have these entry points (`instantiate`, `execute`, ...).
pub fn check(wasm: &[u8], entry_points: &[String]) -> Verdict {
    let module = match Module::parse(wasm) {
        Ok(module) => module,
        Err(error) => {
            return Verdict {
                module: None,
                refusals: vec![Refusal::Invalid {
                    reason: error.to_string(),
                }],
            }
        }
    };
    let mut refusals: Vec<Refusal> = [
        size(&module),
        exports(&module, entry_points),
        imports(&module),
        memory(&module),
        tables(&module),
        operators(&module),
        functions(&module),
    ]
    .concat();
    // What is wrong in a way that has no name above.
    if refusals.is_empty() {
        refusals.extend(Module::validate(wasm).err().map(|error| Refusal::Invalid {
            reason: error.to_string(),
        }));
    }
    Verdict {
        module: Some(module),
        refusals,
    }
}

fn size(module: &Module) -> Vec<Refusal> {
    let large = module.bytes > limits::BYTES;
    large
        .then_some(Refusal::Size {
            found: module.bytes,
            limit: limits::BYTES,
        })
        .into_iter()
        .collect()
}

fn exports(module: &Module, entry_points: &[String]) -> Vec<Refusal> {
    let required = limits::REQUIRED_EXPORTS.map(String::from);
    let missing = required
        .iter()
        .chain(entry_points)
        .filter(|name| !module.exported_functions.contains(*name));
    let mut refusals: Vec<Refusal> = missing
        .map(|name| Refusal::MissingExport { name: name.clone() })
        .collect();

    let with_prefix = |prefix: &'static str| {
        module
            .exported_functions
            .iter()
            .filter(move |name| name.starts_with(prefix))
    };
    let found: Vec<String> = with_prefix("interface_version_").cloned().collect();
    if found != [limits::INTERFACE_VERSION] {
        refusals.push(Refusal::Interface {
            expected: limits::INTERFACE_VERSION.into(),
            found,
        });
    }
    refusals.extend(
        with_prefix("requires_")
            .filter_map(|name| name.strip_prefix("requires_"))
            .filter(|name| !limits::CAPABILITIES.contains(name))
            .map(|name| Refusal::Capability { name: name.into() }),
    );
    refusals
}

fn imports(module: &Module) -> Vec<Refusal> {
    let offered = |name: &str| {
        name.strip_prefix("env.")
            .is_some_and(|name| limits::IMPORTED_FUNCTIONS.contains(&name))
    };
    let unknown = module
        .imported_functions
        .iter()
        .filter(|name| !offered(name));
    let mut refusals: Vec<Refusal> = unknown
        .map(|name| Refusal::UnknownImport { name: name.clone() })
        .collect();
    refusals.extend(
        module
            .other_imports
            .iter()
            .map(|name| Refusal::ImportKind { name: name.clone() }),
    );
    refusals.extend(above(
        "imports",
        module.imported_functions.len() + module.other_imports.len(),
        limits::IMPORTS,
    ));
    refusals
}

fn memory(module: &Module) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if module.memories.len() != 1 {
        refusals.push(Refusal::Memories {
            found: module.memories.len(),
        });
    }
    if !module.exports_memory {
        refusals.push(Refusal::MemoryNotExported);
    }
    for memory in &module.memories {
        if memory.initial > limits::MEMORY_PAGES {
            refusals.push(Refusal::MemoryPages {
                found: memory.initial,
                limit: limits::MEMORY_PAGES,
            });
        }
        refusals.extend(
            memory
                .maximum
                .map(|maximum| Refusal::MemoryMaximum { maximum }),
        );
    }
    refusals
}

fn tables(module: &Module) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if module.tables.len() > 1 {
        refusals.push(Refusal::Tables {
            found: module.tables.len(),
        });
    }
    for table in &module.tables {
        match table.maximum {
            None => refusals.push(Refusal::TableUnbounded),
            Some(found) if found > limits::TABLE_ENTRIES => {
                refusals.push(Refusal::TableEntries {
                    found,
                    limit: limits::TABLE_ENTRIES,
                });
            }
            Some(_) => {}
        }
    }
    refusals
}

fn operators(module: &Module) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    refusals.extend(
        module
            .start
            .clone()
            .map(|function| Refusal::StartFunction { function }),
    );
    refusals.extend(
        module
            .sections
            .iter()
            .map(|(proposal, place, what)| Refusal::Proposal {
                proposal: (*proposal).into(),
                place: (*place).into(),
                operator: what.clone(),
                count: 1,
            }),
    );
    refusals.extend(
        module
            .floating_point
            .iter()
            .map(|place| Refusal::FloatingPointType {
                place: place.clone(),
            }),
    );
    for function in &module.functions {
        let label = &function.label;
        refusals.extend(
            function
                .refused
                .iter()
                .map(|(kind, (operator, count))| match kind {
                    Kind::FloatingPoint => Refusal::FloatingPoint {
                        function: label.clone(),
                        operator: (*operator).into(),
                        count: *count,
                    },
                    Kind::Proposal(proposal) => Refusal::Proposal {
                        proposal: (*proposal).into(),
                        place: label.clone(),
                        operator: (*operator).into(),
                        count: *count,
                    },
                }),
        );
        if function.floating_point {
            refusals.push(Refusal::FloatingPointType {
                place: format!("parameters, results or locals of {label}"),
            });
        }
    }
    refusals
}

fn functions(module: &Module) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for function in &module.functions {
        if function.parameters.saturating_add(function.locals) > limits::FUNCTION_LOCALS {
            refusals.push(Refusal::FunctionLocals {
                function: function.label.clone(),
                parameters: function.parameters,
                locals: function.locals,
                limit: limits::FUNCTION_LOCALS,
            });
        }
        if function.results > limits::FUNCTION_RESULTS {
            refusals.push(Refusal::FunctionResults {
                function: function.label.clone(),
                found: function.results,
                limit: limits::FUNCTION_RESULTS,
            });
        }
    }
    let sum = |count: fn(&crate::module::Function) -> usize| {
        module
            .functions
            .iter()
            .map(count)
            .fold(0, usize::saturating_add)
    };
    refusals.extend(above(
        "functions",
        module.functions.len(),
        limits::FUNCTIONS,
    ));
    refusals.extend(above(
        "parameters of all functions",
        sum(|function| function.parameters),
        limits::TOTAL_PARAMETERS,
    ));
    refusals.extend(above(
        "locals of all functions",
        sum(|function| function.locals),
        limits::TOTAL_LOCALS,
    ));
    refusals
}

fn above(what: &'static str, found: usize, limit: usize) -> Option<Refusal> {
    (found > limit).then_some(Refusal::Total { what, found, limit })
}
