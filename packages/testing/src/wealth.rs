//! Whose money it is: everything that all addresses in one hand own, valued at one price and time, and
//! everything that belongs to nobody in particular, to the last atom.
//!
//! A [`Stock`] is read from raw storage and the bank, never from what the contracts add up themselves. Its
//! rows add up to the token's supply, or it is not given out: a coin that an attacker gains is missing in
//! another row. Two stocks make a [`Statement`], the table that an attack prints.
//!
//! Valuation: wallet + queued withdrawals + account quote + positions at the given prices - funding owed at
//! the stored indices. Each position rounds down to the atom, as equity does; what that leaves is a row too.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::{ensure, Context, Result};
use ballast_perp_market::state::{Account, MarketState, Position, ACCOUNTS, MARKET_STATES};
use ballast_risk::ValueScale;
use ballast_types::MarketId;
use cosmwasm_std::{Addr, Decimal, Order};

use crate::suite::Suite;

/// All addresses in one hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// For the table.
    pub name: String,
    /// Wallets and owners of accounts.
    pub addresses: BTreeSet<Addr>,
}

impl Actor {
    /// One hand.
    #[must_use]
    pub fn new(name: &str, addresses: impl IntoIterator<Item = Addr>) -> Self {
        Self {
            name: name.to_owned(),
            addresses: addresses.into_iter().collect(),
        }
    }
}

/// The price at which each market is valued.
pub type Prices = BTreeMap<MarketId, Decimal>;

/// Row of whoever is in no actor's hand.
pub const EVERYONE_ELSE: &str = "everyone else";
/// Row of the fund's coins, booked or not.
pub const FUND: &str = "insurance fund";
/// Row of what markets owe to the fund.
pub const FEES_OWED: &str = "market: fees owed to the fund";
/// Row of the exchange's own share of fees.
pub const FEE_COLLECTOR: &str = "market: exchange's fees";
/// Row of what settlement and rounding left, and of coins that arrived without a message.
pub const RESIDUE: &str = "market: residue";
/// Row of losses that nobody has borne yet. Never positive.
pub const DEFICIT: &str = "market: deficit";

/// Who owned what at one price and time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stock {
    rows: Vec<(String, i128)>,
}

impl Stock {
    /// Takes stock of everything. Funding that was not accrued yet is nobody's: send `AccrueFunding` first
    /// where it matters.
    ///
    /// # Errors
    /// An address is in two hands, a market has no price here, storage cannot be decoded, or the rows do not
    /// add up to the supply.
    pub fn take(suite: &Suite, actors: &[Actor], prices: &Prices) -> Result<Self> {
        let hands = hands(actors)?;
        let storage = suite.market_storage();
        let storage = storage.as_ref();
        let mut owned = vec![0i128; actors.len()];
        let mut others = 0i128;
        let mut supply = 0i128;
        let mut in_market = 0i128;
        let mut in_fund = 0i128;
        for (holder, amount) in suite.holders()? {
            let amount = i128::try_from(amount)?;
            supply += amount;
            if holder == suite.market {
                in_market = amount;
            } else if holder == suite.fund {
                in_fund = amount;
            } else {
                *row_of(&hands, &mut owned, &mut others, &holder) += amount;
            }
        }

        let states: BTreeMap<MarketId, MarketState> = MARKET_STATES
            .range(storage, None, None, Order::Ascending)
            .collect::<Result<_, _>>()?;
        let mut quotes = 0i128;
        let mut funding = 0i128;
        let mut positions = 0i128;
        for record in ACCOUNTS.range(storage, None, None, Order::Ascending) {
            let (_, account): (u64, Account) = record?;
            let mut equity = account.quote.i128();
            quotes += equity;
            for position in &account.positions {
                let state = states
                    .get(&position.market)
                    .context("a position's market")?;
                let owed = owed(state, position)?;
                let value = value(suite, prices, position)?;
                funding += owed;
                positions += value;
                equity += value - owed;
            }
            *row_of(&hands, &mut owned, &mut others, &account.owner) += equity;
        }

        let sum = |line: fn(&MarketState) -> u128| -> Result<i128> {
            let total: u128 = states.values().map(line).sum();
            Ok(i128::try_from(total)?)
        };
        let fees_owed = sum(|state| state.fees_owed.u128())?;
        let fee_collector = sum(|state| state.fee_collector.u128())?;
        let deficit = sum(|state| state.deficit.u128())?;
        let pool: i128 = states
            .values()
            .map(|state| state.settlement_pool.i128())
            .sum();
        let rounding = sum(|state| state.residue.u128())?;
        // What the ledger's lines leave of the contract's coins: residue and stray coins.
        let stray = in_market - (quotes + fees_owed + fee_collector + pool + rounding - deficit);
        ensure!(
            stray >= 0,
            "the market's coins do not cover its books: {stray}"
        );
        ensure!(
            positions <= 0,
            "positions of both sides are worth {positions}"
        );
        let residue = stray + rounding + pool + funding - positions;

        let mut rows: Vec<(String, i128)> = actors
            .iter()
            .map(|actor| actor.name.clone())
            .zip(owned)
            .collect();
        rows.extend(
            [
                (EVERYONE_ELSE, others),
                (FUND, in_fund),
                (FEES_OWED, fees_owed),
                (FEE_COLLECTOR, fee_collector),
                (RESIDUE, residue),
                (DEFICIT, -deficit),
            ]
            .map(|(name, amount)| (name.to_owned(), amount)),
        );
        let stock = Self { rows };
        ensure!(
            stock.total() == supply,
            "rows add up to {}, supply is {supply}",
            stock.total()
        );
        Ok(stock)
    }

