//! Staking into a pool: stake, ask to leave, leave or stay. Drift v2's insurance fund stake as pure functions.
//!
//! Invariants: the holders' shares together never exceed `user`, `user` never exceeds `total`; what is paid never exceeds
//! the frozen value. Source: Drift v2 `controller/insurance` (vectors `drift.staking_seq`).

use cosmwasm_std::Uint128;

use crate::error::{RiskError, RiskResult};
use crate::shares::{
    rebase_divisor, rebase_exponent, shares_for_amount, shares_lost, value_of_shares,
};

/// A pool's share counts. The pool's units (`vault`) are kept by the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SharePool {
    /// All shares.
    pub total: Uint128,
    /// Those that belong to stakers; the rest belongs to the protocol.
    pub user: Uint128,
    /// Sum of the exponents of all rebases so far.
    pub base: u32,
}

/// One staker's shares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShareHolding {
    /// Shares held, as of `base`.
    pub shares: Uint128,
    /// The pool's base when this holding was last touched.
    pub base: u32,
    /// Shares asked to be redeemed; zero if there is no request.
    pub request_shares: Uint128,
    /// Their value when asked, an upper bound of the payment.
    pub request_value: Uint128,
    /// Second of the request.
    pub requested_at: u64,
}

impl SharePool {
    /// The pool brought up to date with its vault: rebased if a share is worth less than a unit, and owned by the
    /// protocol if units lie in it without shares.
    ///
    /// # Errors
    /// [`RiskError::Overflow`] after too many rebases.
    pub fn rebased(self, vault: Uint128) -> RiskResult<Self> {
        let operation = "SharePool::rebased";
        if vault.is_zero() {
            return Ok(self);
        }
        let exponent = rebase_exponent(self.total, vault)?;
        let divisor = rebase_divisor(exponent)?;
        let divide = |shares: Uint128| {
            shares
                .checked_div(divisor)
                .map_err(|_| RiskError::DivisionByZero { operation })
        };
        let total = divide(self.total)?;
        Ok(Self {
            total: if total.is_zero() { vault } else { total },
            user: divide(self.user)?,
            base: self
                .base
                .checked_add(exponent)
                .ok_or(RiskError::Overflow { operation })?,
        })
    }

    /// The holding expressed in the pool's present base, its pending request included.
    ///
    /// # Errors
    /// [`RiskError::Overflow`] if the holding claims a later base than the pool has.
    pub fn adopt(&self, holding: ShareHolding) -> RiskResult<ShareHolding> {
        let operation = "SharePool::adopt";
        let behind = self
            .base
            .checked_sub(holding.base)
            .ok_or(RiskError::Overflow { operation })?;
        // A divisor beyond 128 bits leaves nothing.
        let divide = |shares: Uint128| {
            rebase_divisor(behind).map_or(Uint128::zero(), |divisor| {
                shares.checked_div(divisor).unwrap_or_default()
            })
        };
        Ok(ShareHolding {
            shares: divide(holding.shares),
            request_shares: divide(holding.request_shares),
            base: self.base,
            ..holding
        })
    }

    /// Stakes `amount` into a vault that holds `vault` before it.
    ///
    /// # Errors
    /// [`RiskError::EmptyVault`] if shares stand against nothing, [`RiskError::Overflow`].
    pub fn stake(
        self,
        holding: ShareHolding,
        amount: Uint128,
        vault: Uint128,
    ) -> RiskResult<(Self, ShareHolding)> {
        if vault.is_zero() && !self.total.is_zero() {
            return Err(RiskError::EmptyVault {
                total_shares: self.total,
            });
        }
        let (pool, holding) = self.touched(holding, vault)?;
        let minted = shares_for_amount(amount, pool.total, vault)?;
        let add = |shares: Uint128| {
            shares
                .checked_add(minted)
                .map_err(RiskError::overflow("SharePool::stake"))
        };
        Ok((
            Self {
                total: add(pool.total)?,
                user: add(pool.user)?,
                ..pool
            },
            ShareHolding {
                shares: add(holding.shares)?,
                ..holding
            },
        ))
    }

