//! What a push changes and a price query reads of a feed, in few bytes: each of them costs 30 gas a push.
//!
//! Feeders see the same market at about the same time. So of each price, its confidence and its time only the difference to
//! the feeder before is stored: a byte or two for the time, where every time by itself takes five.

use ballast_storage::{DecodeError, Reader, Record};
use cosmwasm_std::{Int64, Uint64};

/// The settings that an answer needs, and the last price of each feeder.
#[derive(Clone, Debug, PartialEq)]
pub struct Prices {
    /// Decimal exponent of all of them.
    pub expo: i32,
    /// How many fresh prices an answer needs: more than half of the feeders.
    pub quorum: u32,
    /// Age up to which a price counts, seconds.
    pub max_age_secs: u64,
    /// Of each feeder, in the order of [`crate::state::Feed::feeders`]; nothing yet: `None`.
    pub last: Vec<Option<Observation>>,
}

/// A price as it was pushed. Positive.
#[derive(Clone, Debug, Default, PartialEq, Copy)]
pub struct Observation {
    /// Mantissa, the feed's exponent applies.
    pub price: Int64,
    /// Half-width of the confidence interval, same exponent.
    pub conf: Uint64,
    /// When it was observed, seconds. Strictly increases for each feeder.
    pub publish_time: i64,
}

impl Record for Prices {
    fn write(&self, out: &mut Vec<u8>) {
        let Self {
            expo,
            quorum,
            max_age_secs,
            last,
        } = self;
        expo.write(out);
        quorum.write(out);
        max_age_secs.write(out);
        let mut before = Observation::default();
        let steps = last.iter().map(|one| Step::to(&mut before, *one));
        steps.collect::<Vec<Step>>().write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (expo, quorum, max_age_secs) =
            (i32::read(input)?, u32::read(input)?, u64::read(input)?);
        let mut before = Observation::default();
        let steps = Vec::<Step>::read(input)?;
        let last = steps.into_iter().map(|step| step.from(&mut before));
        Ok(Self {
            expo,
            quorum,
            max_age_secs,
            last: last.collect::<Result<_, _>>()?,
        })
    }
}

/// What an observation differs by from the one before it in the list, the first one from zero; `None`: no observation.
struct Step(Option<Difference>);

/// Of 64-bit numbers, so that no difference overflows.
struct Difference {
    publish_time: i128,
    price: i128,
    conf: i128,
}

impl Step {
    fn to(before: &mut Observation, next: Option<Observation>) -> Self {
        Self(next.map(|next| {
            let last = std::mem::replace(before, next);
            Difference {
                publish_time: difference(next.publish_time, last.publish_time),
                price: difference(next.price.i64(), last.price.i64()),
                conf: difference(next.conf.u64(), last.conf.u64()),
            }
        }))
    }

    fn from(self, before: &mut Observation) -> Result<Option<Observation>, DecodeError> {
        let Some(step) = self.0 else {
            return Ok(None);
        };
        *before = Observation {
            price: Int64::new(sum(before.price.i64(), step.price)?),
            conf: Uint64::new(sum(before.conf.u64(), step.conf)?),
            publish_time: sum(before.publish_time, step.publish_time)?,
        };
        Ok(Some(*before))
    }
}

fn difference<T: Into<i128>>(next: T, last: T) -> i128 {
    next.into().saturating_sub(last.into())
}

fn sum<T: Into<i128> + TryFrom<i128>>(last: T, difference: i128) -> Result<T, DecodeError> {
    let next = last.into().checked_add(difference);
    let next = next.and_then(|next| T::try_from(next).ok());
    next.ok_or(DecodeError::TooLarge {
        expected: i64::BITS,
    })
}

