//! Addresses, as bytes instead of text: 18 fewer for a person's, 26 fewer for a contract's.
//!
//! The text of an address is bech32 (BIP-173): a prefix that names the chain, `1`, the address's bytes with five bits a
//! character, six characters of checksum. Stored is the prefix and the bytes; the rest follows from them. A contract can ask
//! the chain for the same (`addr_canonicalize`), but only where it is handed an `Api`, and some 800 steps of the virtual
//! machine are one gas, while a byte is 30.
//!
//! Every text comes back exactly: what would not is stored as text (names in tests, other lengths, other checksums).

use crate::record::{DecodeError, Reader, Record};
use crate::values::write_text;

/// A text of any kind follows. Every other first byte is the length of a prefix, with or without [`LONG`].
const TEXT: u8 = 0;

/// Added to the length of the prefix where 32 bytes follow, as in addresses of contracts; else 20, as in those of people.
const LONG: u8 = 0x80;

const SHORT_BYTES: usize = 20;
const LONG_BYTES: usize = 32;

/// The character of each five bits.
const CHARACTERS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Characters of a checksum.
const CHECKSUM: usize = 6;

/// Appends an address, whatever its text is.
pub(crate) fn write(address: &str, out: &mut Vec<u8>) {
    if let Some((kind, prefix, bytes)) = pack(address.as_bytes()) {
        out.push(kind);
        out.extend_from_slice(prefix);
        out.extend_from_slice(&bytes);
    } else {
        out.push(TEXT);
        write_text(address, out);
    }
}

/// Takes an address from the front.
pub(crate) fn read(input: &mut Reader<'_>) -> Result<String, DecodeError> {
    let kind = input.byte()?;
    match kind {
        TEXT => return String::read(input),
        LONG => return Err(DecodeError::NoSuchVariant { found: kind }),
        _ => {}
    }
    let prefix = input.bytes(usize::from(kind & !LONG))?;
    let length = if kind & LONG == 0 {
        SHORT_BYTES
    } else {
        LONG_BYTES
    };
    String::from_utf8(text(prefix, input.bytes(length)?)).map_err(|_| DecodeError::NotText)
}

/// First byte, prefix and bytes of a text that follows from them.
fn pack(address: &[u8]) -> Option<(u8, &[u8], Vec<u8>)> {
    let mark = address.iter().rposition(|byte| *byte == b'1')?;
    let (prefix, characters) = address.split_at_checked(mark)?;
    let mut digits = Vec::with_capacity(64);
    for character in characters.get(1..)? {
        let digit = CHARACTERS.iter().position(|known| known == character)?;
        digits.push(u8::try_from(digit).ok()?);
    }
    digits.truncate(digits.len().checked_sub(CHECKSUM)?);
    let bytes = regrouped(&digits, 5, 8);
    let long = match bytes.len() {
        SHORT_BYTES => 0,
        LONG_BYTES => LONG,
        _ => return None,
    };
    let length = u8::try_from(prefix.len()).ok()?;
    // Another checksum, bits that no byte has, upper case: whatever it is, it would not come back.
    let comes_back = length != 0 && length < LONG && text(prefix, &bytes) == address;
    comes_back.then_some((length | long, prefix, bytes))
}

/// The address of a prefix and bytes.
fn text(prefix: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut digits = regrouped(bytes, 8, 5);
    let mut checksum = checksum(prefix, &digits);
    for _ in 0..CHECKSUM {
        digits.push(low_byte(checksum >> 25));
        checksum <<= 5;
    }
    let mut text = Vec::with_capacity(128);
    text.extend_from_slice(prefix);
    text.push(b'1');
    for digit in digits {
        text.push(character(digit));
    }
    text
}

/// BIP-173's checksum: six times five bits, the first ones highest.
fn checksum(prefix: &[u8], digits: &[u8]) -> u32 {
    let mut sum = 1;
    for byte in prefix {
        sum = next_sum(sum, byte >> 5);
    }
    sum = next_sum(sum, 0);
    for byte in prefix {
        sum = next_sum(sum, byte & 0x1f);
    }
    for digit in digits {
        sum = next_sum(sum, *digit);
    }
    for _ in 0..CHECKSUM {
        sum = next_sum(sum, 0);
    }
    sum ^ 1
}

