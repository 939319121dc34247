//! Rule P1: random configurations. What the validators accept keeps every invariant over a short life, jams nothing and can be
//! brought to its end; what they refuse is refused with a typed error and changes nothing.
//!
//! `BALLAST_LISTINGS` sets how many are drawn (200 by default), `BALLAST_LISTING_SEED` replays one. A failure prints its seed.

mod draw;
mod life;

use std::panic::{catch_unwind, AssertUnwindSafe};

use ballast_perp_market::parameters::{check_exchange, check_listing};
use ballast_perp_market::ContractError;
use ballast_testing::hostile::oracle::{OracleBehaviour, Published};
use ballast_testing::invariants::InvariantChecker;
use ballast_testing::suite::{claimant_parameters, FundSeed, MarketSpec, Suite, SuiteBuilder};
use ballast_types::market::ExchangeParameters;
use cosmwasm_std::{Decimal, Int64};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use draw::Draw;
use life::Life;

fn from_env(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// What became of one draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    ExchangeRefused,
    ListingRefused,
    Lived { traded: bool, bankrupt: bool },
}

fn contract_error(error: &anyhow::Error) -> &ContractError {
    error
        .downcast_ref()
        .unwrap_or_else(|| panic!("an error of another kind: {error:#}"))
}

/// A suite with one ordinary market and these parameters, or why there is none.
fn suite(decimals: u8, exchange: &ExchangeParameters) -> anyhow::Result<Suite> {
    SuiteBuilder::new()
        .decimals(decimals)
        .exchange_parameters(exchange.clone())
        .market(MarketSpec::new(
            "BASE",
            0,
            Decimal::one(),
            1,
            Decimal::percent(10_000),
        ))
        .seed(FundSeed { mutual: 0 })
        .build()
}

/// Everything that the market contract stores.
fn stored(suite: &Suite) -> Vec<(Vec<u8>, Vec<u8>)> {
    let storage = suite.market_storage();
    storage
        .range(None, None, cosmwasm_std::Order::Ascending)
        .collect()
}

fn play(seed: u64) -> Fate {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let Draw {
        decimals,
        exchange,
        mut listing,
        mantissa,
        expo,
    } = Draw::new(&mut rng);
    let built = suite(decimals, &exchange);
    if let Err(expected) = check_exchange(&exchange) {
        let error = built.map(drop).unwrap_err();
        assert_eq!(contract_error(&error), &*expected);
        return Fate::ExchangeRefused;
    }
    let mut suite = built.unwrap();
    let oracle = suite.deploy_hostile_oracle().unwrap();
    let behaviour = |mantissa: i64| OracleBehaviour::Answers {
        price: Int64::new(mantissa),
        conf: 0u64.into(),
        expo,
        published: Published::Ago { secs: 0 },
    };
    suite
        .set_oracle_behaviour(&oracle, 0, behaviour(mantissa))
        .unwrap();
    listing.oracle.contract = oracle.to_string();
    listing.oracle.feed_id.clone_from(&suite.markets[0].feed_id);
    let before = stored(&suite);
    let listed = suite.list_market(listing.clone());
    if let Err(expected) = check_listing(&listing) {
        let error = listed.map(drop).unwrap_err();
        assert_eq!(contract_error(&error), &*expected);
        assert_eq!(stored(&suite), before);
        return Fate::ListingRefused;
    }
    if let Err(error) = listed {
        // What only the chain knows: whether trades would be exact, and whether the oracle's price is one.
        let error = contract_error(&error);
        assert!(
            matches!(
                error,
                ContractError::Risk(_) | ContractError::OracleUnusable { .. }
            ),
            "{error}"
        );
        assert_eq!(stored(&suite), before);
        return Fate::ListingRefused;
    }
    let mut claimant = claimant_parameters(decimals);
    claimant.open_interest_cap = listing.parameters.open_interest_cap;
    suite.register_market(1, claimant).unwrap();
    let checker = InvariantChecker::new(&suite).unwrap();
    let mut life = Life::new(suite, checker, rng, oracle, mantissa, expo);
    life.run();
    Fate::Lived {
        traded: life.traded,
        bankrupt: life.bankrupt,
    }
}

// P1: accepted => every invariant holds, and nobody is stuck.
#[test]
fn p1_what_is_accepted_lives_and_what_is_refused_changes_nothing() {
    let seeds = match from_env("BALLAST_LISTING_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..from_env("BALLAST_LISTINGS").unwrap_or(200),
    };
    let single = seeds.end - seeds.start == 1;
    let mut fates = vec![];
    let mut failed = vec![];
    for seed in seeds.clone() {
        match catch_unwind(AssertUnwindSafe(|| play(seed))) {
            Ok(fate) => fates.push(fate),
            Err(why) => {
                let text = why.downcast_ref::<String>().cloned();
                failed.push(format!(
                    "BALLAST_LISTING_SEED={seed}: {}",
                    text.unwrap_or_else(|| "panicked".to_owned())
                ));
            }
        }
    }
    let count = |wanted: fn(&Fate) -> bool| fates.iter().filter(|fate| wanted(fate)).count();
    let lived = count(|fate| matches!(fate, Fate::Lived { .. }));
    let traded = count(|fate| matches!(fate, Fate::Lived { traded: true, .. }));
    let bankrupt = count(|fate| matches!(fate, Fate::Lived { bankrupt: true, .. }));
    let refused = count(|fate| matches!(fate, Fate::ListingRefused));
    let no_exchange = count(|fate| matches!(fate, Fate::ExchangeRefused));
    println!(
        "seeds {seeds:?}: {lived} lived ({traded} with trades, {bankrupt} with bankruptcies), {refused} listings and \
         {no_exchange} exchanges refused"
    );
    assert!(
        failed.is_empty(),
        "{} failed\n{}",
        failed.len(),
        failed.join("\n\n")
    );
    // A run that never gets there proves nothing.
    assert!(single || (traded > 0 && bankrupt > 0 && refused > 0 && no_exchange > 0));
}
