//! No money of others for an account that increased its risk a moment ago (design section 6).
//!
//! Whoever sees a price early can let one account go bankrupt against another of the same hand. So an account
//! remembers when it last took more risk, and the claim for it says so where that was at most
//! `recent_risk_secs` ago: the fund then pays out of the market's own reserve only.
//!
//! More risk is: a fill, as taker or as maker, that grows a position or carries it through zero; and money
//! that leaves an account which holds positions. Being deleveraged or liquidated only reduces.

use cosmwasm_std::Int128;

use crate::state::Account;

/// Whether a position that went from `before` to `after` base atoms is riskier on its own.
#[must_use]
pub fn grows(before: Int128, after: Int128) -> bool {
    let crosses = before.is_negative() != after.is_negative() && !before.is_zero();
    !after.is_zero() && (crosses || after.unsigned_abs() > before.unsigned_abs())
}

/// Remembers a fill that took a position from `before` to `after` base atoms.
pub fn note_fill(account: &mut Account, before: Int128, after: Int128, now: u64) {
    // Also where the message closes again what it opened.
    account.last_position_at = now;
    if grows(before, after) {
        account.risk_increased_at = now;
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