fn next_sum(sum: u32, digit: u8) -> u32 {
    const GENERATORS: [u32; 5] = [
        0x3b6a_57b2,
        0x2650_8e6d,
        0x1ea1_19fa,
        0x3d42_33dd,
        0x2a14_62b3,
    ];
    let mut top = sum >> 25;
    let mut next = ((sum & 0x01ff_ffff) << 5) ^ u32::from(digit);
    for generator in GENERATORS {
        if top & 1 == 1 {
            next ^= generator;
        }
        top >>= 1;
    }
    next
}

/// Numbers of so many bits as numbers of so many other bits. What is left over is filled up with zeros where those are fewer,
/// else dropped.
fn regrouped(numbers: &[u8], from: u32, to: u32) -> Vec<u8> {
    let mut regrouped = Vec::with_capacity(64);
    let mask = u8::MAX.wrapping_shr(8u32.saturating_sub(to));
    // The lowest `held` bits are those that were not taken yet, at most 12; others are leftovers.
    let (mut bits, mut held) = (0u32, 0u32);
    for number in numbers {
        bits = bits.wrapping_shl(from) | u32::from(*number);
        held = held.saturating_add(from);
        while held >= to {
            held = held.saturating_sub(to);
            regrouped.push(low_byte(bits.wrapping_shr(held)) & mask);
        }
    }
    if held != 0 && to < from {
        let filling = to.saturating_sub(held);
        regrouped.push(low_byte(bits.wrapping_shl(filling)) & mask);
    }
    regrouped
}

const fn low_byte(bits: u32) -> u8 {
    bits.to_le_bytes()[0]
}

/// Of the lowest five bits.
fn character(digit: u8) -> u8 {
    let known = CHARACTERS.get(usize::from(digit & 0x1f));
    known.copied().unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]
mod tests {
    use crate::{from_bytes, to_bytes};
    use bech32::primitives::checksum::Checksum;
    use bech32::{Bech32, Bech32m, Hrp};
    use cosmwasm_std::Addr;
    use proptest::prelude::*;

    /// Bytes without the number of the layout; they are read back.
    fn stored(text: &str) -> usize {
        let address = Addr::unchecked(text);
        let bytes = to_bytes(&address);
        assert_eq!(from_bytes::<Addr>(&bytes).unwrap(), address);
        assert!(from_bytes::<Addr>(&[bytes.as_slice(), &[0]].concat()).is_err());
        for length in 0..bytes.len() {
            assert!(from_bytes::<Addr>(bytes.get(..length).unwrap()).is_err());
        }
        bytes.len() - 1
    }

    /// As text with its length in a byte; the first byte says that it is text.
    fn as_text(text: &str) -> usize {
        text.len() + 2
    }

    fn encoded<C: Checksum>(prefix: &str, bytes: &[u8]) -> String {
        bech32::encode_lower::<C>(Hrp::parse(prefix).unwrap(), bytes).unwrap()
    }

    #[test]
    fn people_and_contracts_are_bytes() {
        // A community pool, and wasmd's first contract of the first code.
        let pool = "cosmos1jv65s3grqf6v6jl3dp4t6c9t9rk99cd88lyufl";
        assert_eq!(stored(pool), 1 + 6 + 20);
        let contract = "wasm14hj2tavq8fpesdwxxcu44rty3hh90vhujrvcmstl4zr3txmfvw9s0phg4d";
        assert_eq!(stored(contract), 1 + 4 + 32);
    }

    #[test]
    fn what_is_no_address_of_such_a_length_is_text() {
        for text in [
            "",
            "1",
            "1qqqqqq",
            "owner",
            "token1",
            "osmosis1",
            "0x52908400098527886E0F7030069857D2E4169EE7",
            "COSMOS1JV65S3GRQF6V6JL3DP4T6C9T9RK99CD88LYUFL",
            "cosmos1JV65S3GRQF6V6JL3DP4T6C9T9RK99CD88LYUFL",
            "Cosmos1jv65s3grqf6v6jl3dp4t6c9t9rk99cd88lyufl",
            // A letter that no digit has, and the mark instead of a digit.
            "cosmos1bv65s3grqf6v6jl3dp4t6c9t9rk99cd88lyufl",
            "cosmos1jv65s3grqf6v6jl3dp4t6c9t9rk99cd88lyu1l",
            // No prefix.
            "1jv65s3grqf6v6jl3dp4t6c9t9rk99cd88lyufl",
        ] {
            assert_eq!(stored(text), as_text(text), "{text}");
        }
        let long = "a".repeat(1_000);
        assert_eq!(stored(&long), 1 + 2 + 1_000);
    }

