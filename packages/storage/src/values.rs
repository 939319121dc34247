//! Flags, text, lists, pairs and what other crates define.

use cosmwasm_std::{Addr, CanonicalAddr, Empty};
use cw20::Denom;

use crate::address;
use crate::numbers::{read_unsigned, write_unsigned};
use crate::record;
use crate::record::{DecodeError, Reader, Record};

fn write_length(out: &mut Vec<u8>, length: usize) {
    // A length in memory fits 64 bits.
    write_unsigned(out, u128::try_from(length).unwrap_or_default());
}

fn read_length(input: &mut Reader<'_>) -> Result<usize, DecodeError> {
    let length = read_unsigned(input)?;
    usize::try_from(length).map_err(|_| DecodeError::TooLarge {
        expected: usize::BITS,
    })
}

impl Record for bool {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            found => Err(DecodeError::NoSuchVariant { found }),
        }
    }
}

impl<T: Record> Record for Option<T> {
    fn write(&self, out: &mut Vec<u8>) {
        self.is_some().write(out);
        if let Some(value) = self {
            value.write(out);
        }
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if bool::read(input)? {
            T::read(input).map(Some)
        } else {
            Ok(None)
        }
    }
}

impl<T: Record> Record for Vec<T> {
    fn write(&self, out: &mut Vec<u8>) {
        write_length(out, self.len());
        for value in self {
            value.write(out);
        }
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let length = read_length(input)?;
        // Not allocated ahead: the length may lie.
        let mut values = Self::new();
        for _ in 0..length {
            if input.left() == 0 {
                return Err(DecodeError::Ends { missing: 1 });
            }
            values.push(T::read(input)?);
        }
        Ok(values)
    }
}

impl<T: Record> Record for Box<T> {
    fn write(&self, out: &mut Vec<u8>) {
        self.as_ref().write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        T::read(input).map(Self::new)
    }
}

impl<A: Record, B: Record> Record for (A, B) {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
        self.1.write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok((A::read(input)?, B::read(input)?))
    }
}

pub(crate) fn write_text(text: &str, out: &mut Vec<u8>) {
    write_length(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

impl Record for String {
    fn write(&self, out: &mut Vec<u8>) {
        write_text(self, out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let length = read_length(input)?;
        let bytes = input.bytes(length)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => Err(DecodeError::NotText),
        }
    }
}

/// As its bytes where it is an address of a chain, as text otherwise.
impl Record for Addr {
    fn write(&self, out: &mut Vec<u8>) {
        address::write(self.as_str(), out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        address::read(input).map(Self::unchecked)
    }
}

/// An address's bytes, of which a chain has 20 or 32.
impl Record for CanonicalAddr {
    fn write(&self, out: &mut Vec<u8>) {
        write_length(out, self.len());
        out.extend_from_slice(self.as_slice());
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let length = read_length(input)?;
        input.bytes(length).map(Self::from)
    }
}

/// What an index holds: its key is all there is to know.
impl Record for Empty {
    fn write(&self, _: &mut Vec<u8>) {}

    fn read(_: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {})
    }
}

record! {
    enum Denom {
        0 => Native(name),
        1 => Cw20(contract),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::{from_bytes, to_bytes};
    use cosmwasm_std::{Addr, CanonicalAddr, Empty};
    use cw20::Denom;

    #[test]
    fn every_value_is_read_back_and_no_byte_more() {
        fn same<T: crate::Record + PartialEq + std::fmt::Debug>(value: T) {
            let bytes = to_bytes(&value);
            assert_eq!(from_bytes::<T>(&bytes).unwrap(), value);
            let longer = [bytes.as_slice(), &[0]].concat();
            assert!(from_bytes::<T>(&longer).is_err(), "{value:?}");
            for length in 0..bytes.len() {
                assert!(from_bytes::<T>(bytes.get(..length).unwrap()).is_err());
            }
            let mut other_layout = bytes;
            *other_layout.first_mut().unwrap() = 2;
            let error = from_bytes::<T>(&other_layout).unwrap_err();
            assert!(error.to_string().contains("found layout 2"), "{error}");
        }
        same(true);
        same(Some(7u8));
        same(None::<u8>);
        same(vec![(1u32, "one".to_owned()), (2, "zwei 2".to_owned())]);
        same(Vec::<u64>::new());
        same(Box::new(3u64));
        same(Addr::unchecked("ballast1qqq"));
        same(CanonicalAddr::from([7; 32]));
        same(Empty {});
        same(Denom::Native("uusd".to_owned()));
        same(Denom::Cw20(Addr::unchecked("token")));
    }

    #[test]
    fn what_is_no_value_is_refused() {
        assert!(from_bytes::<bool>(&[1, 2]).is_err());
        assert!(from_bytes::<Option<u8>>(&[1, 2, 0]).is_err());
        assert!(from_bytes::<String>(&[1, 1, 0xff]).is_err());
        assert!(from_bytes::<Denom>(&[1, 2, 0]).is_err());
        // A length of 2^70 allocates nothing.
        let mut bytes = vec![1];
        bytes.extend([0x80; 10]);
        bytes.push(1);
        assert!(from_bytes::<Vec<u8>>(&bytes).is_err());
        assert!(from_bytes::<Vec<Empty>>(&[1, 0xff, 0xff, 0xff, 0x7f]).is_err());
    }
}
