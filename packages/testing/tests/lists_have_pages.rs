//! Rule G4: every list is read completely, in order and without repetition by pages of any size; a page has a bound.
//! The lists are the queries with `start_after`, read from the schema, so that a new one fails until it is here.

use ballast_testing::hostile::fund::{FundBehaviour, Reaction};
use ballast_testing::messages;
use ballast_testing::metering::scenarios::{Stage, Target};
use ballast_testing::suite::Collateral;
use ballast_types::market::{Change, PlaceTriggerOrder, TriggerCondition, TriggeredOrder};
use ballast_types::{AccountId, Side};
use cosmwasm_std::Addr;
use serde_json::{json, Value};

const CROWD: u64 = 60;
/// How many entries a page has where nothing is said.
const DEFAULT: usize = 10;

/// Most entries of a page: governance keeps to cw3's.
fn most(target: Target) -> usize {
    match target {
        Target::Governance => 30,
        _ => 50,
    }
}

/// A list: contract, query, what it is of, and where an entry's page goes on.
struct List {
    target: Target,
    query: &'static str,
    of: Value,
    /// Entries that there are at least.
    least: usize,
    next: fn(&Value) -> Value,
}

fn lists(stage: &Stage) -> Vec<List> {
    let id = |name: &str| json!(Stage::id(&stage.suite.address(name)));
    let list = |target, query, of, least, next| List {
        target,
        query,
        of,
        least,
        next,
    };
    let contract = stage.suite.market.to_string();
    vec![
        list(Target::Market, "markets", json!({}), 2, |one| {
            one["market"].clone()
        }),
        list(Target::Market, "accounts", json!({}), 180, |one| {
            one["number"].clone()
        }),
        list(
            Target::Market,
            "orders",
            json!({"account": id("trader")}),
            20,
            |one| one["order_id"].clone(),
        ),
        list(
            Target::Market,
            "trigger_orders",
            json!({"account": id("trader")}),
            20,
            |one| one["trigger_order_id"].clone(),
        ),
        list(
            Target::Market,
            "due_trigger_orders",
            json!({"market": 0, "condition": "at_or_below"}),
            60,
            |one| one["trigger_order_id"].clone(),
        ),
        list(
            Target::Market,
            "deleverage_queue",
            json!({"market": 0, "long": true}),
            60,
            Value::clone,
        ),
        list(
            Target::Market,
            "deleverage_queue",
            json!({"market": 0, "long": false}),
            60,
            Value::clone,
        ),
        list(Target::Market, "pending_claims", json!({}), 12, |one| {
            json!([one["number"], one["market"]])
        }),
        list(Target::Market, "pending_changes", json!({}), 12, |one| {
            one["id"].clone()
        }),
        list(Target::Market, "queued_withdrawals", json!({}), 60, |one| {
            one["id"].clone()
        }),
        list(Target::Fund, "markets", json!({}), 2, |one| {
            json!([one["contract"], one["market"]])
        }),
        list(
            Target::Fund,
            "claims",
            json!({ "contract": contract }),
            60,
            |one| one["claim_id"].clone(),
        ),
        list(Target::Fund, "top_ups", json!({}), 12, |one| {
            one["id"].clone()
        }),
        list(Target::Fund, "pending_changes", json!({}), 12, |one| {
            one["id"].clone()
        }),
        list(Target::PriceFeed, "feeds", json!({}), 61, |one| {
            one["id"].clone()
        }),
        list(Target::Governance, "list_proposals", json!({}), 60, |one| {
            one["id"].clone()
        }),
        list(
            Target::Governance,
            "list_votes",
            json!({"proposal_id": 1}),
            60,
            |one| one["voter"].clone(),
        ),
        list(Target::Governance, "list_voters", json!({}), 61, |one| {
            one["addr"].clone()
        }),
        list(Target::Governance, "list_stakers", json!({}), 61, |one| {
            one["address"].clone()
        }),
        list(Target::PriceFeed, "pending_changes", json!({}), 12, |one| {
            one["id"].clone()
        }),
    ]
}

/// A crowd whose stop-losses are due, a trader with twenty orders and twenty trigger orders at a few prices, twelve
/// bankrupt accounts whose claims failed, twelve changes that wait in each contract.
fn stage() -> Stage {
    let mut stage = Stage::new(Collateral::Native, CROWD).unwrap();
    let trader = stage.user("trader", 100_000).unwrap();
    for i in 0..20 {
        let price = ["20500", "20600", "20700"][i % 3];
        stage.rest(&trader, Side::Sell, 100_000, price).unwrap();
        let order = trigger_order(price);
        stage.suite.place_trigger_order(&trader, &order).unwrap();
    }
    let fund = FundBehaviour::claims(Reaction::Errors { bytes: 3 });
    let fund = stage.suite.deploy_hostile_fund(fund).unwrap();
    stage.suite.set_insurance_fund(Some(&fund)).unwrap();
    let rival = stage.user("rival", 100_000).unwrap();
    let bankrupt: Vec<Addr> = (0..12)
        .map(|i| {
            let user = stage.user(&format!("bankrupt {i}"), 106).unwrap();
            stage.trade(&user, &rival, 10_000_000, "20000").unwrap();
            user
        })
        .collect();
    for i in 0..12 {
        let mut parameters = stage.suite.market_info(0).unwrap().config.parameters;
        parameters.taker_fee_ppm += 1 + i;
        let market = 0;
        let change = Change::UpdateMarket { market, parameters };
        stage.suite.ask_for(&change).unwrap();
        let (owner, fund) = (stage.suite.owner.clone(), stage.suite.fund.clone());
        stage.suite.mint(&owner, 1).unwrap();
        stage.suite.donate(&owner, 1).unwrap();
        let change = json!({"register_market": {
            "contract": fund, "market": i,
            "parameters": {"risk_weight_ppm": 50_000, "open_interest_cap": "1", "reserve_target": "1", "isolated": false},
        }});
        stage.suite.execute(&owner, &fund, &change, &[]).unwrap();
        let feeds = stage.suite.price_feed.clone();
        let change = json!({"remove_feed": {"id": stage.suite.listed(0).unwrap().feed_id}});
        stage.suite.execute(&owner, &feeds, &change, &[]).unwrap();
    }
    stage.price("18900").unwrap();
    let keeper = stage.suite.keeper.clone();
    for user in bankrupt {
        let account: AccountId = Stage::id(&user);
        stage.suite.liquidate(&keeper, &account, 0).unwrap();
    }
    // More than may leave at once, and then some more.
    let whale = stage.waits("whale").unwrap();
    for _ in 0..CROWD {
        stage.suite.withdraw(&whale, 0, 1).unwrap();
    }
    stage.price("18900").unwrap();
    stage
}

