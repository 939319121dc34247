//! What an owner does: lists a market, lowers a cap, registers a market in the fund, has surplus paid, appoints feeders.

use ballast_testing::invariants::check_invariants;
use ballast_testing::suite::{claimant_parameters, market_parameters, Suite};
use ballast_types::fund;
use ballast_types::market::{self, ListMarket};
use ballast_types::price_feed;
use ballast_types::Side;
use cosmwasm_std::{CosmosMsg, Uint128};

use crate::daos::{Owner, World, OWNERS};
use crate::handover::hand_over;
use crate::DAY;

const UNIT: u128 = 1_000_000;

impl World {
    fn list(&self, symbol: &str) -> CosmosMsg {
        let listed = &self.suite.markets[0];
        let listing = ListMarket {
            symbol: symbol.to_owned(),
            base_decimals: listed.spec.base_decimals,
            tick_size: listed.spec.tick_size,
            lot_size: listed.spec.lot_size,
            isolated: false,
            oracle: self.suite.oracle_at(0, &self.suite.price_feed).unwrap(),
            parameters: market_parameters(6),
        };
        Suite::call(&self.suite.market, &market::ExecuteMsg::ListMarket(listing)).unwrap()
    }

    fn lower_cap(&self, cap: u128) -> CosmosMsg {
        let mut parameters = self.suite.market_info(0).unwrap().config.parameters;
        parameters.open_interest_cap = Uint128::new(cap);
        let msg = market::ExecuteMsg::UpdateMarket {
            market: 0,
            parameters,
        };
        Suite::call(&self.suite.market, &msg).unwrap()
    }

    fn register(&self, market: u32) -> CosmosMsg {
        let msg = fund::ExecuteMsg::RegisterMarket {
            contract: self.suite.market.to_string(),
            market,
            parameters: claimant_parameters(6),
        };
        Suite::call(&self.suite.fund, &msg).unwrap()
    }

    fn appoint(&self, recipient: &str) -> CosmosMsg {
        let recipient = Some(self.suite.address(recipient).to_string());
        let msg = fund::ExecuteMsg::AppointSurplusRecipient { recipient };
        Suite::call(&self.suite.fund, &msg).unwrap()
    }

    fn feeders(&self, count: usize) -> CosmosMsg {
        let mut feed: price_feed::FeedConfig = self
            .suite
            .app
            .wrap()
            .query_wasm_smart(
                &self.suite.price_feed,
                &price_feed::QueryMsg::Feed {
                    id: self.suite.markets[0].feed_id.clone(),
                },
            )
            .unwrap();
        feed.feeders.truncate(count);
        feed.quorum = u32::try_from(count).unwrap();
        let msg = price_feed::ExecuteMsg::SetFeed { feed };
        Suite::call(&self.suite.price_feed, &msg).unwrap()
    }

    /// Every message of [`Self::work`], to see that somebody else is refused.
    pub fn owners_messages(&self) -> Vec<CosmosMsg> {
        vec![
            self.list("FORMER"),
            self.lower_cap(1),
            self.register(7),
            self.appoint("former"),
            self.feeders(1),
        ]
    }

    /// All of an owner's work, each by a proposal of its own, and what came of it.
    pub fn work(&mut self, owner: Owner, round: u32) {
        // A fresh price, or nothing can be listed.
        let fresh = |world: &mut Self| {
            world.suite.advance(10);
            let price = world.suite.markets[0].spec.initial_price;
            world.suite.push_price(0, price).unwrap();
        };
        let symbol = format!("NEW-{round}");
        let before = self.suite.markets_listed();
        let list = self.list(&symbol);
        if owner == Owner::Governance {
            self.carry_with_price(list);
        } else {
            fresh(self);
            self.carry(owner, vec![list]).unwrap();
        }
        let markets = self.suite.markets_listed();
        assert_eq!(markets.len(), before.len() + 1, "{owner:?}");
        let (number, last) = markets.last().unwrap().clone();
        assert_eq!(last, symbol);

        let cap = UNIT * u128::from(1_000 - round);
        let lower = self.lower_cap(cap);
        self.carry(owner, vec![lower]).unwrap();
        let parameters = self.suite.market_info(0).unwrap().config.parameters;
        assert_eq!(parameters.open_interest_cap.u128(), cap, "{owner:?}");

        // These two loosen: under every owner they wait in the fund, and anyone applies them.
        let recipient = format!("recipient{round}");
        let msgs = vec![self.register(number), self.appoint(&recipient)];
        self.carry(owner, msgs).unwrap();
        let asked_at = self.suite.now();
        let waiting = self.suite.fund_waiting();
        assert_eq!(waiting.len(), 2, "{owner:?}");
        for change in waiting {
            assert_eq!(change.ready_at, asked_at + 21 * DAY);
            self.suite
                .set_time(change.ready_at.max(self.suite.now()))
                .unwrap();
            self.suite.apply_fund_change(change.id).unwrap();
        }
        assert!(self.suite.claimant(number).is_ok(), "{owner:?}");
        self.pay_surplus(&recipient);

        let feeders = self.feeders(2);
        self.carry(owner, vec![feeders]).unwrap();
        // No price is fresh after the vote: what would leave the feed without an answer waits in it.
        let (start_after, limit) = (None, None);
        let waiting: Vec<price_feed::PendingChange> = self
            .suite
            .ask_feeds(&price_feed::QueryMsg::PendingChanges { start_after, limit })
            .unwrap();
        for change in waiting {
            self.suite
                .set_time(change.ready_at.max(self.suite.now()))
                .unwrap();
            self.suite.apply_feed_change(change.id).unwrap();
        }
        let config: price_feed::FeedConfig = self
            .suite
            .ask_feeds(&price_feed::QueryMsg::Feed {
                id: self.suite.markets[0].feed_id.clone(),
            })
            .unwrap();
        assert_eq!(config.feeders.len(), 2, "{owner:?}");
        self.suite.feeders.truncate(2);
        check_invariants(&self.suite).unwrap();
    }