    /// One row.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn of(&self, name: &str) -> Result<i128> {
        self.rows
            .iter()
            .find(|(row, _)| row == name)
            .map(|(_, amount)| *amount)
            .with_context(|| format!("no row {name}"))
    }

    /// All rows together: the supply.
    #[must_use]
    pub fn total(&self) -> i128 {
        self.rows.iter().map(|(_, amount)| amount).sum()
    }
}

/// What changed hands between two stocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What was done.
    pub title: String,
    /// At the start.
    pub before: Stock,
    /// At the end.
    pub after: Stock,
}

impl Statement {
    /// Compares two stocks of the same actors.
    ///
    /// # Errors
    /// Coins were made or burnt in between, or the rows differ.
    pub fn new(title: &str, before: Stock, after: Stock) -> Result<Self> {
        ensure!(
            before.total() == after.total(),
            "supply went from {} to {}",
            before.total(),
            after.total()
        );
        let names = |stock: &Stock| -> Vec<String> {
            stock.rows.iter().map(|(name, _)| name.clone()).collect()
        };
        ensure!(names(&before) == names(&after), "other actors");
        Ok(Self {
            title: title.to_owned(),
            before,
            after,
        })
    }

    /// What a row gained; negative: lost.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn gain(&self, name: &str) -> Result<i128> {
        Ok(self.after.of(name)? - self.before.of(name)?)
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        writeln!(
            f,
            "  {:<34}{:>24}{:>24}{:>22}",
            "atoms", "before", "after", "difference"
        )?;
        let pairs = self.before.rows.iter().zip(&self.after.rows);
        for ((name, before), (_, after)) in pairs {
            let change = after - before;
            writeln!(f, "  {name:<34}{before:>24}{after:>24}{change:>+22}")?;
        }
        write!(
            f,
            "  {:<34}{:>24}{:>24}{:>+22}",
            "sum",
            self.before.total(),
            self.after.total(),
            self.after.total() - self.before.total()
        )
    }
}

type Hands<'a> = BTreeMap<&'a Addr, usize>;

fn hands(actors: &[Actor]) -> Result<Hands<'_>> {
    let mut hands = Hands::new();
    for (place, actor) in actors.iter().enumerate() {
        for address in &actor.addresses {
            ensure!(
                hands.insert(address, place).is_none(),
                "{address} is in two hands"
            );
        }
    }
    Ok(hands)
}

fn row_of<'a>(
    hands: &Hands<'_>,
    owned: &'a mut [i128],
    others: &'a mut i128,
    address: &Addr,
) -> &'a mut i128 {
    match hands.get(address).and_then(|place| owned.get_mut(*place)) {
        Some(row) => row,
        None => others,
    }
}

fn owed(state: &MarketState, position: &Position) -> Result<i128> {
    let index = if position.size.is_negative() {
        state.short_index
    } else {
        state.long_index
    };
    let size = position.size.unsigned_abs();
    Ok(ballast_risk::funding_payment(size, index, position.index)?.i128())
}

fn value(suite: &Suite, prices: &Prices, position: &Position) -> Result<i128> {
    let market = position.market;
    let price = prices
        .get(&market)
        .with_context(|| format!("no price for market {market}"))?;
    let scale = ValueScale::new(suite.listed(market)?.spec.base_decimals, suite.decimals)?;
    Ok(scale.net_notional(position.size, *price)?.i128())
}
