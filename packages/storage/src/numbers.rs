//! Integers and decimals: few bytes for small numbers.

use cosmwasm_std::{Decimal, Int128, Int256, Int64, Uint128, Uint64};

use crate::record::{DecodeError, Reader, Record};

/// Appends an unsigned number, seven bits a byte, the lowest first; the top bit says that more follow.
pub(crate) fn write_unsigned(out: &mut Vec<u8>, value: u128) {
    let mut rest = value;
    loop {
        let low = rest.to_le_bytes()[0] & 0x7f;
        rest >>= 7;
        if rest == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

/// Reads an unsigned number.
pub(crate) fn read_unsigned(input: &mut Reader<'_>) -> Result<u128, DecodeError> {
    let mut value: u128 = 0;
    let mut shift: u32 = 0;
    loop {
        let byte = input.byte()?;
        let bits = u128::from(byte & 0x7f);
        let placed = bits.checked_shl(shift).unwrap_or_default();
        // What was shifted out at the top is lost: then the number does not fit.
        if placed.checked_shr(shift).unwrap_or_default() != bits {
            return Err(DecodeError::TooLarge { expected: 128 });
        }
        value |= placed;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
        shift = shift.saturating_add(7);
        if shift > 126 {
            return Err(DecodeError::TooLarge { expected: 128 });
        }
    }
}

macro_rules! unsigned {
    ($($type:ty),*) => { $(
        impl Record for $type {
            fn write(&self, out: &mut Vec<u8>) {
                write_unsigned(out, u128::from(*self));
            }

            fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
                let expected = <$type>::BITS;
                let value = read_unsigned(input)?;
                Self::try_from(value).map_err(|_| DecodeError::TooLarge { expected })
            }
        }
    )* };
}

unsigned!(u8, u16, u32, u64);

impl Record for u128 {
    fn write(&self, out: &mut Vec<u8>) {
        write_unsigned(out, *self);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_unsigned(input)
    }
}

impl Record for Uint64 {
    fn write(&self, out: &mut Vec<u8>) {
        self.u64().write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        u64::read(input).map(Self::new)
    }
}

impl Record for Uint128 {
    fn write(&self, out: &mut Vec<u8>) {
        write_unsigned(out, self.u128());
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        read_unsigned(input).map(Self::new)
    }
}

/// Zigzag: 0, -1, 1, -2, ... are 0, 1, 2, 3, ..., so that small numbers of either sign are short.
impl Record for i128 {
    fn write(&self, out: &mut Vec<u8>) {
        write_unsigned(out, ((self << 1) ^ (self >> 127)).cast_unsigned_bits());
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let zigzag = read_unsigned(input)?;
        let sign = if zigzag & 1 == 1 { u128::MAX } else { 0 };
        Ok(Self::from_le_bytes(((zigzag >> 1) ^ sign).to_le_bytes()))
    }
}

/// `i128::cast_unsigned` is newer than the Rust that these contracts must build with.
trait UnsignedBits {
    fn cast_unsigned_bits(self) -> u128;
}

impl UnsignedBits for i128 {
    fn cast_unsigned_bits(self) -> u128 {
        u128::from_le_bytes(self.to_le_bytes())
    }
}

macro_rules! signed {
    ($($type:ty),*) => { $(
        impl Record for $type {
            fn write(&self, out: &mut Vec<u8>) {
                i128::from(*self).write(out);
            }

            fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
                let expected = <$type>::BITS;
                let value = i128::read(input)?;
                Self::try_from(value).map_err(|_| DecodeError::TooLarge { expected })
            }
        }
    )* };
}

signed!(i32, i64);

impl Record for Int64 {
    fn write(&self, out: &mut Vec<u8>) {
        self.i64().write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        i64::read(input).map(Self::new)
    }
}

impl Record for Int128 {
    fn write(&self, out: &mut Vec<u8>) {
        self.i128().write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        i128::read(input).map(Self::new)
    }
}

impl Record for Int256 {
    fn write(&self, out: &mut Vec<u8>) {
        let bytes = self.to_be_bytes();
        // The first byte whose bits are not those of the sign, or the one before it where its top bit is not the sign's.
        let sign = if self.is_negative() { 0xff } else { 0 };
        let same = bytes.iter().take_while(|byte| **byte == sign).count();
        let carries_sign = bytes
            .get(same)
            .is_some_and(|byte| (byte ^ sign) & 0x80 != 0);
        let negative_one = same == bytes.len() && sign != 0;
        let start = same.saturating_sub(usize::from(carries_sign || negative_one));
        let shortest = bytes.get(start..).unwrap_or_default();
        // At most 32.
        write_unsigned(out, u128::try_from(shortest.len()).unwrap_or_default());
        out.extend_from_slice(shortest);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let length = usize::from(input.byte()?);
        let shortest = input.bytes(length)?;
        let negative = shortest.first().is_some_and(|byte| byte & 0x80 != 0);
        let mut bytes = if negative { [0xff; 32] } else { [0; 32] };
        let too_large = DecodeError::TooLarge { expected: 256 };
        let start = bytes.len().checked_sub(length).ok_or(too_large)?;
        bytes
            .get_mut(start..)
            .ok_or(too_large)?
            .copy_from_slice(shortest);
        Ok(Self::from_be_bytes(bytes))
    }
}

