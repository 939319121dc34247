//! Which extension of WebAssembly an operator belongs to.

use wasmparser::Operator;

/// An operator that chains refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It computes with floating-point numbers.
    FloatingPoint,
    /// It is part of this extension of WebAssembly 1.0.
    Proposal(&'static str),
}

/// Name of an operator, and why chains refuse it; `None` where they do not.
pub fn classify(operator: &Operator) -> (&'static str, Option<Kind>) {
    let (proposal, name) = origin(operator);
    let kind = match proposal {
        "mvp" if name.contains("F32") || name.contains("F64") => Some(Kind::FloatingPoint),
        "mvp" => match operator {
            // In WebAssembly 1.0 there is one table, one memory, and a block has at most one result.
            Operator::CallIndirect { table_index, .. } if *table_index != 0 => {
                Some(Kind::Proposal("reference_types"))
            }
            Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty }
                if matches!(blockty, wasmparser::BlockType::FuncType(_)) =>
            {
                Some(Kind::Proposal("multi_value"))
            }
            _ => None,
        },
        other => Some(Kind::Proposal(other)),
    };
    (name, kind)
}

macro_rules! define_origin {
    ($(@$proposal:ident $operator:ident $({ $($argument:ident: $type:ty),* })? => $visit:ident ($($arity:tt)*))*) => {
        /// The extension that brought an operator (`mvp`: WebAssembly 1.0), and the operator's name.
        fn origin(operator: &Operator) -> (&'static str, &'static str) {
            match operator {
                $(Operator::$operator { .. } => (stringify!($proposal), stringify!($operator)),)*
                _ => ("unknown", "unknown operator"),
            }
        }
    };
}
wasmparser::for_each_operator!(define_origin);
