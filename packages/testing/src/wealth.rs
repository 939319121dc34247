//! Whose money it is: everything that all addresses in one hand own, valued at one price and time, and
//! everything that belongs to nobody in particular, to the last atom.
//!
//! A [`Stock`] is read from raw storage and the bank, never from what the contracts add up themselves. Its
//! rows add up to the token's supply, or it is not given out: a coin that an attacker gains is missing in
//! another row. Two stocks make a [`Statement`], the table that an attack prints.
//!
//! What an address owns:
//!
//! | what | valued at |
//! |---|---|
//! | its wallet | coins |
//! | accounts | quote + positions at the given prices - funding owed at the stored indices |
//! | queued withdrawals of its accounts | coins |
//! | the exchange's fees, of delisted markets too, where it owns the market contract | coins |
//! | fund shares | what asking to leave would be worth |
//! | pending exits | what is owed after all slashes |
//! | coins lent to the emergency facility, where it is the treasury | drawn and undrawn, as if all were repaid |
//!
//! Each position and each holding of shares rounds down to the atom; what that leaves is in a row too. What the
//! treasury is owed and the fund does not hold stands against it as [`LOANS`], as a [`DEFICIT`] does against
//! what accounts hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::{ensure, Context, Result};
use ballast_types::MarketId;
use cosmwasm_std::{Addr, Decimal};

use crate::suite::Suite;

mod fund;
mod market;

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
/// Row of the fund's coins, booked or not, that belong to no staker, leaver or treasury.
pub const FUND: &str = "insurance fund";
/// Row of what the fund owes to the treasury and does not hold. Never positive.
pub const LOANS: &str = "insurance fund: loans to repay";
/// Row of what markets owe to the fund.
pub const FEES_OWED: &str = "market: fees owed to the fund";
/// Row of the exchange's own share of fees, of delisted markets too, where no hand owns the market contract.
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
    /// Takes stock of everything. Funding that was not accrued and rewards that did not drip yet are nobody's:
    /// touch them first where it matters.
    ///
    /// # Errors
    /// An address is in two hands, a market has no price here, storage cannot be decoded, or the rows do not
    /// add up to the supply.
    pub fn take(suite: &Suite, actors: &[Actor], prices: &Prices) -> Result<Self> {
        let mut purses = Purses::new(actors)?;
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
                purses.give(&holder, amount);
            }
        }
        let market = market::distribute(suite, prices, in_market, &mut purses)?;
        let fund = fund::distribute(suite, in_fund, &mut purses)?;

        let mut rows: Vec<(String, i128)> = actors
            .iter()
            .map(|actor| actor.name.clone())
            .zip(purses.owned)
            .collect();
        rows.extend(
            [
                (EVERYONE_ELSE, purses.others),
                (FUND, fund.own),
                (LOANS, -fund.loans),
                (FEES_OWED, market.fees_owed),
                (FEE_COLLECTOR, market.exchange_fees),
                (RESIDUE, market.residue),
                (DEFICIT, -market.deficit),
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

/// What all hands own, and what is in none.
struct Purses<'a> {
    hands: BTreeMap<&'a Addr, usize>,
    owned: Vec<i128>,
    others: i128,
}

impl<'a> Purses<'a> {
    fn new(actors: &'a [Actor]) -> Result<Self> {
        let mut hands = BTreeMap::new();
        for (place, actor) in actors.iter().enumerate() {
            for address in &actor.addresses {
                ensure!(
                    hands.insert(address, place).is_none(),
                    "{address} is in two hands"
                );
            }
        }
        Ok(Self {
            hands,
            owned: vec![0; actors.len()],
            others: 0,
        })
    }

    /// Counts what an address owns.
    fn give(&mut self, address: &Addr, amount: i128) {
        if !self.give_hand(address, amount) {
            self.others += amount;
        }
    }

    /// Counts what an address owns where it is in a hand; says whether it is.
    fn give_hand(&mut self, address: &Addr, amount: i128) -> bool {
        let place = self.hands.get(address);
        match place.and_then(|place| self.owned.get_mut(*place)) {
            Some(row) => {
                *row += amount;
                true
            }
            None => false,
        }
    }
}