/// No observation is a zero, so that a difference of time of zero or more is written as one more than it is.
impl Record for Step {
    fn write(&self, out: &mut Vec<u8>) {
        let Some(step) = &self.0 else {
            0i128.write(out);
            return;
        };
        let above = i128::from(step.publish_time >= 0);
        step.publish_time.saturating_add(above).write(out);
        step.price.write(out);
        step.conf.write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let publish_time = i128::read(input)?;
        if publish_time == 0 {
            return Ok(Self(None));
        }
        let above = i128::from(publish_time > 0);
        Ok(Self(Some(Difference {
            publish_time: publish_time.saturating_sub(above),
            price: i128::read(input)?,
            conf: i128::read(input)?,
        })))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use ballast_storage::{from_bytes, to_bytes};
    use proptest::prelude::*;

    fn prices(last: Vec<Option<Observation>>) -> Prices {
        Prices {
            expo: -8,
            quorum: 3,
            max_age_secs: 60,
            last,
        }
    }

    fn observation(price: i64, conf: u64, publish_time: i64) -> Option<Observation> {
        Some(Observation {
            price: Int64::new(price),
            conf: Uint64::new(conf),
            publish_time,
        })
    }

    /// Five feeders of a dear asset, within half a minute and a thousandth of its price; the same price of all; none yet.
    #[test]
    fn five_prices_take_less_than_seventy_bytes() {
        let now = 1_700_000_000;
        let agreeing = [
            observation(6_843_712_345_678, 3_012_345_678, now),
            observation(6_843_912_345_679, 3_212_345_670, now - 12),
            observation(6_843_512_345_677, 2_912_345_671, now - 30),
            observation(6_844_712_345_600, 3_112_345_672, now - 3),
            observation(6_842_012_345_611, 3_412_345_673, now - 1),
        ];
        assert_eq!(to_bytes(&prices(agreeing.to_vec())).len(), 66);
        let round = vec![observation(2_000_000_000_000, 0, now); 5];
        assert_eq!(to_bytes(&prices(round)).len(), 29);
        assert_eq!(to_bytes(&prices(vec![None; 5])).len(), 10);
    }

    #[test]
    fn what_is_no_observation_is_refused() {
        // A time, a price and a confidence beyond 64 bits, each by its own difference to the observation before.
        let largest = observation(i64::MAX, u64::MAX, i64::MAX);
        let bytes = to_bytes(&prices(vec![largest]));
        assert!(from_bytes::<Prices>(&bytes).is_ok());
        for (time, price, conf) in [(1, 0, 0), (0, 1, 0), (0, 0, 1)] {
            let mut spoilt = bytes.clone();
            // One feeder more.
            *spoilt.get_mut(4).unwrap() = 2;
            Step(Some(Difference {
                publish_time: time,
                price,
                conf,
            }))
            .write(&mut spoilt);
            let error = from_bytes::<Prices>(&spoilt).unwrap_err();
            assert!(error.to_string().contains("64 bits"), "{error}");
        }
    }

    fn any_observation() -> impl Strategy<Value = Option<Observation>> {
        let time = prop_oneof![
            any::<i64>(),
            1_700_000_000..1_700_000_100i64,
            Just(i64::MIN),
            Just(i64::MAX)
        ];
        let price = prop_oneof![1..=i64::MAX, 1..=100i64, Just(i64::MAX)];
        let conf = prop_oneof![any::<u64>(), 0..=100u64, Just(u64::MAX)];
        proptest::option::of((price, conf, time))
            .prop_map(|one| one.and_then(|(price, conf, time)| observation(price, conf, time)))
    }

    proptest! {
        #[test]
        fn are_read_back_and_no_byte_more_or_less(
            last in proptest::collection::vec(any_observation(), 0..17),
            expo in any::<i32>(),
            quorum in any::<u32>(),
            max_age_secs in any::<u64>(),
        ) {
            let value = Prices { expo, quorum, max_age_secs, last };
            let bytes = to_bytes(&value);
            prop_assert_eq!(from_bytes::<Prices>(&bytes).unwrap(), value);
            let longer = [bytes.as_slice(), &[0]].concat();
            prop_assert!(from_bytes::<Prices>(&longer).is_err());
            for length in 0..bytes.len() {
                prop_assert!(from_bytes::<Prices>(bytes.get(..length).unwrap()).is_err());
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            if let Ok(value) = from_bytes::<Prices>(&bytes) {
                prop_assert_eq!(from_bytes::<Prices>(&to_bytes(&value)).unwrap(), value);
            }
        }
    }
}
