//! Numbers as people write them, exactly: no floating point touches a price.

/// A non-negative decimal number: `mantissa * 10^-decimals`, trailing zeros removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlainDecimal {
    /// All digits.
    pub mantissa: u128,
    /// How many of them stand after the point.
    pub decimals: u32,
}

/// Most digits after the point that a number may have.
pub const MAX_DECIMALS: u32 = 18;

impl PlainDecimal {
    /// Parses digits with at most one point. No sign, no exponent, no separators.
    ///
    /// # Errors
    /// What is wrong with the text, as the second half of a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("is empty".to_string());
        }
        if text.starts_with('-') {
            return Err(format!("is negative ({text})"));
        }
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
            return Err(format!("is not a plain decimal number: {text:?}"));
        }
        let fraction = fraction.trim_end_matches('0');
        let decimals = u32::try_from(fraction.len()).unwrap_or(u32::MAX);
        if decimals > MAX_DECIMALS {
            return Err(format!(
                "has more than {MAX_DECIMALS} digits after the point: {text}"
            ));
        }
        let joined = format!("{whole}{fraction}");
        let trimmed = joined.trim_start_matches('0');
        let mantissa = if trimmed.is_empty() {
            0
        } else {
            trimmed
                .parse::<u128>()
                .map_err(|_| format!("is too large: {text}"))?
        };
        Ok(Self { mantissa, decimals })
    }

    /// The mantissa at a fixed number of decimals; `None` where it does not fit or digits would be lost.
    #[must_use]
    pub fn at_decimals(self, decimals: u32) -> Option<u128> {
        let shift = decimals.checked_sub(self.decimals)?;
        10u128
            .checked_pow(shift)
            .and_then(|factor| self.mantissa.checked_mul(factor))
    }

    /// The mantissa at a fixed number of decimals, further digits dropped, cut off at the largest number.
    #[must_use]
    pub fn truncated(self, decimals: u32) -> u128 {
        if let Some(surplus) = self.decimals.checked_sub(decimals) {
            return 10u128
                .checked_pow(surplus)
                .map_or(0, |factor| self.mantissa / factor);
        }
        self.at_decimals(decimals).unwrap_or(u128::MAX)
    }
}

/// Writes `mantissa * 10^-decimals` without trailing zeros.
#[must_use]
pub fn format_fixed(mantissa: u128, decimals: u32) -> String {
    let width = usize::try_from(decimals).unwrap_or(0);
    let digits = format!("{mantissa:0>width$}", width = width + 1);
    let (whole, fraction) = digits.split_at(digits.len() - width);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() {
        whole.to_string()
    } else {
        format!("{whole}.{fraction}")
    }
}

/// Parts per million as percent, exactly.
#[must_use]
pub fn percent(ppm: u64) -> String {
    format!("{} %", format_fixed(ppm.into(), 4))
}

/// `a * b / c` without overflow for the sizes the simulator uses; 0 where `c` is 0, cut off at the largest
/// number. For sizes of orders, never for money that anyone owns.
#[must_use]
pub fn mul_div(a: u128, b: u128, c: u128) -> u128 {
    use cosmwasm_std::{Uint128, Uint256};
    if c == 0 {
        return 0;
    }
    let quotient = Uint128::new(a).full_mul(Uint128::new(b)) / Uint256::from(c);
    Uint128::try_from(quotient).map_or(u128::MAX, |value| value.u128())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (u128, u32) {
        PlainDecimal::parse(text)
            .map(|number| (number.mantissa, number.decimals))
            .unwrap()
    }

    #[test]
    fn parses_exactly() {
        assert_eq!(parsed("41230.50"), (412_305, 1));
        assert_eq!(parsed("0.00000735"), (735, 8));
        assert_eq!(parsed(" 007 "), (7, 0));
        assert_eq!(parsed(".5"), (5, 1));
        assert_eq!(parsed("5."), (5, 0));
        assert_eq!(parsed("0.000"), (0, 0));
    }

    #[test]
    fn refuses_what_is_not_a_plain_number() {
        for text in [
            "", ".", "-1", "+1", "1e5", "NaN", "inf", "1,5", "0x10", "1.2.3", "１", "∞",
        ] {
            assert!(PlainDecimal::parse(text).is_err(), "{text}");
        }
        assert!(PlainDecimal::parse("0.1234567890123456789").is_err());
        assert!(PlainDecimal::parse(&"9".repeat(40)).is_err());
    }

    #[test]
    fn writes_what_it_read() {
        for text in ["41230.5", "0.00000735", "7", "0.5", "0", "100"] {
            let number = PlainDecimal::parse(text).unwrap();
            assert_eq!(format_fixed(number.mantissa, number.decimals), text);
        }
    }
}
