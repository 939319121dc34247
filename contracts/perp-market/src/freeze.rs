//! The freeze: for a bounded time nobody takes more risk. What governance's guardian sends when something looks wrong.
//!
//! * Refused: orders that would grow open interest at once, and taking money out of an account with a position. Orders may
//!   rest, and makers are filled by those who reduce and by liquidations, as while a market is reduce-only.
//! * Never stopped: liquidation, claims, top-ups, deposits, reducing, cancelling, withdrawals of accounts without a position,
//!   settling.
//! * It ends by itself: at most [`MAX_FREEZE_SECS`] after it began, and none begins within [`COOLOFF_SECS`] of the last one's
//!   end, whatever the owner is. So at least half of all time is free of it.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};

use crate::admin::assert_owner;
use crate::error::{ContractError, ContractResult};
use crate::events;
use crate::exchange::Exchange;
use crate::state::CONFIG;

/// Longest freeze, seconds.
pub const MAX_FREEZE_SECS: u64 = 259_200;
/// Least time between two freezes, seconds.
pub const COOLOFF_SECS: u64 = 259_200;

impl Exchange<'_> {
    /// Refuses what adds risk while the exchange is frozen.
    pub fn check_not_frozen(&self) -> ContractResult<()> {
        let until = self.config.frozen_until;
        if self.now() < until {
            return Err(ContractError::Frozen { until }.into());
        }
        Ok(())
    }
}

/// Freezes until a time (exclusive, seconds), or ends a freeze sooner. By the owner, at once.
pub fn set(deps: DepsMut, env: &Env, info: &MessageInfo, until: u64) -> ContractResult<Response> {
    assert_owner(deps.as_ref(), info)?;
    let mut config = CONFIG.load(deps.storage)?;
    check(config.frozen_until, until, env.block.time.seconds())?;
    config.frozen_until = until;
    CONFIG.save(deps.storage, &config)?;
    Ok(Response::new()
        .add_attribute("action", "set_freeze")
        .add_event(events::freeze(until)))
}

/// A running freeze can only be made shorter; a new one is neither too long nor too early.
fn check(frozen_until: u64, until: u64, now: u64) -> ContractResult<()> {
    let max = now.saturating_add(MAX_FREEZE_SECS);
    if until > max {
        return Err(ContractError::FreezeTooLong { max, found: until }.into());
    }
    let next_at = match frozen_until {
        0 => 0,
        last => last.saturating_add(COOLOFF_SECS),
    };
    if until > now && until > frozen_until && now < next_at {
        return Err(ContractError::FreezeTooEarly { next_at, now }.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_freeze_is_bounded_and_another_waits() {
        const NOW: u64 = 1_000_000;
        check(0, NOW + MAX_FREEZE_SECS, NOW).unwrap();
        let long = check(0, NOW + MAX_FREEZE_SECS + 1, NOW).unwrap_err();
        assert!(matches!(*long, ContractError::FreezeTooLong { .. }));
        // Running until NOW + 100: shorter, over at once, the same; not longer.
        for until in [0, NOW, NOW + 99, NOW + 100] {
            check(NOW + 100, until, NOW).unwrap();
        }
        let next_at = NOW + 100 + COOLOFF_SECS;
        for now in [NOW, NOW + 100, next_at - 1] {
            let early = check(NOW + 100, now + 101, now).unwrap_err();
            assert_eq!(*early, ContractError::FreezeTooEarly { next_at, now });
        }
        check(NOW + 100, next_at + 1, next_at).unwrap();
    }

    // Whatever is tried in whatever order: half of all time at least is free.
    #[test]
    fn no_sequence_freezes_more_than_half_of_the_time() {
        let (mut until, mut frozen) = (0u64, 0u64);
        let begin = 1_000_000u64;
        for hour in 0..24 * 60 {
            let now = begin + hour * 3_600;
            for wish in [MAX_FREEZE_SECS, 3_600, 1] {
                if check(until, now + wish, now).is_ok() {
                    until = now + wish;
                    break;
                }
            }
            frozen += u64::from(now < until) * 3_600;
        }
        assert!(frozen * 2 <= 24 * 60 * 3_600 + MAX_FREEZE_SECS, "{frozen}");
    }
}