    #[test]
    fn what_writing_cannot_have_produced_is_refused() {
        let bytes = |kind: u8| [&[1, kind], [7; 64].as_slice()].concat();
        for (kind, length) in [(0x80, 34), (0x04, 25), (0x84, 37)] {
            let mut record = bytes(kind);
            record.truncate(length);
            assert!(from_bytes::<Addr>(&record).is_err(), "{kind:x}");
        }
        let mut prefix = bytes(1);
        *prefix.get_mut(2).unwrap() = 0xff;
        prefix.truncate(23);
        let error = from_bytes::<Addr>(&prefix).unwrap_err();
        assert!(error.to_string().contains("UTF-8"), "{error}");
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in any::<String>()) {
            stored(&text);
        }

        #[test]
        fn any_text_that_looks_like_an_address_comes_back(
            text in "[a-zA-Z1]{0,6}1[qpzry9x8gf2tvdw0s3jn54khce6mua7lbioBQ]{26,60}",
        ) {
            prop_assert_eq!(stored(&text), as_text(&text));
        }

        #[test]
        fn every_address_comes_back_packed_where_it_has_twenty_or_thirty_two_bytes(
            prefix in "[!-@\\[-~]{1,20}",
            bytes in prop_oneof![
                proptest::collection::vec(any::<u8>(), 20),
                proptest::collection::vec(any::<u8>(), 32),
                proptest::collection::vec(any::<u8>(), 0..40),
            ],
        ) {
            let text = encoded::<Bech32>(&prefix, &bytes);
            let packed = matches!(bytes.len(), 20 | 32);
            let expected = if packed { 1 + prefix.len() + bytes.len() } else { as_text(&text) };
            prop_assert_eq!(stored(&text), expected);
        }

        #[test]
        fn another_checksum_is_text(
            prefix in "[a-z]{1,20}",
            bytes in prop_oneof![
                proptest::collection::vec(any::<u8>(), 20),
                proptest::collection::vec(any::<u8>(), 32),
            ],
            at in 0..60usize,
            digit in proptest::sample::select(super::CHARACTERS.to_vec()),
        ) {
            let other = encoded::<Bech32m>(&prefix, &bytes);
            prop_assert_eq!(stored(&other), as_text(&other));
            // One character behind the prefix, of the bytes or of the checksum, is another.
            let text = encoded::<Bech32>(&prefix, &bytes);
            let at = prefix.len() + 1 + at % (text.len() - prefix.len() - 1);
            let mut spoilt = text.clone();
            spoilt.replace_range(at..=at, &char::from(digit).to_string());
            if spoilt != text {
                prop_assert_eq!(stored(&spoilt), as_text(&spoilt));
            }
        }

        #[test]
        fn bits_that_no_byte_has_are_text(
            bytes in proptest::collection::vec(any::<u8>(), 32),
            filling in 1..16u8,
        ) {
            // 32 bytes are 51 digits and one of a single bit: four bits are free, and zero in an address.
            let mut digits = super::regrouped(&bytes, 8, 5);
            *digits.last_mut().unwrap() |= filling;
            let checksum = super::checksum(b"wasm", &digits);
            let shifts = [25, 20, 15, 10, 5, 0];
            digits.extend(shifts.map(|shift| u8::try_from(checksum >> shift & 0x1f).unwrap()));
            let characters = digits.into_iter().map(super::character).map(char::from);
            let text: String = "wasm1".chars().chain(characters).collect();
            let decoded = bech32::primitives::decode::CheckedHrpstring::new::<Bech32>(&text);
            prop_assert!(decoded.is_ok(), "its checksum is right");
            prop_assert_eq!(stored(&text), as_text(&text));
        }
    }
}
