//! The encoding: what a record is, and how it is read back.

use cosmwasm_std::{StdError, StdResult};
use thiserror::Error;

/// A value with a binary form. Implemented by [`record!`](crate::record) for structs and enums.
pub trait Record: Sized {
    /// Number of the layout, the first byte of a stored value. Raised by a migration that changes the fields.
    const LAYOUT: u8 = 1;

    /// Appends the value.
    fn write(&self, out: &mut Vec<u8>);

    /// Takes the value from the front.
    ///
    /// # Errors
    /// [`DecodeError`]: these bytes are no such value.
    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError>;
}

/// Why bytes are no value of the type that was asked for.
#[derive(Error, Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecodeError {
    /// The value goes on after the last byte.
    #[error("{missing} bytes are missing")]
    Ends {
        /// How many more were expected.
        missing: usize,
    },

    /// The value ended before the last byte.
    #[error("{found} bytes are left over")]
    LeftOver {
        /// How many.
        found: usize,
    },

    /// A number that the field's type cannot hold.
    #[error("a number of more than {expected} bits")]
    TooLarge {
        /// What the type can hold.
        expected: u32,
    },

    /// A variant that the type does not have.
    #[error("no variant has the number {found}")]
    NoSuchVariant {
        /// Its number.
        found: u8,
    },

    /// Text that is not UTF-8.
    #[error("text that is not UTF-8")]
    NotText,

    /// A record of another layout: it was written by another version of the contract.
    #[error("a record of layout {expected} was expected, found layout {found}")]
    Layout {
        /// The layout that this code reads.
        expected: u8,
        /// What is stored.
        found: u8,
    },
}

/// Bytes that were not read yet.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Begins with the first byte.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// How many bytes are left.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.rest.len()
    }

    /// The next byte.
    ///
    /// # Errors
    /// [`DecodeError::Ends`].
    pub fn byte(&mut self) -> Result<u8, DecodeError> {
        let (first, rest) = self
            .rest
            .split_first()
            .ok_or(DecodeError::Ends { missing: 1 })?;
        self.rest = rest;
        Ok(*first)
    }

    /// The next bytes.
    ///
    /// # Errors
    /// [`DecodeError::Ends`].
    pub fn bytes(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        let Some((taken, rest)) = self.rest.split_at_checked(length) else {
            return Err(DecodeError::Ends {
                missing: length.saturating_sub(self.rest.len()),
            });
        };
        self.rest = rest;
        Ok(taken)
    }
}

/// A stored value: the number of its layout, then the value.
#[must_use]
pub fn to_bytes<T: Record>(value: &T) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    out.push(T::LAYOUT);
    value.write(&mut out);
    out
}

/// Reads a stored value.
///
/// # Errors
/// [`DecodeError`], as a parse error that names the type.
pub fn from_bytes<T: Record>(bytes: &[u8]) -> StdResult<T> {
    read_whole(bytes).map_err(|error| unreadable(std::any::type_name::<T>(), error))
}

fn read_whole<T: Record>(bytes: &[u8]) -> Result<T, DecodeError> {
    let mut input = Reader::new(bytes);
    let layout = input.byte()?;
    if layout != T::LAYOUT {
        return Err(DecodeError::Layout {
            expected: T::LAYOUT,
            found: layout,
        });
    }
    let value = T::read(&mut input)?;
    match input.left() {
        0 => Ok(value),
        found => Err(DecodeError::LeftOver { found }),
    }
}

// Apart from the generic function, so that a contract holds it once.
#[inline(never)]
fn unreadable(name: &str, error: DecodeError) -> StdError {
    StdError::parse_err(name, error)
}
