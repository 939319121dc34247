//! The records of one market on their way through one message, and what it adds to the sums of the suite.
//!
//! The sums are kept incrementally: a market remembers what it added when it was loaded, and [`Market::save`] replaces that
//! by what it adds now. What it adds depends on its own two records alone (not on time), so the sums can be recomputed
//! from storage at any moment.

use ballast_risk::{mul_div, ppm_of, Rounding};
use ballast_types::{MarketId, PPM};
use cosmwasm_std::{Addr, Empty, Storage, Uint128};

use crate::books::Books;
use crate::error::{ContractError, ContractResult};
use crate::state::{Claimant, Standing, CLAIMANTS, DEBTORS, STANDINGS};

/// What one market adds to the sums of the suite. All but the deficit zero where isolated. Quote atoms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contribution {
    /// `ceil(risk weight * open-interest value)`.
    pub required: Uint128,
    /// `min(reserve, required)`.
    pub counted_reserve: Uint128,
    /// `ceil(risk weight * open-interest cap)`.
    pub weighted_cap: Uint128,
    /// The deficit it last reported.
    pub deficit: Uint128,
}

/// One registered market.
pub struct Market {
    /// The market contract.
    pub contract: Addr,
    /// Its market.
    pub id: MarketId,
    /// Configuration.
    pub claimant: Claimant,
    /// Hot state.
    pub standing: Standing,
    loaded: Option<Standing>,
    added: Contribution,
}

impl Market {
    /// A market that is not stored yet.
    #[must_use]
    pub fn new(contract: Addr, id: MarketId, claimant: Claimant, standing: Standing) -> Self {
        Self {
            contract,
            id,
            claimant,
            standing,
            loaded: None,
            added: Contribution::default(),
        }
    }

    /// Loads one, if it is registered.
    ///
    /// # Errors
    /// Storage.
    pub fn may_load(
        storage: &dyn Storage,
        contract: &Addr,
        id: MarketId,
    ) -> ContractResult<Option<Self>> {
        let Some(claimant) = CLAIMANTS.may_load(storage, (contract, id))? else {
            return Ok(None);
        };
        let standing = STANDINGS.load(storage, (contract, id))?;
        let added = contribution(&claimant, &standing)?;
        Ok(Some(Self {
            contract: contract.clone(),
            id,
            claimant,
            loaded: Some(standing.clone()),
            standing,
            added,
        }))
    }

    /// Loads one.
    ///
    /// # Errors
    /// [`ContractError::MarketNotRegistered`].
    pub fn load(storage: &dyn Storage, contract: &Addr, id: MarketId) -> ContractResult<Self> {
        Self::may_load(storage, contract, id)?.ok_or_else(|| ContractError::MarketNotRegistered {
            contract: contract.to_string(),
            market: id,
        })
    }

    /// Whether it stands outside the suite's capital.
    #[must_use]
    pub fn is_isolated(&self) -> bool {
        self.claimant.parameters.isolated
    }

    /// Seconds since registration.
    #[must_use]
    pub fn age_secs(&self, now: u64) -> u64 {
        now.saturating_sub(self.claimant.registered_at)
    }

    /// Books coins to its reserve.
    ///
    /// # Errors
    /// Overflow, which no token's supply allows.
    pub fn credit_reserve(&mut self, books: &mut Books, amount: Uint128) -> ContractResult<()> {
        self.standing.reserve = self.standing.reserve.checked_add(amount)?;
        books.ledger.market_reserves = books.ledger.market_reserves.checked_add(amount)?;
        Ok(())
    }

    /// Takes coins from its reserve.
    ///
    /// # Errors
    /// Overflow, if it holds less.
    pub fn debit_reserve(&mut self, books: &mut Books, amount: Uint128) -> ContractResult<()> {
        self.standing.reserve = self.standing.reserve.checked_sub(amount)?;
        books.ledger.market_reserves = books.ledger.market_reserves.checked_sub(amount)?;
        Ok(())
    }

    /// What it adds to the sums now.
    ///
    /// # Errors
    /// None within the hard ranges.
    pub fn contribution(&self) -> ContractResult<Contribution> {
        contribution(&self.claimant, &self.standing)
    }

    /// Replaces what it added to the sums of the suite by what it adds now. Call after its last change; cheap and
    /// idempotent.
    ///
    /// # Errors
    /// None within the hard ranges.
    pub fn settle(&mut self, books: &mut Books) -> ContractResult<()> {
        let next = self.contribution()?;
        let suite = &mut books.suite;
        suite.required = replace(suite.required, self.added.required, next.required)?;
        suite.counted_reserves = replace(
            suite.counted_reserves,
            self.added.counted_reserve,
            next.counted_reserve,
        )?;
        suite.weighted_caps = replace(
            suite.weighted_caps,
            self.added.weighted_cap,
            next.weighted_cap,
        )?;
        suite.deficits = replace(suite.deficits, self.added.deficit, next.deficit)?;
        self.added = next;

        let own_scale_ppm = self.own_scale_ppm(books.parameters.backing_ratio_ppm)?;
        if own_scale_ppm != self.standing.own_scale_ppm {
            self.standing.own_scale_ppm = own_scale_ppm;
            books.told_changed = true;
        }
        Ok(())
    }

