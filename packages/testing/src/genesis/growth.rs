//! Messages among more and more of one kind of thing.

use anyhow::Result;

use crate::metering::scenarios::{all, growth, Prepared, Scenario, Stage, Target};
use crate::suite::{Collateral, SuiteBuilder};

/// Which sizes of the curves are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// None.
    Nothing,
    /// The smallest and the largest but one.
    Small,
    /// All.
    Full,
}

impl Range {
    /// The sizes of a curve in this range.
    pub fn of(self, sizes: &[u64]) -> Vec<u64> {
        match (self, sizes) {
            (Self::Full, _) => sizes.to_vec(),
            (Self::Small, [first, .., large, _]) => vec![*first, *large],
            (Self::Small, few) => few.to_vec(),
            (Self::Nothing, _) => vec![],
        }
    }
}

/// One kind of thing that a message is measured among.
pub struct Curve {
    /// What there is more and more of.
    pub of: &'static str,
    /// Whether what is measured must not cost more among more of it.
    pub flat: bool,
    /// How many.
    pub sizes: &'static [u64],
    /// What is measured: whose message, its name and state in the list of scenarios. Empty where the size is part of the
    /// message itself.
    pub messages: &'static [(Target, &'static str, &'static str)],
    /// Fills a stage with so many.
    pub fill: fn(&mut Stage, u64) -> Result<()>,
}

const CROWDS: &[u64] = &[10, 100, 1_000, 10_000];
const FEW: &[u64] = &[1, 2, 5, 10, 20, 50];

const BANKRUPT: (Target, &str, &str) = (
    Target::Market,
    "liquidate",
    "bankrupt, claim, 1 fill, asks the oracle",
);
const FILL: (Target, &str, &str) = (
    Target::Market,
    "place_order",
    "1 fill, positions that are settled",
);
const DEPOSIT: (Target, &str, &str) = (Target::Market, "deposit", "1 position");
const WITHDRAW: (Target, &str, &str) = (Target::Market, "withdraw", "1 position");
const REST: (Target, &str, &str) = (Target::Market, "place_order", "rests, 1 position");

/// Every curve whose messages are scenarios.
pub const CURVES: &[Curve] = &[
    Curve {
        of: "orders in the book",
        flat: true,
        sizes: CROWDS,
        messages: &[
            REST,
            FILL,
            (Target::Market, "cancel_order", "1 of 1, 1 position"),
            (
                Target::Market,
                "liquidate",
                "solvent, 1 fill, asks the oracle",
            ),
        ],
        fill: growth::orders,
    },
    Curve {
        of: "accounts with positions",
        flat: true,
        sizes: CROWDS,
        messages: &[DEPOSIT, WITHDRAW, FILL, BANKRUPT],
        fill: growth::positions,
    },
    Curve {
        of: "markets",
        flat: true,
        sizes: &[2, 5, 10, 20, 50],
        messages: &[
            DEPOSIT,
            WITHDRAW,
            REST,
            FILL,
            (Target::Market, "accrue_funding", "an interval ended"),
            BANKRUPT,
        ],
        fill: growth::markets,
    },
    Curve {
        of: "stakers and voters",
        flat: true,
        sizes: CROWDS,
        messages: &[
            (Target::Fund, "stake", "the second"),
            (Target::Fund, "complete_exit", "in time"),
            (Target::Governance, "propose", "1 message"),
            (Target::Governance, "vote", "counts"),
            BANKRUPT,
        ],
        fill: growth::stakers,
    },
];

impl Curve {
    /// The scenarios that are measured.
    pub fn scenarios(&self) -> impl Iterator<Item = Scenario> + '_ {
        all().into_iter().filter(|one| {
            let named = (one.target, one.message, one.state);
            self.messages.contains(&named)
        })
    }

    /// A native stage with so many.
    pub fn stage(&self, builder: SuiteBuilder, size: u64) -> Result<Stage> {
        let mut stage = Stage::set(builder, Collateral::Native, 0)?;
        (self.fill)(&mut stage, size)?;
        Ok(stage)
    }
}

/// A curve whose size is part of the message.
pub struct Counted {
    /// What the message has more and more of.
    pub of: &'static str,
    /// Its name.
    pub message: &'static str,
    /// How many.
    pub sizes: &'static [u64],
    /// Sets the state up and makes the message.
    pub prepare: fn(&mut Stage, u64) -> Result<Prepared>,
}

/// What each fill and each account deleveraged adds.
pub const COUNTED: &[Counted] = &[
    Counted {
        of: "fills",
        message: "place_order",
        sizes: FEW,
        prepare: growth::fills,
    },
    Counted {
        of: "accounts deleveraged",
        message: "liquidate",
        sizes: FEW,
        prepare: growth::counterparties,
    },
];