    /// A proposal that lists waits two days, and its price must be fresh when it is executed.
    fn carry_with_price(&mut self, list: CosmosMsg) {
        let ann = self.ann.clone();
        let id = self.suite.propose(&ann, vec![list]).unwrap();
        self.suite.wait_until_ready(id).unwrap();
        let price = self.suite.markets[0].spec.initial_price;
        self.suite.push_price(0, price).unwrap();
        self.suite.execute_proposal(id).unwrap();
        assert_eq!(self.suite.lifecycle(id).unwrap().failure, None);
    }

    /// Fees above all targets, which are reached, then a lot for whom the owner named.
    fn pay_surplus(&mut self, recipient: &str) {
        let recipient = self.suite.address(recipient);
        let at = self.suite.markets[0].spec.initial_price;
        self.suite.advance(10);
        self.suite.push_price(0, at).unwrap();
        let [one, other] = ["long", "short"].map(|name| self.suite.address(name));
        for (buyer, seller) in [(&one, &other), (&other, &one)] {
            let suite = &mut self.suite;
            suite.post_only(seller, 0, 0, Side::Sell, UNIT, at).unwrap();
            suite.ioc(buyer, 0, 0, Side::Buy, UNIT, at).unwrap();
        }
        // An old report counts as much as the market's cap: every market makes a new one.
        for (market, _) in self.suite.markets_listed() {
            self.suite.flush(market).unwrap();
        }
        for _ in 0..2 {
            self.suite.advance(2 * 3_600);
            self.suite.poke().unwrap();
        }
        self.suite.pay_surplus().unwrap();
        let got = self.suite.balance(&recipient).unwrap();
        assert!(got > 0, "{recipient}");
    }
}

/// What the tests ask of the suite besides.
trait Asked {
    fn markets_listed(&self) -> Vec<(u32, String)>;
    fn fund_waiting(&self) -> Vec<fund::PendingChange>;
}

impl Asked for Suite {
    fn markets_listed(&self) -> Vec<(u32, String)> {
        let markets: Vec<market::MarketResponse> = self
            .ask_market(&market::QueryMsg::Markets {
                start_after: None,
                limit: Some(50),
            })
            .unwrap();
        let symbol = |market: market::MarketResponse| (market.market, market.config.symbol);
        markets.into_iter().map(symbol).collect()
    }

    fn fund_waiting(&self) -> Vec<fund::PendingChange> {
        self.ask_fund(&fund::QueryMsg::PendingChanges {
            start_after: None,
            limit: None,
        })
        .unwrap()
    }
}

/// A1, A4: the suite does the same under every owner, whatever it votes with.
#[test]
fn a4_every_owner_does_an_owners_work() {
    let mut world = World::new();
    let user = world.suite.new_user("user", 1_000 * UNIT).unwrap();
    world.suite.deposit(&user, 0, 1_000 * UNIT).unwrap();
    for name in ["long", "short"] {
        let trader = world.suite.new_user(name, 1_000 * UNIT).unwrap();
        world.suite.deposit(&trader, 0, 1_000 * UNIT).unwrap();
    }
    let mut owner = Owner::Governance;
    for (round, next) in (0..).zip(OWNERS) {
        if next != owner {
            hand_over(&mut world, owner, next);
        }
        owner = next;
        world.work(owner, round);
    }
    // What was deposited under the first owner is paid under the last.
    world.suite.withdraw(&user, 0, 1_000 * UNIT).unwrap();
    assert_eq!(world.suite.balance(&user).unwrap(), 1_000 * UNIT);
}