    /// Takes what it adds now as added. For queries, where somebody else has put a change into the sums.
    ///
    /// # Errors
    /// None within the hard ranges.
    pub fn assume_settled(&mut self) -> ContractResult<()> {
        self.added = self.contribution()?;
        Ok(())
    }

    /// Settles and saves the hot state, if it changed.
    ///
    /// # Errors
    /// Storage.
    pub fn save(&mut self, storage: &mut dyn Storage, books: &mut Books) -> ContractResult<()> {
        self.settle(books)?;
        self.store(storage)
    }

    /// Saves the hot state, which was settled, if it changed.
    ///
    /// # Errors
    /// Storage.
    pub fn store(&mut self, storage: &mut dyn Storage) -> ContractResult<()> {
        if self.loaded.as_ref() != Some(&self.standing) {
            STANDINGS.save(storage, (&self.contract, self.id), &self.standing)?;
            self.save_debtor(storage)?;
            self.loaded = Some(self.standing.clone());
        }
        Ok(())
    }

    /// Keeps the index of markets that owe to the emergency facility.
    fn save_debtor(&self, storage: &mut dyn Storage) -> ContractResult<()> {
        let before = self.loaded.as_ref().map(|loaded| loaded.emergency);
        let (before, now) = (before.unwrap_or_default(), self.standing.emergency);
        let key = |since| (since, &self.contract, self.id);
        if !before.debt.is_zero() && (now.debt.is_zero() || now.since != before.since) {
            DEBTORS.remove(storage, key(before.since));
        }
        if !now.debt.is_zero() && (before.debt.is_zero() || now.since != before.since) {
            DEBTORS.save(storage, key(now.since), &Empty {})?;
        }
        Ok(())
    }

    /// Share of its open-interest cap that an isolated market's own reserve backs, rounded down.
    fn own_scale_ppm(&self, backing_ratio_ppm: u32) -> ContractResult<u32> {
        if !self.is_isolated() {
            return Ok(PPM);
        }
        let parameters = &self.claimant.parameters;
        let weighted_cap = ppm_of(
            parameters.open_interest_cap,
            parameters.risk_weight_ppm,
            Rounding::Up,
        )?;
        cap_scale_ppm(self.standing.reserve, weighted_cap, 1, backing_ratio_ppm)
    }
}

/// Share of open-interest caps that capital backs, at most one million:
/// `floor((floor(capital / (backing ratio + 1 ppm)) - markets) / weighted caps)`. One million where nothing needs backing.
/// A level begins *above* its threshold, and each market's requirement rounds up by less than an atom: markets that are
/// full to their caps leave coverage above the backing ratio, not at it or an atom below.
///
/// # Errors
/// None within the hard ranges.
pub fn cap_scale_ppm(
    capital: Uint128,
    weighted_caps: Uint128,
    markets: u32,
    backing_ratio_ppm: u32,
) -> ContractResult<u32> {
    if backing_ratio_ppm == 0 || weighted_caps.is_zero() {
        return Ok(PPM);
    }
    let ppm = Uint128::from(PPM);
    let above_ratio = backing_ratio_ppm.saturating_add(1);
    let backed =
        mul_div(capital, ppm, above_ratio.into(), Rounding::Down)?.saturating_sub(markets.into());
    if backed >= weighted_caps {
        return Ok(PPM);
    }
    let scale = mul_div(backed, ppm, weighted_caps, Rounding::Down)?;
    Ok(u32::try_from(scale.u128()).unwrap_or(PPM).min(PPM))
}

/// What a market with these records adds to the sums of the suite.
///
/// # Errors
/// None within the hard ranges.
pub fn contribution(claimant: &Claimant, standing: &Standing) -> ContractResult<Contribution> {
    let parameters = &claimant.parameters;
    if parameters.isolated {
        return Ok(Contribution {
            deficit: standing.deficit,
            ..Contribution::default()
        });
    }
    let open_interest_value = if standing.stale {
        standing
            .open_interest_value
            .max(parameters.open_interest_cap)
    } else {
        standing.open_interest_value
    };
    let weight = parameters.risk_weight_ppm;
    let required = ppm_of(open_interest_value, weight, Rounding::Up)?;
    Ok(Contribution {
        required,
        counted_reserve: standing.reserve.min(required),
        weighted_cap: ppm_of(parameters.open_interest_cap, weight, Rounding::Up)?,
        deficit: standing.deficit,
    })
}

fn replace(sum: Uint128, old: Uint128, new: Uint128) -> ContractResult<Uint128> {
    Ok(sum.checked_sub(old)?.checked_add(new)?)
}