    /// Asks to redeem shares (counted in the holding's base before this call): freezes
    /// `min(floor(vault * n / total), vault - 1)` as an upper bound of the payment.
    ///
    /// # Errors
    /// [`RiskError::RequestPending`], [`RiskError::NoRequest`] for zero shares, [`RiskError::NotEnoughShares`].
    pub fn request(
        self,
        holding: ShareHolding,
        shares: Uint128,
        vault: Uint128,
        now: u64,
    ) -> RiskResult<(Self, ShareHolding)> {
        if !holding.request_shares.is_zero() {
            return Err(RiskError::RequestPending {
                shares: holding.request_shares,
            });
        }
        if shares.is_zero() {
            return Err(RiskError::NoRequest {});
        }
        self.replace_request(holding, shares, vault, now)
    }

    /// As [`SharePool::request`], but in place of a request that may be pending: the value is frozen anew and the waiting
    /// time starts again. Drift's controller does this and leaves the refusal to its instruction; a contract that wants
    /// leavers to forgo gains calls [`SharePool::request`] and makes them cancel first.
    ///
    /// # Errors
    /// [`RiskError::NotEnoughShares`].
    pub fn replace_request(
        self,
        holding: ShareHolding,
        shares: Uint128,
        vault: Uint128,
        now: u64,
    ) -> RiskResult<(Self, ShareHolding)> {
        let asked = ShareHolding {
            request_shares: shares,
            ..holding
        };
        let (pool, mut holding) = self.touched(asked, vault)?;
        enough(holding.request_shares, holding.shares)?;
        let value = value_of_shares(holding.request_shares, pool.total, vault)?;
        holding.request_value = value.min(vault.saturating_sub(Uint128::one()));
        holding.requested_at = now;
        Ok((pool, holding))
    }

    /// Redeems the pending request after `waiting` seconds: pays `min(value now, value when asked)` and burns all shares
    /// of the request. Returns the payment as well.
    ///
    /// # Errors
    /// [`RiskError::TooEarly`], [`RiskError::NoRequest`], [`RiskError::NotEnoughShares`].
    pub fn redeem(
        self,
        holding: ShareHolding,
        vault: Uint128,
        now: u64,
        waiting: u64,
    ) -> RiskResult<(Self, ShareHolding, Uint128)> {
        let elapsed = now.saturating_sub(holding.requested_at);
        if elapsed < waiting {
            return Err(RiskError::TooEarly {
                elapsed,
                required: waiting,
            });
        }
        let (pool, holding) = self.touched(holding, vault)?;
        let shares = holding.request_shares;
        if shares.is_zero() {
            return Err(RiskError::NoRequest {});
        }
        let payment = value_of_shares(shares, pool.total, vault)?.min(holding.request_value);
        let (pool, holding) = pool.burn(holding, shares)?;
        Ok((pool, holding, payment))
    }

    /// Withdraws the pending request: the gain since then is forgone by burning [`shares_lost`]. Returns those as well.
    ///
    /// # Errors
    /// [`RiskError::NoRequest`], [`RiskError::NotEnoughShares`], [`RiskError::EmptyVault`].
    pub fn cancel(
        self,
        holding: ShareHolding,
        vault: Uint128,
    ) -> RiskResult<(Self, ShareHolding, Uint128)> {
        if holding.request_shares.is_zero() {
            return Err(RiskError::NoRequest {});
        }
        let (pool, holding) = self.touched(holding, vault)?;
        let lost = shares_lost(
            holding.request_shares,
            holding.request_value,
            pool.total,
            vault,
        )?;
        let (pool, holding) = pool.burn(holding, lost)?;
        Ok((pool, holding, lost))
    }

    /// Pool and holding brought up to date, in this order, as every message does first.
    fn touched(self, holding: ShareHolding, vault: Uint128) -> RiskResult<(Self, ShareHolding)> {
        let pool = self.rebased(vault)?;
        let holding = pool.adopt(holding)?;
        Ok((pool, holding))
    }

    /// Burns shares of a holding and ends its request.
    fn burn(self, holding: ShareHolding, shares: Uint128) -> RiskResult<(Self, ShareHolding)> {
        let less = |from: Uint128| {
            enough(shares, from)?;
            from.checked_sub(shares)
                .map_err(RiskError::overflow("SharePool::burn"))
        };
        Ok((
            Self {
                total: less(self.total)?,
                user: less(self.user)?,
                ..self
            },
            ShareHolding {
                shares: less(holding.shares)?,
                request_shares: Uint128::zero(),
                request_value: Uint128::zero(),
                requested_at: 0,
                ..holding
            },
        ))
    }
}