fn trigger_order(price: &str) -> PlaceTriggerOrder {
    PlaceTriggerOrder {
        owner: None,
        subaccount: 0,
        market: 0,
        side: Side::Buy,
        size: 100_000u128.into(),
        condition: TriggerCondition::AtOrAbove,
        trigger_price: price.parse().unwrap(),
        order: TriggeredOrder::Market {
            max_slippage_ppm: 0,
        },
        reduce_only: true,
        expires_at: None,
        client_order_id: None,
    }
}

fn page(stage: &Stage, list: &List, after: Option<&Value>, limit: &Value) -> Vec<Value> {
    let mut of = list.of.clone();
    of["limit"] = limit.clone();
    of["start_after"] = after.cloned().unwrap_or(Value::Null);
    let contract = match list.target {
        Target::Market => &stage.suite.market,
        Target::Fund => &stage.suite.fund,
        Target::Governance => &stage.suite.owner,
        _ => &stage.suite.price_feed,
    };
    let query = json!({ list.query: of });
    let answer = stage.suite.app.wrap().query_wasm_smart(contract, &query);
    match answer.unwrap_or_else(|error| panic!("{query}: {error}")) {
        Value::Array(page) => page,
        // cw3 and DAO DAO name their one list.
        Value::Object(named) => {
            let mut lists = named.into_iter().map(|(_, list)| list);
            serde_json::from_value(lists.next().unwrap()).unwrap()
        }
        other => panic!("{query}: {other}"),
    }
}

fn walk(stage: &Stage, list: &List, limit: usize) -> Vec<Value> {
    let mut all: Vec<Value> = vec![];
    loop {
        let after = all.last().map(list.next);
        let found = page(stage, list, after.as_ref(), &json!(limit));
        assert!(found.len() <= limit, "{}", list.query);
        if found.is_empty() {
            return all;
        }
        all.extend(found);
        assert!(all.len() < 1_000, "{} does not end", list.query);
    }
}

// G4
#[test]
fn every_list_is_complete_in_pages_of_any_size() {
    let stage = stage();
    for list in lists(&stage) {
        let all = walk(&stage, &list, most(list.target));
        let keys: Vec<Value> = all.iter().map(list.next).collect();
        assert!(all.len() >= list.least, "{}: {}", list.query, all.len());
        for limit in [1, 2, 7, 11] {
            let keys_of = |all: Vec<Value>| -> Vec<Value> { all.iter().map(list.next).collect() };
            let found = keys_of(walk(&stage, &list, limit));
            assert_eq!(found, keys, "{} by {limit}", list.query);
        }
        for (i, key) in keys.iter().enumerate() {
            assert!(!keys[..i].contains(key), "{}: {key} twice", list.query);
        }
        println!(
            "{} {}: {} entries",
            list.target.as_str(),
            list.query,
            all.len()
        );
    }
}

// G4: nothing said, nothing wanted, too much wanted
#[test]
fn every_page_has_a_default_and_a_bound() {
    let stage = stage();
    for list in lists(&stage) {
        let total = walk(&stage, &list, most(list.target)).len();
        let length = |limit: Value| page(&stage, &list, None, &limit).len();
        assert_eq!(length(Value::Null), total.min(DEFAULT), "{}", list.query);
        assert_eq!(length(json!(0)), 0, "{}", list.query);
        assert_eq!(
            length(json!(u32::MAX)),
            total.min(most(list.target)),
            "{}",
            list.query
        );
    }
}

/// Queries of the fund's shares: cw20-base answers and pages them, thirty at most.
const OF_CW20: [&str; 3] = ["all_allowances", "all_spender_allowances", "all_accounts"];

// G4: the list of lists is the schema's
#[test]
fn every_paged_query_is_walked() {
    let stage = Stage::new(Collateral::Native, 2).unwrap();
    let lists = lists(&stage);
    for target in [
        Target::Market,
        Target::Fund,
        Target::PriceFeed,
        Target::Governance,
    ] {
        for query in messages::paged_queries(target) {
            assert!(
                OF_CW20.contains(&query.as_str())
                    || lists
                        .iter()
                        .any(|list| list.target == target && list.query == query),
                "{} has a paged query `{query}` that is not walked here",
                target.as_str()
            );
        }
    }
}
