//! After the migration everything that was under way comes to its end.

use ballast_testing::fixtures;
use ballast_testing::invariants::check_invariants;
use ballast_testing::suite::{Suite, GOVERNANCE_COIN};
use ballast_types::governance::ExecuteMsg as Governance;
use ballast_types::market::ProcessWithdrawalsAnswer;
use ballast_types::price_feed::{self, FeedConfig, PendingChange};
use ballast_types::Side;
use cw3::Vote;

use crate::{old_versions, MIGRATION};

const DAY: u64 = 86_400;

struct Migrated(Suite);

impl Migrated {
    fn new(version: &str) -> Self {
        let mut suite = fixtures::load(version).unwrap().suite;
        suite.execute_proposal(MIGRATION).unwrap();
        suite.next_block();
        Self(suite)
    }

    fn prices(&mut self, btc: &str, eth: &str) {
        self.0.advance(10);
        let prices = [(0, btc.parse().unwrap()), (1, eth.parse().unwrap())];
        self.0.push_prices(&prices).unwrap();
        self.0.accrue(0).unwrap();
        self.0.accrue(1).unwrap();
        self.check();
    }

    fn check(&self) {
        check_invariants(&self.0).unwrap();
    }
}

// M2, S1: resting orders are filled, a stop-loss is executed, a bankrupt position is liquidated and its loss claimed.
#[test]
fn m2_trading_and_liquidation_go_on() {
    for version in old_versions() {
        let mut world = Migrated::new(&version);
        let [frank, carol] = ["frank", "carol"].map(|name| world.0.address(name));
        world.prices("18000", "1500");
        let size = |suite: &Suite| suite.account(&frank, 3).unwrap().positions[0].size.i128();
        let before = size(&world.0);
        let price = "17900".parse().unwrap();
        let sold = world
            .0
            .ioc(&frank, 3, 0, Side::Sell, 10_000_000, price)
            .unwrap();
        assert_eq!(sold.answer.filled.u128(), 10_000_000, "Carol's old bid");
        world.check();

        world.prices("16990", "1500");
        let waiting = world.0.trigger_orders(&frank, 3).unwrap();
        assert_eq!(waiting.len(), 2);
        let keeper = world.0.keeper.clone();
        let due = waiting
            .iter()
            .find(|order| order.client_order_id.is_some())
            .unwrap();
        world
            .0
            .execute_trigger_order(&keeper, due.trigger_order_id)
            .unwrap();
        assert_eq!(size(&world.0), before - 10_000_000 - 25_000_000);
        world.check();

        let claims = world.0.claims().unwrap().len();
        world.prices("17000", "4200");
        let account = Suite::account_id(&carol, 0);
        assert!(world.0.account(&carol, 0).unwrap().equity.is_negative());
        world.0.liquidate(&keeper, &account, 1).unwrap();
        assert_eq!(world.0.claims().unwrap().len(), claims + 1);
        assert_eq!(world.0.claims().unwrap()[claims].claim_id, 2);
        world.check();
    }
}

// M2: a queued withdrawal, an exit, a loan's withdrawal and unstaked power are paid.
#[test]
fn m2_everybody_who_waits_is_paid() {
    for version in old_versions() {
        let mut world = Migrated::new(&version);
        let [dan, erin, treasury, bob] =
            ["dan", "erin", "treasury", "bob"].map(|name| world.0.address(name));
        world.0.withdraw_emergency(&treasury).unwrap();
        assert_eq!(world.0.balance(&treasury).unwrap(), 1_000_000_000);
        world.0.govern(&bob, &Governance::Claim {}).unwrap();
        assert_eq!(world.0.coin_balance(&bob, GOVERNANCE_COIN).unwrap(), 20);
        world.check();

        // Held up for the longest pause: the level stays critical.
        world.0.advance(18 * DAY);
        world.prices("18000", "1500");
        let queued = world.0.queued_withdrawals().unwrap()[0].amount.u128();
        let (keeper, had) = (world.0.keeper.clone(), world.0.balance(&dan).unwrap());
        let done: ProcessWithdrawalsAnswer =
            world.0.process_withdrawals(&keeper, None).unwrap().answer;
        let paid = world.0.balance(&dan).unwrap() - had;
        assert!(paid > 0 && paid <= queued, "{done:?}");
        world.check();
        world.0.complete_exit(&erin).unwrap();
        // 40 units in shares, ten an atom; the claim of before slashed a tenth of all stakes.
        assert_eq!(world.0.balance(&erin).unwrap(), 36_000_000);
        world.check();
    }
}

// M2, P2: changes that waited under the old version are ready when they were to be, not a second earlier.
#[test]
fn m2_changes_that_wait_keep_their_time() {
    for version in old_versions() {
        let mut world = Migrated::new(&version);
        let waiting = world.0.pending_changes().unwrap();
        let change = &waiting[0];
        let parameters = world.0.market_info(1).unwrap().config.parameters;
        world.0.set_time(change.ready_at - 1).unwrap();
        assert!(world.0.apply_change(change.id).is_err());
        world.0.set_time(change.ready_at).unwrap();
        world.0.apply_change(change.id).unwrap();
        let changed = world.0.market_info(1).unwrap().config.parameters;
        assert_eq!(
            changed.maintenance_fraction_ppm,
            parameters.maintenance_fraction_ppm - 10_000
        );
        assert!(world.0.pending_changes().unwrap().is_empty());
        world.check();
    }
}

// M2, V2: what was proposed before is voted, waits and executes.
#[test]
fn m2_proposals_go_on() {
    for version in old_versions() {
        let mut world = Migrated::new(&version);
        let ann = world.0.address("ann");
        let (queued, open) = (4, 5);
        world.0.vote(&ann, open, Vote::Yes).unwrap();
        for id in [queued, open] {
            world.0.wait_until_ready(id).unwrap();
            world.0.execute_proposal(id).unwrap();
            let life = world.0.lifecycle(id).unwrap();
            assert_eq!(life.failure, None);
            assert!(life.executed_at.is_some(), "{id}");
            world.check();
        }
    }
}

// P2: a migrated price feed appoints no feeder at once.
#[test]
fn p2_feeders_are_appointed_after_a_delay() {
    let mut world = Migrated::new(&old_versions()[0]);
    let (feeds, governance) = (world.0.price_feed.clone(), world.0.governance().unwrap());
    let id = world.0.listed(0).unwrap().feed_id.clone();
    let query = price_feed::QueryMsg::Feed { id };
    let mut feed: FeedConfig = world.0.ask_feeds(&query).unwrap();
    let before = feed.clone();
    feed.feeders[0] = world.0.address("stranger").to_string();
    let msg = price_feed::ExecuteMsg::SetFeed { feed };
    let msg = Suite::call(&feeds, &msg).unwrap();
    world.0.send(&governance, msg).unwrap();
    assert_eq!(world.0.ask_feeds::<FeedConfig>(&query).unwrap(), before);
    let (start_after, limit) = (None, None);
    let waiting: Vec<PendingChange> = world
        .0
        .ask_feeds(&price_feed::QueryMsg::PendingChanges { start_after, limit })
        .unwrap();
    assert_eq!(waiting[0].ready_at, world.0.now() + 21 * DAY);
    world.check();
}
