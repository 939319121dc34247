//! What can go wrong, and the exit code it ends with.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::propose::error::ProposeError;
use crate::report::Violation;

/// Result of everything here.
pub type SimResult<T> = Result<T, SimError>;

/// Why the command stopped.
#[derive(Error, Debug)]
pub enum SimError {
    /// A file of prices that cannot be used.
    #[error("{}{}: {problem}", file.display(), line_suffix(*line))]
    Input {
        /// Which file.
        file: PathBuf,
        /// Which line of it, counted from 1; none where the whole file is meant.
        line: Option<u64>,
        /// What was found and what was expected.
        problem: String,
    },
    /// Options that contradict each other or the files.
    #[error("{0}")]
    Usage(String),
    /// A proposal that is not written.
    #[error("{0}")]
    Proposal(#[from] ProposeError),
    /// An invariant does not hold.
    #[error("{0}")]
    Violation(Box<Violation>),
    /// A generated file is not what the code says.
    #[error("{0}")]
    Drift(String),
    /// The suite could not be deployed or asked: a bug of ours, not of the input.
    #[error("internal: {0}")]
    Internal(String),
}

fn line_suffix(line: Option<u64>) -> String {
    line.map_or_else(String::new, |line| format!(":{line}"))
}

impl SimError {
    /// A whole file that cannot be used.
    #[must_use]
    pub fn file(file: &Path, problem: impl Display) -> Self {
        Self::Input {
            file: file.to_path_buf(),
            line: None,
            problem: problem.to_string(),
        }
    }

    /// A line that cannot be used.
    #[must_use]
    pub fn line(file: &Path, line: u64, problem: impl Display) -> Self {
        Self::Input {
            file: file.to_path_buf(),
            line: Some(line),
            problem: problem.to_string(),
        }
    }

    /// A failure that no input explains.
    #[must_use]
    pub fn internal(problem: impl Display) -> Self {
        Self::Internal(problem.to_string())
    }

    /// 2: the input is at fault; 1: the suite or the simulator is.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Input { .. } | Self::Usage(_) | Self::Proposal(_) => 2,
            Self::Violation(_) | Self::Drift(_) | Self::Internal(_) => 1,
        }
    }
}