fn enough(asked: Uint128, available: Uint128) -> RiskResult<()> {
    if asked > available {
        return Err(RiskError::NotEnoughShares { asked, available });
    }
    Ok(())
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing
)]
mod tests {
    use super::*;

    const fn u(value: u128) -> Uint128 {
        Uint128::new(value)
    }

    #[test]
    fn a_whole_life() {
        let pool = SharePool::default();
        let holding = ShareHolding::default();
        let (pool, holding) = pool.stake(holding, u(1_000), u(0)).unwrap();
        let (pool, holding) = pool.request(holding, u(400), u(1_000), 10).unwrap();
        assert_eq!(holding.request_value, u(400));
        assert!(matches!(
            pool.request(holding, u(1), u(1_000), 10),
            Err(RiskError::RequestPending { .. })
        ));
        assert!(matches!(
            pool.redeem(holding, u(1_000), 19, 10),
            Err(RiskError::TooEarly {
                elapsed: 9,
                required: 10
            })
        ));
        // A loss of half is shared by the leaver.
        let (pool, holding, paid) = pool.redeem(holding, u(500), 20, 10).unwrap();
        assert_eq!(paid, u(200));
        assert_eq!((pool.total, pool.user), (u(600), u(600)));
        // Nothing of the request is left.
        assert_eq!(
            holding,
            ShareHolding {
                shares: u(600),
                ..ShareHolding::default()
            }
        );
        assert!(matches!(
            pool.redeem(holding, u(300), 99, 0),
            Err(RiskError::NoRequest {})
        ));
        assert!(matches!(
            pool.cancel(holding, u(300)),
            Err(RiskError::NoRequest {})
        ));
        assert!(pool.request(holding, u(601), u(300), 0).is_err());
        assert!(pool.request(holding, u(0), u(300), 0).is_err());
    }

    #[test]
    fn nobody_asks_for_or_burns_more_than_they_hold() {
        let pool = SharePool {
            total: u(100),
            user: u(50),
            base: 0,
        };
        let holding = ShareHolding {
            shares: u(60),
            ..ShareHolding::default()
        };
        let not_enough = |asked, available| {
            Err(RiskError::NotEnoughShares {
                asked: u(asked),
                available: u(available),
            })
        };
        assert_eq!(pool.request(holding, u(61), u(100), 0), not_enough(61, 60));
        // Books that contradict each other are refused, not taken below zero.
        let (pool, holding) = pool.request(holding, u(60), u(100), 0).unwrap();
        let redeemed = pool.redeem(holding, u(100), 0, 0);
        assert_eq!(
            redeemed.map(|(pool, ..)| (pool, holding)),
            not_enough(60, 50)
        );
    }

    #[test]
    fn a_pool_that_lost_nearly_all_is_rebased_once() {
        let pool = SharePool {
            total: u(1_000_000),
            user: u(900_000),
            base: 0,
        };
        let rebased = pool.rebased(u(10)).unwrap();
        assert_eq!(
            rebased,
            SharePool {
                total: u(100),
                user: u(90),
                base: 4
            }
        );
        let holding = ShareHolding {
            shares: u(55_555),
            request_shares: u(12_345),
            ..ShareHolding::default()
        };
        let adopted = rebased.adopt(holding).unwrap();
        assert_eq!(
            (adopted.shares, adopted.request_shares, adopted.base),
            (u(5), u(1), 4)
        );
        // A holding from the future, and one from so long ago that nothing is left.
        assert!(pool.adopt(adopted).is_err());
        let old = SharePool { base: 99, ..pool }.adopt(holding).unwrap();
        assert!(old.shares.is_zero());
    }

    #[test]
    fn units_without_shares_belong_to_the_protocol() {
        let pool = SharePool::default().rebased(u(77)).unwrap();
        assert_eq!(
            pool,
            SharePool {
                total: u(77),
                user: u(0),
                base: 0
            }
        );
    }
}
