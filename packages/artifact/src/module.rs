//! What is in a compiled contract, as far as chains care.

use std::collections::{BTreeMap, BTreeSet};

use wasmparser::{
    CompositeInnerType, DataKind, ElementItems, ElementKind, ExternalKind, FunctionBody,
    KnownCustom, Name, Parser, Payload, TypeRef, ValType, Validator, WasmFeatures,
};

use crate::operators::{classify, Kind};

/// A function with a body.
#[derive(Debug, Clone, Default)]
pub struct Function {
    /// How people find it: its name where the module tells, the names it is exported as, its index.
    pub label: String,
    /// Parameters.
    pub parameters: usize,
    /// Results.
    pub results: usize,
    /// Locals that are not parameters.
    pub locals: usize,
    /// Operators that chains refuse: by kind, the first one's name and how many there are.
    pub refused: BTreeMap<Kind, (&'static str, usize)>,
    /// Whether a local, a parameter or a result is a floating-point number.
    pub floating_point: bool,
}

/// A table or a memory: what it has at the start, and at most.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Entries or pages at the start.
    pub initial: u64,
    /// At most that many.
    pub maximum: Option<u64>,
}

/// Facts about a module, gathered in one pass.
#[derive(Debug, Clone, Default)]
pub struct Module {
    /// Bytes of the file.
    pub bytes: usize,
    /// Functions with a body, by their order in the file.
    pub functions: Vec<Function>,
    /// Imported functions, as `module.name`.
    pub imported_functions: Vec<String>,
    /// Other imports.
    pub other_imports: Vec<String>,
    /// Names of exported functions.
    pub exported_functions: BTreeSet<String>,
    /// Whether a memory is exported as `memory`.
    pub exports_memory: bool,
    /// Memories of its own.
    pub memories: Vec<Limits>,
    /// Tables of its own.
    pub tables: Vec<Limits>,
    /// Label of the function that runs at the start.
    pub start: Option<String>,
    /// Extensions that show outside of functions: extension, where, what.
    pub sections: Vec<(&'static str, &'static str, String)>,
    /// Places outside of functions with a floating-point type.
    pub floating_point: Vec<String>,
}

impl Module {
    /// Reads a module.
    ///
    /// # Errors
    /// What the parser or, for anything that the facts do not show, the validator of WebAssembly 1.0 says.
    pub fn parse(wasm: &[u8]) -> Result<Self, wasmparser::BinaryReaderError> {
        let mut reading = Reading::default();
        reading.module.bytes = wasm.len();
        for payload in Parser::new(0).parse_all(wasm) {
            reading.payload(payload?)?;
        }
        Ok(reading.finish())
    }

    /// Validates the whole as WebAssembly 1.0 does: types fit, indices exist.
    ///
    /// # Errors
    /// What the validator says.
    pub fn validate(wasm: &[u8]) -> Result<(), wasmparser::BinaryReaderError> {
        Validator::new_with_features(WasmFeatures::WASM1)
            .validate_all(wasm)
            .map(|_| ())
    }
}

/// What has been read so far; labels are put together at the end, when all names are known.
#[derive(Default)]
struct Reading {
    module: Module,
    /// Parameters, results and whether floating point is among them, by index of type; no function type: `None`.
    types: Vec<Option<(usize, usize, bool)>>,
    /// Index of type, by function with a body.
    declared: Vec<u32>,
    exports: BTreeMap<u32, Vec<String>>,
    names: BTreeMap<u32, String>,
    start: Option<u32>,
}