/// Prices and rates have few digits, but 18 decimals: the zeros at the end are counted, not stored.
impl Record for Decimal {
    fn write(&self, out: &mut Vec<u8>) {
        let mut rest = self.atomics().u128();
        let mut zeros: u8 = 0;
        while rest != 0 && rest % 10 == 0 {
            rest /= 10;
            zeros = zeros.saturating_add(1);
        }
        out.push(zeros);
        write_unsigned(out, rest);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let zeros = input.byte()?;
        let rest = read_unsigned(input)?;
        10u128
            .checked_pow(zeros.into())
            .and_then(|power| rest.checked_mul(power))
            .map(|atomics| Self::new(Uint128::new(atomics)))
            .ok_or(DecodeError::TooLarge { expected: 128 })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{from_bytes, to_bytes};
    use proptest::prelude::*;

    fn same<T: Record + PartialEq + std::fmt::Debug>(value: T) -> usize {
        let bytes = to_bytes(&value);
        assert_eq!(from_bytes::<T>(&bytes).unwrap(), value);
        bytes.len().checked_sub(1).unwrap()
    }

    #[test]
    fn small_numbers_are_short() {
        assert_eq!(same(0u64), 1);
        assert_eq!(same(127u64), 1);
        assert_eq!(same(128u64), 2);
        assert_eq!(same(1_700_000_000u64), 5);
        assert_eq!(same(u64::MAX), 10);
        assert_eq!(same(u128::MAX), 19);
        assert_eq!(same(Int128::new(-64)), 1);
        assert_eq!(same(Int128::MIN), 19);
        assert_eq!(same(Int128::MAX), 19);
        assert_eq!(same(Decimal::zero()), 2);
        assert_eq!(same(Decimal::percent(6_012_345)), 5);
        assert_eq!(same(Decimal::MAX), 20);
    }

    #[test]
    fn wide_numbers_are_as_short_as_their_sign_allows() {
        for (value, length) in [
            (0, 1),
            (-1, 2),
            (127, 2),
            (128, 3),
            (-128, 2),
            (-129, 3),
            (255, 3),
            (256, 3),
        ] {
            assert_eq!(same(Int256::from(value)), length, "{value}");
        }
        assert_eq!(same(Int256::MIN), 33);
        assert_eq!(same(Int256::MAX), 33);
    }

    #[test]
    fn numbers_that_do_not_fit_are_refused() {
        let large = to_bytes(&300u64);
        assert!(from_bytes::<u8>(&large).is_err());
        // 2^128 and 2^133, and a number that never ends.
        for last in [0x04, 0x7f] {
            let mut bytes = vec![1];
            bytes.extend([0x80; 18]);
            bytes.push(last);
            assert!(from_bytes::<u128>(&bytes).is_err());
        }
        let mut endless = vec![1];
        endless.extend([0xff; 40]);
        assert!(from_bytes::<u128>(&endless).is_err());
        let mut wide = vec![1, 33];
        wide.extend([0; 33]);
        assert!(from_bytes::<Int256>(&wide).is_err());
        assert!(from_bytes::<Decimal>(&[1, 39, 1]).is_err());
        assert!(from_bytes::<Decimal>(&[1, 38, 4]).is_err());
    }

    proptest! {
        #[test]
        fn every_number_is_read_back(
            unsigned in any::<u128>(), shift in 0u32..128, signed in any::<i128>(), word in any::<u64>(),
            high in any::<[u8; 32]>(), zeros in 0usize..32,
        ) {
            same(unsigned >> shift);
            same(signed >> shift);
            same(word);
            same(Uint128::new(unsigned >> shift));
            same(Decimal::new(Uint128::new(unsigned >> shift)));
            for fill in [0, 0xff] {
                let mut bytes = high;
                bytes.iter_mut().take(zeros).for_each(|byte| *byte = fill);
                same(Int256::from_be_bytes(bytes));
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..48)) {
            let _ = from_bytes::<u128>(&bytes);
            let _ = from_bytes::<Int128>(&bytes);
            let _ = from_bytes::<Int256>(&bytes);
            let _ = from_bytes::<Decimal>(&bytes);
            let _ = from_bytes::<Option<Vec<(u32, String)>>>(&bytes);
        }
    }
}
