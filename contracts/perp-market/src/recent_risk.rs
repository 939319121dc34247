//! No money of others for an account that increased its risk a moment ago (design section 6).
//!
//! Whoever sees a price early can let one account go bankrupt against another of the same hand. So an account
//! remembers when it last took more risk, and the claim for it says so where that was at most
//! `recent_risk_secs` ago: the fund then pays out of the market's own reserve only.
//!
//! More risk is: a fill, as taker or as maker, that grows a position or carries it through zero; and money
//! that leaves an account which holds positions. Being deleveraged or liquidated only reduces.
//!
//! A maker is filled by others, who could take the fund's money from a loss of its with the least order there is. So what
//! makers' fills add to a position counts only where it exceeds a hundredth of the position within `recent_risk_secs`.

use ballast_types::MarketId;
use cosmwasm_std::{Int128, Uint128};

use crate::state::{Account, SmallGrowth};

/// One part in so many of its position is what others may add to a maker's without consequence.
const TOLERATED_PART: u128 = 100;

/// Whether a position that went from `before` to `after` base atoms is riskier on its own.
#[must_use]
pub fn grows(before: Int128, after: Int128) -> bool {
    let crosses = before.is_negative() != after.is_negative() && !before.is_zero();
    !after.is_zero() && (crosses || after.unsigned_abs() > before.unsigned_abs())
}

/// Remembers a fill that took the position of a taker from `before` to `after` base atoms.
pub fn note_taker_fill(account: &mut Account, before: Int128, after: Int128, now: u64) {
    // Also where the message closes again what it opened.
    account.last_position_at = now;
    if grows(before, after) {
        account.risk_increased_at = now;
    }
}

/// Remembers a fill that took the position of a maker in a market to what it is now from `before` base atoms. What is
/// tolerated adds up from its first part on, for `recent_secs`.
pub fn note_maker_fill(
    account: &mut Account,
    market: MarketId,
    before: Int128,
    now: u64,
    recent_secs: u64,
) {
    account.last_position_at = now;
    let found = account
        .positions
        .iter_mut()
        .find(|position| position.market == market);
    let Some(position) = found else {
        return;
    };
    if !grows(before, position.size) {
        return;
    }
    let magnitude = position.size.unsigned_abs();
    let grown = if before.is_negative() == position.size.is_negative() {
        magnitude.saturating_sub(before.unsigned_abs())
    } else {
        magnitude
    };
    let known = position
        .small_growth
        .filter(|known| now.saturating_sub(known.since) <= recent_secs);
    let growth = SmallGrowth {
        size: known.map_or(grown, |known| known.size.saturating_add(grown)),
        since: known.map_or(now, |known| known.since),
    };
    let tolerated = magnitude
        .checked_div(Uint128::new(TOLERATED_PART))
        .unwrap_or_default();
    if growth.size > tolerated {
        position.small_growth = None;
        account.risk_increased_at = now;
    } else {
        position.small_growth = Some(growth);
    }
}

/// Remembers that money left the account, which matters where it holds positions.
pub fn note_outflow(account: &mut Account, now: u64) {
    if !account.positions.is_empty() {
        account.risk_increased_at = now;
    }
}

/// Whether the account took more risk at most `recent_secs` ago, that second included.
#[must_use]
pub fn is_recent(account: &Account, now: u64, recent_secs: u64) -> bool {
    account.risk_increased_at > 0 && now.saturating_sub(account.risk_increased_at) <= recent_secs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maker(size: i128) -> Account {
        Account {
            positions: vec![crate::state::Position {
                market: 3,
                size: Int128::new(size),
                entry_notional: Uint128::zero(),
                entry_price: cosmwasm_std::Decimal::one(),
                index: cosmwasm_std::Int256::zero(),
                small_growth: None,
            }],
            ..Account::new(cosmwasm_std::Addr::unchecked("owner"), 0)
        }
    }

    /// A maker's position becomes this; when it took risk, and what is tolerated until now.
    fn becomes(account: &mut Account, size: i128, now: u64) -> (u64, u128) {
        let before = account.positions[0].size;
        account.positions[0].size = Int128::new(size);
        note_maker_fill(account, 3, before, now, 60);
        let tolerated = account.positions[0].small_growth;
        (
            account.risk_increased_at,
            tolerated.map_or(0, |growth| growth.size.u128()),
        )
    }

    // R3
    #[test]
    fn a_hundredth_of_a_makers_position_is_tolerated_and_no_more() {
        for sign in [1, -1] {
            // Of 1,010 ten are tolerated, of 1,011 eleven are not.
            let mut account = maker(sign * 1_000);
            assert_eq!(becomes(&mut account, sign * 1_010, 500), (0, 10));
            let mut account = maker(sign * 1_000);
            assert_eq!(becomes(&mut account, sign * 1_011, 500), (500, 0));
            // What opens or turns round counts whole.
            let mut account = maker(0);
            assert_eq!(becomes(&mut account, sign, 500), (500, 0));
            let mut account = maker(sign * 1_000);
            assert_eq!(becomes(&mut account, -sign, 500), (500, 0));
        }
    }

    #[test]
    fn parts_add_up_from_the_first_on_and_are_forgotten_after_the_time() {
        let mut account = maker(10_000);
        assert_eq!(becomes(&mut account, 10_060, 500), (0, 60));
        assert_eq!(becomes(&mut account, 10_090, 560), (0, 90));
        // 101 would be a hundredth of 10,101.
        assert_eq!(becomes(&mut account, 10_102, 560), (560, 0));
        let mut account = maker(10_000);
        assert_eq!(becomes(&mut account, 10_060, 500), (0, 60));
        assert_eq!(becomes(&mut account, 10_120, 561), (0, 60));
        // Reducing adds nothing, and forgets nothing.
        assert_eq!(becomes(&mut account, 10_000, 562), (0, 60));
        assert_eq!(becomes(&mut account, 10_050, 563), (563, 0));
    }

    // R3: shorts are the mirror of longs.
    #[test]
    fn growing_and_crossing_is_more_risk_and_reducing_is_not() {
        let cases = [
            (0, 1, true),
            (3, 4, true),
            (4, 3, false),
            (4, 4, false),
            (4, 0, false),
            (4, -1, true),
            (4, -9, true),
        ];
        for (before, after, expected) in cases {
            for sign in [1, -1] {
                let size = |size: i128| Int128::new(sign * size);
                assert_eq!(
                    grows(size(before), size(after)),
                    expected,
                    "{before} {after}"
                );
            }
        }
    }
}
