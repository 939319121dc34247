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

// One byte for what most accounts are not.
const GATES: u8 = 1;
const ISOLATED: u8 = 2;
const WAITS: u8 = 4;
const LIQUIDATED: u8 = 8;

impl Record for Account {
    fn write(&self, out: &mut Vec<u8>) {
        self.owner.write(out);
        self.subaccount.write(out);
        self.quote.write(out);
        self.positions.write(out);
        self.open_orders.write(out);
        self.trigger_orders.write(out);
        self.last_position_at.write(out);
        // Mostly a short time before.
        let since = i128::from(self.last_position_at).saturating_sub(self.risk_increased_at.into());
        since.write(out);
        let flags = [
            (self.gates, GATES),
            (self.isolated, ISOLATED),
            (self.waits, WAITS),
            (self.liquidated.is_some(), LIQUIDATED),
        ];
        let set = flags.into_iter().filter(|(is_set, _)| *is_set);
        out.push(set.fold(0, |all, (_, flag)| all | flag));
        if let Some(used) = &self.liquidated {
            used.write(out);
        }
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let owner = Record::read(input)?;
        let subaccount = Record::read(input)?;
        let quote = Record::read(input)?;
        let positions = Record::read(input)?;
        let open_orders = Record::read(input)?;
        let trigger_orders = Record::read(input)?;
        let last_position_at = u64::read(input)?;
        let risk_increased_at = i128::from(last_position_at)
            .checked_sub(i128::read(input)?)
            .and_then(|time| u64::try_from(time).ok())
            .ok_or(TOO_LARGE)?;
        let flags = input.byte()?;
        if flags & !(GATES | ISOLATED | WAITS | LIQUIDATED) != 0 {
            return Err(DecodeError::NoSuchVariant { found: flags });
        }
        Ok(Self {
            owner,
            subaccount,
            quote,
            positions,
            open_orders,
            trigger_orders,
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
        let account = Account::new(Addr::unchecked("owner"), 0);
        let mut bytes = to_bytes(&account);
        *bytes.last_mut().unwrap() = 16;
        assert!(from_bytes::<Account>(&bytes).is_err());
        // It took more risk before the epoch, or later than a time can be.
        for since in [1, i128::from(u64::MAX).saturating_neg().saturating_sub(1)] {
            let mut spoilt = to_bytes(&account);
            // The difference of times and the flags are the last two bytes.
            spoilt.truncate(spoilt.len() - 2);
            since.write(&mut spoilt);
            spoilt.push(0);
            assert!(from_bytes::<Account>(&spoilt).is_err(), "{since}");
        }
        // Liquidated in a block that is not there.
        *bytes.last_mut().unwrap() = LIQUIDATED;
        assert!(from_bytes::<Account>(&bytes).is_err());
    }

    proptest! {
        #[test]
        fn every_vault_and_account_is_read_back(
            amounts in any::<[(u128, u128); 3]>(), times in any::<[(u64, u64); 2]>(), numbers in any::<[u64; 3]>(),
            quote in any::<i128>(), flags in any::<[bool; 4]>(),
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
                ..Account::new(Addr::unchecked("owner"), 7)
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