impl Reading {
    fn payload(&mut self, payload: Payload) -> Result<(), wasmparser::BinaryReaderError> {
        let module = &mut self.module;
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    for kind in group?.into_types() {
                        self.types.push(match kind.composite_type.inner {
                            CompositeInnerType::Func(function) => {
                                let floats = function
                                    .params()
                                    .iter()
                                    .chain(function.results())
                                    .any(floating_point);
                                Some((function.params().len(), function.results().len(), floats))
                            }
                            _ => {
                                module.sections.push((
                                    "gc",
                                    "the type section",
                                    "a type that is no function".into(),
                                ));
                                None
                            }
                        });
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    let name = format!("{}.{}", import.module, import.name);
                    match import.ty {
                        TypeRef::Func(index) | TypeRef::FuncExact(index) => {
                            if let Some(Some((_, _, true))) = self.types.get(index as usize) {
                                module.floating_point.push(format!("the import `{name}`"));
                            }
                            module.imported_functions.push(name);
                        }
                        _ => module.other_imports.push(name),
                    }
                }
            }
            Payload::FunctionSection(section) => {
                for index in section {
                    self.declared.push(index?);
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    let kind = table?.ty;
                    module.tables.push(Limits {
                        initial: kind.initial,
                        maximum: kind.maximum,
                    });
                    if !kind.element_type.is_func_ref() {
                        module.sections.push((
                            "reference_types",
                            "the table section",
                            kind.element_type.to_string(),
                        ));
                    }
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    let memory = memory?;
                    module.memories.push(Limits {
                        initial: memory.initial,
                        maximum: memory.maximum,
                    });
                    if memory.memory64 || memory.shared || memory.page_size_log2.is_some() {
                        module.sections.push((
                            "memory64 or threads",
                            "the memory section",
                            "a memory of another kind".into(),
                        ));
                    }
                }
            }
            Payload::GlobalSection(section) => {
                for (index, global) in section.into_iter().enumerate() {
                    if floating_point(&global?.ty.content_type) {
                        module.floating_point.push(format!("global {index}"));
                    }
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    match export.kind {
                        ExternalKind::Func | ExternalKind::FuncExact => {
                            module.exported_functions.insert(export.name.into());
                            self.exports
                                .entry(export.index)
                                .or_default()
                                .push(export.name.into());
                        }
                        ExternalKind::Memory if export.name == "memory" => {
                            module.exports_memory = true
                        }
                        _ => {}
                    }
                }
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(section) => {
                for element in section {
                    let element = element?;
                    if !matches!(element.kind, ElementKind::Active { .. }) {
                        module.sections.push((
                            "bulk_memory",
                            "the element section",
                            "elements that are copied later".into(),
                        ));
                    }
                    if matches!(element.items, ElementItems::Expressions(..)) {
                        module.sections.push((
                            "reference_types",
                            "the element section",
                            "elements that are expressions".into(),
                        ));
                    }
                }
            }
            Payload::DataCountSection { .. } => {
                module
                    .sections
                    .push(("bulk_memory", "the module", "a count of its data".into()));
            }
            Payload::DataSection(section) => {
                for data in section {
                    if matches!(data?.kind, DataKind::Passive) {
                        module.sections.push((
                            "bulk_memory",
                            "the data section",
                            "data that is copied later".into(),
                        ));
                    }
                }
            }
            Payload::TagSection(_) => {
                module
                    .sections
                    .push(("exceptions", "the module", "tags".into()))
            }
            Payload::CodeSectionEntry(body) => self.function(&body)?,
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    for name in names.into_iter().flatten() {
                        if let Name::Function(functions) = name {
                            // A broken name section is nobody's problem but the reader's of a refusal.
                            self.names.extend(
                                functions
                                    .into_iter()
                                    .flatten()
                                    .map(|name| (name.index, name.name.into())),
                            );
                        }
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn function(&mut self, body: &FunctionBody) -> Result<(), wasmparser::BinaryReaderError> {
        let signature = self
            .declared
            .get(self.module.functions.len())
            .and_then(|index| self.types.get(*index as usize));
        let (parameters, results, floats) = signature.copied().flatten().unwrap_or_default();
        let mut function = Function {
            parameters,
            results,
            floating_point: floats,
            ..Function::default()
        };
        for local in body.get_locals_reader()? {
            let (count, kind) = local?;
            function.locals = function.locals.saturating_add(count as usize);
            function.floating_point |= floating_point(&kind);
        }
        for operator in body.get_operators_reader()? {
            if let (name, Some(kind)) = classify(&operator?) {
                function.refused.entry(kind).or_insert((name, 0)).1 += 1;
            }
        }
        self.module.functions.push(function);
        Ok(())
    }

    fn finish(mut self) -> Module {
        let imported = self.module.imported_functions.len();
        let label = |index: usize| {
            let number = u32::try_from(index).unwrap_or(u32::MAX);
            let name = self
                .names
                .get(&number)
                .map(|name| format!(" `{name}`"))
                .unwrap_or_default();
            let exports = self
                .exports
                .get(&number)
                .map(|names| format!(", exported as `{}`", names.join("`, `")));
            format!("function {index}{name}{}", exports.unwrap_or_default())
        };
        for (position, function) in self.module.functions.iter_mut().enumerate() {
            function.label = label(imported + position);
        }
        self.module.start = self.start.map(|index| label(index as usize));
        self.module
    }
}

fn floating_point(kind: &ValType) -> bool {
    matches!(kind, ValType::F32 | ValType::F64)
}
