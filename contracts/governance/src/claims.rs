//! What was unstaked and waits to be claimed.

use cosmwasm_std::{Addr, StdResult, Storage, Timestamp, Uint128};
use cw_controllers::ClaimsResponse;
use cw_utils::Expiration;

use crate::state::{Claim, CLAIMS};
use crate::{ContractError, ContractResult};

/// Unstaked amounts of one staker that wait.
pub const MAX_CLAIMS: usize = 20;

/// Adds an amount that may be claimed from a time on.
///
/// # Errors
/// [`ContractError::TooManyClaims`].
pub fn add(
    storage: &mut dyn Storage,
    staker: &Addr,
    amount: Uint128,
    release_at: Timestamp,
) -> ContractResult<()> {
    let mut claims = CLAIMS.may_load(storage, staker)?.unwrap_or_default();
    if claims.len() >= MAX_CLAIMS {
        return Err(ContractError::TooManyClaims { max: MAX_CLAIMS });
    }
    claims.push(Claim {
        amount,
        release_at: release_at.nanos(),
    });
    Ok(CLAIMS.save(storage, staker, &claims)?)
}

/// Takes out what may be claimed now, atoms in all.
///
/// # Errors
/// More than 2^128 atoms, which no token has.
#[must_use = "it is paid to the staker"]
pub fn take_ready(
    storage: &mut dyn Storage,
    staker: &Addr,
    now: Timestamp,
) -> ContractResult<Uint128> {
    let claims = CLAIMS.may_load(storage, staker)?.unwrap_or_default();
    let waits = |claim: &Claim| claim.release_at > now.nanos();
    let (waiting, ready): (Vec<Claim>, Vec<Claim>) = claims.into_iter().partition(waits);
    let mut amount = Uint128::zero();
    for claim in ready {
        amount = amount.checked_add(claim.amount)?;
    }
    if waiting.is_empty() {
        CLAIMS.remove(storage, staker);
    } else {
        CLAIMS.save(storage, staker, &waiting)?;
    }
    Ok(amount)
}

/// All that waits, as DAO DAO answers it.
///
/// # Errors
/// Storage.
pub fn list(storage: &dyn Storage, staker: &Addr) -> StdResult<ClaimsResponse> {
    let claims = CLAIMS.may_load(storage, staker)?.unwrap_or_default();
    let claim = |claim: Claim| cw_controllers::Claim {
        amount: claim.amount,
        release_at: Expiration::AtTime(Timestamp::from_nanos(claim.release_at)),
    };
    Ok(ClaimsResponse {
        claims: claims.into_iter().map(claim).collect(),
    })
}
