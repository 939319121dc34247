//! Layout of the records: the order of fields is the order of bytes. One that is added, removed or moved needs a migration.

use ballast_storage::{record, DecodeError, Reader, Record};

use super::{
    Account, BlockUse, Config, DeleverageCursor, FlowBucket, FundingState, Gate, Interval,
    MarketConfig, MarketState, Named, Order, PendingClaim, Position, PriceSample, QueuedWithdrawal,
    SmallGrowth, TriggerOrder, TriggerPlace, Vault,
};

record! {
    struct Config {
        collateral,
        collateral_decimals,
        insurance_fund,
        parameters,
        frozen_until,
    }
}

record! {
    struct MarketConfig {
        symbol,
        base_decimals,
        tick_size,
        lot_size,
        tick_lot_value,
        oracle,
        feed_id,
        max_confidence_ppm,
        min_price,
        max_price,
        isolated,
        parameters,
        settling,
    }
}

record! {
    struct MarketState {
        price,
        open_interest_long,
        open_interest_short,
        long_index,
        short_index,
        funding,
        fees_owed,
        fee_collector,
        settlement_pool,
        residue,
        deficit,
        next_sequence,
        risk,
        flush_blocked_until,
        sampled_slot,
        liquidated,
    }
}

record! {
    struct FundingState {
        interval_start,
        sampled_minute,
        sample_sum_ppm,
        last_rate,
        premium_accrued_at,
    }
}

record! {
    struct PriceSample {
        published_at,
        price,
    }
}

/// A time that is no 64-bit number.
const TOO_LARGE: DecodeError = DecodeError::TooLarge {
    expected: u64::BITS,
};

// One byte for what most accounts are not or do not have.
const GATES: u8 = 1;
const ISOLATED: u8 = 2;
const WAITS: u8 = 4;
const LIQUIDATED: u8 = 8;
const SUBACCOUNT: u8 = 16;
const ORDERS: u8 = 32;
const TRIGGER_ORDERS: u8 = 64;
const UNKNOWN: u8 = 128;

impl Record for Account {
    fn write(&self, out: &mut Vec<u8>) {
        let flags = [
            (self.gates, GATES),
            (self.isolated, ISOLATED),
            (self.waits, WAITS),
            (self.liquidated.is_some(), LIQUIDATED),
            (self.subaccount != 0, SUBACCOUNT),
            (self.open_orders != 0, ORDERS),
            (self.trigger_orders != 0, TRIGGER_ORDERS),
        ];
        let set = flags.into_iter().filter(|(is_set, _)| *is_set);
        out.push(set.fold(0, |all, (_, flag)| all | flag));
        self.owner.write(out);
        self.quote.write(out);
        self.positions.write(out);
        self.last_position_at.write(out);
        // Mostly a short time before.
        let since = i128::from(self.last_position_at).saturating_sub(self.risk_increased_at.into());
        since.write(out);
        for number in [self.subaccount, self.open_orders, self.trigger_orders] {
            if number != 0 {
                number.write(out);
            }
        }
        if let Some(used) = &self.liquidated {
            used.write(out);
        }
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let flags = input.byte()?;
        if flags & UNKNOWN != 0 {
            return Err(DecodeError::NoSuchVariant { found: flags });
        }
        let owner = Record::read(input)?;
        let quote = Record::read(input)?;
        let positions = Record::read(input)?;
        let last_position_at = u64::read(input)?;
        let risk_increased_at = i128::from(last_position_at)
            .checked_sub(i128::read(input)?)
            .and_then(|time| u64::try_from(time).ok())
            .ok_or(TOO_LARGE)?;
        let mut number = |flag| {
            if flags & flag == 0 {
                Ok(0)
            } else {
                u32::read(input)
            }
        };
        Ok(Self {
            owner,
            subaccount: number(SUBACCOUNT)?,
            quote,
            positions,
            open_orders: number(ORDERS)?,
            trigger_orders: number(TRIGGER_ORDERS)?,
            risk_increased_at,
            last_position_at,
            gates: flags & GATES != 0,
            isolated: flags & ISOLATED != 0,
            waits: flags & WAITS != 0,
            liquidated: if flags & LIQUIDATED == 0 {
                None
            } else {
                Some(BlockUse::read(input)?)
            },
        })
    }
}

record! {
    struct Position {
        market,
        size,
        entry_notional,
        entry_price,
        index,
        small_growth,
    }
}

record! {
    struct SmallGrowth {
        size,
        since,
    }
}

record! {
    struct Order {
        account,
        remaining,
        reduce_only,
        placed_height,
        expires_at,
        client_order_id,
    }
}

record! {
    enum Named {
        0 => Order { book, place },
        1 => TriggerOrder { line, price, sequence },
    }
}

record! {
    struct PendingClaim {
        amount,
        first_failed_at,
        last_failed_at,
    }
}

record! {
    struct DeleverageCursor {
        after,
        last_pass,
        started_at,
    }
}

// Four times that are mostly the same: the latest, and how much earlier each is.
impl Record for Vault {
    fn write(&self, out: &mut Vec<u8>) {
        let Self { hour, day, .. } = self;
        let times = [
            hour.updated_at,
            hour.credited_at,
            day.updated_at,
            day.credited_at,
        ];
        let latest = times.into_iter().max().unwrap_or_default();
        self.held.write(out);
        self.queued.write(out);
        self.next_id.write(out);
        self.residue.write(out);
        for amount in [hour.used, hour.credit, day.used, day.credit] {
            amount.write(out);
        }
        latest.write(out);
        for time in times {
            latest.saturating_sub(time).write(out);
        }
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let held = Record::read(input)?;
        let queued = Record::read(input)?;
        let next_id = Record::read(input)?;
        let residue = Record::read(input)?;
        let mut hour = FlowBucket::default();
        let mut day = FlowBucket::default();
        for bucket in [&mut hour, &mut day] {
            bucket.used = Record::read(input)?;
            bucket.credit = Record::read(input)?;
        }
        let latest = u64::read(input)?;
        for bucket in [&mut hour, &mut day] {
            bucket.updated_at = earlier(latest, input)?;
            bucket.credited_at = earlier(latest, input)?;
        }
        Ok(Self {
            held,
            hour,
            day,
            queued,
            next_id,
            residue,
        })
    }
}

