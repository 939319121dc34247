//! One message of every kind in a named state, to be measured, repeated, or sent by somebody else.
//!
//! A [`Scenario`] sets a state up on a [`Stage`] and says which message is accepted there. The gas table
//! (`cargo ballast gas`), the test that cost is flat, `cargo ballast bench` and the access matrix all go
//! through this one list; [`all`] is where a new message is added, and a test fails with the message's name
//! until it is.

mod backlog;
mod crowd;
mod electorate;
mod fund;
mod governance;
pub mod growth;
mod market;
mod price_feed;
mod records;
mod stage;
mod table;

use anyhow::{Context, Result};
use cw_multi_test::Executor;

pub use records::records;
pub use stage::{Prepared, Stage, UNIT};
pub use table::{table, Measured};

use crate::suite::Collateral;

/// The contract whose message is measured. With cw20 the token may be in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// `perp-market`.
    Market,
    /// `insurance-fund`.
    Fund,
    /// `price-feed`.
    PriceFeed,
    /// `governance`.
    Governance,
    /// The collateral token: a plain transfer, to compare with.
    Token,
}

impl Target {
    /// The name in tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Market => "perp-market",
            Self::Fund => "insurance-fund",
            Self::PriceFeed => "price-feed",
            Self::Governance => "governance",
            Self::Token => "cw20",
        }
    }
}

/// With which kinds of collateral a scenario is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tokens {
    /// It costs the same with every collateral: played with the native one.
    Any,
    /// It differs: played with both.
    Each,
    /// A native coin only.
    Native,
    /// A cw20 only.
    Cw20,
}

impl Tokens {
    /// Whether the scenario is played with this collateral.
    #[must_use]
    pub fn include(self, collateral: Collateral) -> bool {
        match self {
            Self::Any | Self::Native => collateral == Collateral::Native,
            Self::Each => true,
            Self::Cw20 => collateral != Collateral::Native,
        }
    }
}

/// One message in one state.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// Whose message.
    pub target: Target,
    /// Its JSON name; what a message carries inside follows after a dot: `receive.deposit`.
    pub message: &'static str,
    /// What was there before, or what the message leads to.
    pub state: &'static str,
    /// Which collateral.
    pub tokens: Tokens,
    /// Sets the state up. What is measured is the message that it returns, in the block it leaves.
    pub prepare: fn(&mut Stage) -> Result<Prepared>,
}

impl Scenario {
    const fn new(
        target: Target,
        message: &'static str,
        state: &'static str,
        tokens: Tokens,
        prepare: fn(&mut Stage) -> Result<Prepared>,
    ) -> Self {
        Self {
            target,
            message,
            state,
            tokens,
            prepare,
        }
    }

    /// Sets the state up.
    ///
    /// # Errors
    /// What a contract refused: a bug, or a change that this scenario does not know yet.
    pub fn prepare(&self, stage: &mut Stage) -> Result<Prepared> {
        (self.prepare)(stage).with_context(|| self.name())
    }

    /// The collateral in tables.
    #[must_use]
    pub fn token(&self, collateral: Collateral) -> &'static str {
        match (self.tokens, collateral) {
            (Tokens::Any, _) => "any",
            (_, Collateral::Native) => "native",
            (_, _) => "cw20",
        }
    }

    /// The scenario's name: contract, message and state.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {} ({})", self.target.as_str(), self.message, self.state)
    }
}

/// Every scenario, by contract, in the order of their message enums.
#[must_use]
pub fn all() -> Vec<Scenario> {
    let mut all = market::all();
    all.extend(fund::all());
    all.extend(price_feed::all());
    all.extend(governance::all());
    all.push(Scenario::new(
        Target::Token,
        "transfer",
        "to compare with",
        Tokens::Any,
        plain_transfer,
    ));
    all
}

/// A transfer of a cw20 that has nothing to do with the suite: what everything can be compared with.
///
/// # Errors
/// None in practice.
pub fn plain_transfer(stage: &mut Stage) -> Result<Prepared> {
    let [from, to] = ["from", "to"].map(|name| stage.suite.address(name));
    let msg = cw20_base::msg::InstantiateMsg {
        name: "plain token".to_owned(),
        symbol: "PLAIN".to_owned(),
        decimals: 6,
        initial_balances: [&from, &to]
            .map(|holder| cw20::Cw20Coin {
                address: holder.to_string(),
                amount: (1_000_000 * UNIT).into(),
            })
            .to_vec(),
        mint: None,
        marketing: None,
    };
    let (code, owner) = (stage.suite.codes.cw20, stage.suite.owner.clone());
    let app = &mut stage.suite.app;
    let token = app.instantiate_contract(code, owner, &msg, &[], "plain", None)?;
    let msg = cw20::Cw20ExecuteMsg::Transfer {
        recipient: to.to_string(),
        amount: UNIT.into(),
    };
    Prepared::new(&from, &token, &msg)
}
