//! The model: unbounded integers and exact fractions.

use std::str::FromStr;

use ballast_risk::{PriceRatio, RiskError, RiskResult};
use cosmwasm_std::Decimal;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};

/// Any of the crate's integers as an unbounded one.
pub fn big(value: impl ToString) -> BigInt {
    BigInt::from_str(&value.to_string()).unwrap()
}

/// Any of the crate's integers as a fraction.
pub fn whole(value: impl ToString) -> BigRational {
    BigRational::from_integer(big(value))
}

pub fn ratio(numerator: impl ToString, denominator: impl ToString) -> BigRational {
    BigRational::new(big(numerator), big(denominator))
}

pub fn ppm(fraction: impl ToString) -> BigRational {
    ratio(fraction, 1_000_000)
}

pub fn ten_to(exponent: u32) -> BigRational {
    BigRational::from_integer(BigInt::from(10).pow(exponent))
}

/// A price in quote units per base unit.
pub fn price_of(price: Decimal) -> BigRational {
    whole(price.atomics()) / ten_to(18)
}

/// Quote atoms that one base atom is worth: straight from the definition of the units, not from the crate's exponent.
pub fn per_atom(price: Decimal, (base_decimals, quote_decimals): (u8, u8)) -> BigRational {
    price_of(price) * ten_to(u32::from(quote_decimals)) / ten_to(u32::from(base_decimals))
}

pub fn rational(price: &PriceRatio) -> BigRational {
    BigRational::new(big(price.numerator()), big(price.denominator()))
}

pub fn floor(value: &BigRational) -> BigInt {
    value.floor().to_integer()
}

pub fn ceil(value: &BigRational) -> BigInt {
    value.ceil().to_integer()
}

pub fn zero() -> BigRational {
    BigRational::zero()
}

pub fn one() -> BigRational {
    BigRational::one()
}

/// The result equals the model's, or both say that it does not fit: the model because `T` cannot hold it.
pub fn agrees<T: ToString + FromStr>(result: RiskResult<T>, model: BigInt) -> Result<(), String> {
    let fits = model.to_string().parse::<T>().is_ok();
    match result {
        Ok(value) if big(value.to_string()) == model => Ok(()),
        Ok(value) => Err(format!("got {}, the model says {model}", value.to_string())),
        Err(RiskError::Overflow { .. }) if !fits => Ok(()),
        Err(error) => Err(format!("got {error:?}, the model says {model}")),
    }
}

/// [`agrees`] as a proptest assertion.
#[macro_export]
macro_rules! prop_agrees {
    ($result:expr, $model:expr) => {
        if let Err(why) = $crate::model::agrees($result, $model) {
            proptest::prop_assert!(false, "{}: {}", stringify!($result), why);
        }
    };
}