/// A time that is written as how much earlier than another it is.
fn earlier(than: u64, input: &mut Reader<'_>) -> Result<u64, DecodeError> {
    than.checked_sub(u64::read(input)?).ok_or(TOO_LARGE)
}

record! {
    struct QueuedWithdrawal {
        account,
        amount,
        queued_at,
        failed_at,
    }
}

record! {
    struct Interval {
        from,
        to,
    }
}

record! {
    struct Gate {
        deficit,
        shut,
    }
}

record! {
    struct BlockUse {
        height,
        notional,
        loss,
    }
}

record! {
    struct TriggerOrder {
        account,
        side,
        size,
        remaining,
        order,
        reduce_only,
        expires_at,
        client_order_id,
    }
}

record! {
    struct TriggerPlace {
        condition,
        trigger_price,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use ballast_storage::{from_bytes, to_bytes};
    use cosmwasm_std::{Addr, Int128, Uint128};
    use proptest::prelude::*;

    fn bucket(amounts: (u128, u128), times: (u64, u64)) -> FlowBucket {
        FlowBucket {
            used: Uint128::new(amounts.0),
            credit: Uint128::new(amounts.1),
            updated_at: times.0,
            credited_at: times.1,
        }
    }

    #[test]
    fn times_that_are_the_same_take_a_byte_each() {
        let now = 1_750_000_000;
        let vault = |times| Vault {
            held: Uint128::new(1),
            hour: bucket((1, 1), times),
            day: bucket((1, 1), times),
            queued: Uint128::zero(),
            next_id: 1,
            residue: Uint128::zero(),
        };
        // Layout, eight numbers, the latest time in five bytes, four differences.
        assert_eq!(to_bytes(&vault((now, now))).len(), 18);
        assert_eq!(to_bytes(&vault((now, now - 3_600))).len(), 20);
    }

    #[test]
    fn what_is_no_account_is_refused() {
        let bytes = to_bytes(&Account::new(Addr::unchecked("owner"), 0));
        // The flags stand behind the number of the layout.
        for (flags, why) in [
            (UNKNOWN, "variant"),
            (LIQUIDATED, "missing"),
            (ORDERS, "missing"),
        ] {
            let mut spoilt = bytes.clone();
            *spoilt.get_mut(1).unwrap() = flags;
            let error = from_bytes::<Account>(&spoilt).unwrap_err();
            assert!(error.to_string().contains(why), "{error}");
        }
        // It took more risk before the epoch, or later than a time can be.
        for since in [1, i128::from(u64::MAX).saturating_neg().saturating_sub(1)] {
            let mut spoilt = bytes.clone();
            // The difference of times is the last byte.
            spoilt.truncate(spoilt.len() - 1);
            since.write(&mut spoilt);
            assert!(from_bytes::<Account>(&spoilt).is_err(), "{since}");
        }
    }

    #[test]
    fn what_an_account_does_not_have_takes_no_byte() {
        let account = Account::new(Addr::unchecked("owner"), 0);
        // Layout, flags, "owner" as text, quote, no positions, two times.
        assert_eq!(to_bytes(&account).len(), 2 + 7 + 1 + 1 + 2);
        let more = Account {
            subaccount: 1,
            open_orders: 2,
            trigger_orders: 3,
            ..account
        };
        assert_eq!(to_bytes(&more).len(), 2 + 7 + 1 + 1 + 2 + 3);
        assert_eq!(from_bytes::<Account>(&to_bytes(&more)).unwrap(), more);
    }

    proptest! {
        #[test]
        fn every_vault_and_account_is_read_back(
            amounts in any::<[(u128, u128); 3]>(), times in any::<[(u64, u64); 2]>(), numbers in any::<[u64; 3]>(),
            quote in any::<i128>(), flags in any::<[bool; 4]>(), counts in any::<[u32; 3]>(),
        ) {
            let vault = Vault {
                held: Uint128::new(amounts[2].0),
                hour: bucket(amounts[0], times[0]),
                day: bucket(amounts[1], times[1]),
                queued: Uint128::new(amounts[2].1),
                next_id: numbers[0],
                residue: Uint128::new(amounts[0].0),
            };
            prop_assert_eq!(from_bytes::<Vault>(&to_bytes(&vault)).unwrap(), vault);
            let account = Account {
                quote: Int128::new(quote),
                risk_increased_at: numbers[1],
                last_position_at: numbers[2],
                gates: flags[0],
                isolated: flags[1],
                waits: flags[2],
                liquidated: flags[3].then_some(BlockUse {
                    height: numbers[0],
                    notional: Uint128::new(amounts[0].0),
                    loss: Uint128::new(amounts[0].1),
                }),
                open_orders: counts[0] >> (counts[2] & 31),
                trigger_orders: counts[1] >> (counts[2] & 31),
                ..Account::new(Addr::unchecked("owner"), counts[2] >> 30)
            };
            prop_assert_eq!(from_bytes::<Account>(&to_bytes(&account)).unwrap(), account);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = from_bytes::<Vault>(&bytes);
            let _ = from_bytes::<Account>(&bytes);
        }
    }
}
