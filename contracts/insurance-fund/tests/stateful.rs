//! Random sequences of everything anyone can do, with both kinds of collateral: after every step the ledger identity and
//! all sums recomputed from storage, and of every claim, level and revision what must hold. Refusals are predicted.
//!
//! A failure prints the smallest sequence and its seed, which is kept in `tests/stateful.regressions` and runs first from
//! then on. `PROPTEST_CASES` sets how many sequences run.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]
mod common;
use ballast_administration::pending::PendingError;
use std::collections::{BTreeMap, BTreeSet};

use ballast_insurance_fund::market::Market;
use ballast_insurance_fund::shares;
use ballast_insurance_fund::solvency::risk_parameters;
use ballast_insurance_fund::state::BOOKS;
use ballast_insurance_fund::ContractError;
use ballast_types::fund::*;
use ballast_types::{RiskLevel, RiskParameters};
use common::*;
use cosmwasm_std::{coins, from_json, Addr, Uint128};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

const LISTED: usize = 4;

#[derive(Clone, Debug)]
enum Step {
    Fees {
        market: usize,
        amount: u128,
        open_interest: u128,
    },
    Reserve {
        market: usize,
        amount: u128,
    },
    Donate {
        amount: u128,
    },
    Claim {
        market: usize,
        id: i64,
        amount: u128,
        open_interest: u128,
        attached: u128,
    },
    Stray {
        amount: u128,
    },
    Sync,
    Poke {
        market: usize,
    },
    Pass {
        secs: u64,
    },
    Weigh {
        market: usize,
        weight: u32,
        cap: u128,
    },
    Target {
        mutual: u128,
    },
    Stake {
        staker: usize,
        amount: u128,
    },
    RequestExit {
        staker: usize,
        ppm: u128,
    },
    CancelExit {
        staker: usize,
    },
    CompleteExit {
        staker: usize,
    },
    Transfer {
        from: usize,
        to: usize,
        ppm: u128,
    },
    Commit {
        amount: u128,
    },
    AskBack {
        amount: u128,
    },
    TakeBack,
    /// The owner wants another window of the mutual reserve.
    Window {
        ppm: u32,
    },
    Apply {
        which: usize,
    },
    Cancel {
        which: usize,
    },
    PaySurplus,
}

const STAKERS: [&str; 4] = ["staker", "owner", "treasury", "second"];

fn amount() -> impl Strategy<Value = u128> {
    prop_oneof![3 => 1u128..3_000, 1 => 1u128..100_000, 1 => Just(1u128)]
}

fn open_interest() -> impl Strategy<Value = u128> {
    prop_oneof![4 => 0u128..200_000, 1 => Just(u128::MAX), 1 => Just(0u128)]
}

fn step() -> impl Strategy<Value = Step> {
    let market = 0..LISTED;
    let staker = 0..STAKERS.len();
    prop_oneof![
        4 => (market.clone(), amount(), open_interest())
            .prop_map(|(market, amount, open_interest)| Step::Fees { market, amount, open_interest }),
        2 => (market.clone(), amount()).prop_map(|(market, amount)| Step::Reserve { market, amount }),
        1 => amount().prop_map(|amount| Step::Donate { amount }),
        // One beyond the listed ones: an unlisted market of a listed contract, and a stranger.
        6 => (0..LISTED + 2, -3i64..6, prop_oneof![amount(), Just(0u128), Just(u128::MAX)], open_interest(), prop_oneof![2 => Just(0u128), 1 => 1u128..500])
            .prop_map(|(market, id, amount, open_interest, attached)| Step::Claim { market, id, amount, open_interest, attached }),
        1 => amount().prop_map(|amount| Step::Stray { amount }),
        1 => Just(Step::Sync),
        1 => market.clone().prop_map(|market| Step::Poke { market }),
        4 => prop_oneof![0u64..60, 60u64..7_200, 7_200u64..400_000, Just(14 * DAY), Just(400 * DAY)].prop_map(|secs| Step::Pass { secs }),
        1 => (market, 1_000u32..1_000_000, 0u128..300_000).prop_map(|(market, weight, cap)| Step::Weigh { market, weight, cap }),
        1 => (0u128..50_000).prop_map(|mutual| Step::Target { mutual }),
        4 => (staker.clone(), amount()).prop_map(|(staker, amount)| Step::Stake { staker, amount }),
        3 => (staker.clone(), prop_oneof![Just(1_000_000u128), 0u128..1_200_000]).prop_map(|(staker, ppm)| Step::RequestExit { staker, ppm }),
        1 => staker.clone().prop_map(|staker| Step::CancelExit { staker }),
        3 => staker.clone().prop_map(|staker| Step::CompleteExit { staker }),
        1 => (staker.clone(), staker, 0u128..1_200_000).prop_map(|(from, to, ppm)| Step::Transfer { from, to, ppm }),
        2 => amount().prop_map(|amount| Step::Commit { amount }),
        1 => amount().prop_map(|amount| Step::AskBack { amount }),
        1 => Just(Step::TakeBack),
        2 => (0u32..=1_000_000).prop_map(|ppm| Step::Window { ppm }),
        2 => (0usize..4).prop_map(|which| Step::Apply { which }),
        1 => (0usize..4).prop_map(|which| Step::Cancel { which }),
        2 => Just(Step::PaySurplus),
    ]
}

struct World {
    suite: Suite,
    markets: Vec<(Addr, u32)>,
    last_id: BTreeMap<Addr, u64>,
    paid: BTreeSet<(Addr, u64)>,
    last_loss: Option<u64>,
    told: BTreeMap<usize, RiskParameters>,
    parameters: FundParameters,
}

impl World {
    fn new(kind: Kind) -> Self {
        let mut parameters = plain_parameters();
        parameters.drawdown.floor = Uint128::new(500);
        parameters.ramp_secs = 3 * DAY;
        let mut suite = Suite::new(kind, parameters.clone());
        let markets = vec![
            (addr("market"), 0),
            (addr("market"), 1),
            (addr("second"), 0),
            (addr("third"), 7),
            (addr("market"), 99),
            (addr("stranger"), 0),
        ];
        suite.appoint(&addr("treasury"));
        suite.appoint_recipient(&addr("anyone"));
        for (index, (contract, id)) in markets.iter().take(LISTED).enumerate() {
            suite.register(
                contract,
                *id,
                if index == 3 {
                    isolated(50_000, 50_000, 200)
                } else {
                    cross(50_000, 50_000, 200)
                },
            );
        }
        Self {
            suite,
            markets,
            last_id: BTreeMap::new(),
            paid: BTreeSet::new(),
            last_loss: None,
            told: BTreeMap::new(),
            parameters,
        }
    }

    /// What widens the window waits where anything is at stake; what narrows it acts.
    fn window(&mut self, ppm: u32) {
        if self.suite.pending().len() >= 20 {
            return;
        }
        let at_stake = !self.suite.solvency().booked.is_zero();
        let mut parameters = self.suite.parameters();
        let waits = at_stake && ppm > parameters.mutual_window_ppm;
        let before = parameters.clone();
        parameters.mutual_window_ppm = ppm;
        let wanted = parameters.clone();
        let asked = self.suite.ask(&ExecuteMsg::UpdateParameters { parameters });
        let answer = asked.unwrap();
        let ready_at = self.suite.now() + before.adverse_delay_secs;
        assert_eq!(answer.map(|one| one.ready_at), waits.then_some(ready_at));
        self.parameters = self.suite.parameters();
        assert_eq!(self.parameters, if waits { before } else { wanted });
    }

    fn apply(&mut self, which: usize) {
        let (now, waiting) = (self.suite.now(), self.suite.pending());
        let Some(one) = waiting.get(which) else {
            let found = error(self.suite.apply(u64::MAX));
            assert_eq!(
                found,
                ContractError::Pending(PendingError::NoSuchChange { found: u64::MAX })
            );
            return;
        };
        let before = self.suite.parameters();
        let (ready_at, expired_at) = (one.ready_at, one.expires_at);
        let result = self.suite.apply(one.id);
        if now < ready_at {
            let early = PendingError::TooEarly { ready_at, now };
            assert_eq!(error(result), ContractError::Pending(early));
        } else if now > expired_at {
            assert_eq!(
                error(result),
                ContractError::Pending(PendingError::ChangeExpired { expired_at, now })
            );
        } else {
            result.unwrap();
            assert!(!self.suite.pending().contains(one));
        }
        self.parameters = self.suite.parameters();
        let window = self.parameters.mutual_window_ppm;
        let Change::UpdateParameters { parameters } = &one.change else {
            panic!("nothing else waits: {one:?}");
        };
        // All of it or nothing, and never another field.
        assert!([before.mutual_window_ppm, parameters.mutual_window_ppm].contains(&window));
        let expected = FundParameters {
            mutual_window_ppm: window,
            ..before
        };
        assert_eq!(self.parameters, expected);
    }

    fn cancel(&mut self, which: usize) {
        let waiting = self.suite.pending();
        let id = waiting.get(which).map_or(u64::MAX, |one| one.id);
        let owner = self.suite.owner.clone();
        let result = self
            .suite
            .execute(&owner, &ExecuteMsg::CancelChange { id }, &[]);
        if waiting.len() > which {
            result.unwrap();
            assert_eq!(self.suite.pending().len(), waiting.len() - 1);
        } else {
            assert_eq!(
                error(result),
                ContractError::Pending(PendingError::NoSuchChange { found: id })
            );
        }
    }

    /// A lot leaves, or nothing does and the query said why.
    fn pay_surplus(&mut self) {
        let recipient = addr("anyone");
        let told: SurplusResponse = self.suite.query(&QueryMsg::Surplus {});
        let (before, had) = (self.suite.solvency(), self.suite.balance(&recipient));
        let result = self
            .suite
            .execute(&recipient, &ExecuteMsg::PaySurplus {}, &[]);
        let paid = self.suite.balance(&recipient) - had;
        match told.held_by {
            None => {
                result.unwrap();
                assert_eq!(paid, told.next_lot.u128());
                assert!(paid > 0 && paid <= before.surplus_due.u128() / 4);
                assert!(before.emergency_debt.is_zero() && before.deficits.is_zero());
                assert!(before.mutual >= self.suite.parameters().mutual_target);
                assert_eq!(self.suite.solvency().level, RiskLevel::Surplus);
            }
            Some(why) => {
                assert_eq!(error(result).to_string(), why);
                assert_eq!(paid, 0);
            }
        }
    }

    fn run(&mut self, step: &Step) {
        let at = |index: &usize| self.markets[*index].clone();
        match step {
            Step::Fees {
                market,
                amount,
                open_interest,
            } => {
                let (contract, id) = at(market);
                self.suite.fees(&contract, id, *amount, *open_interest);
            }
            Step::Reserve { market, amount } => {
                let (contract, id) = at(market);
                self.suite.reserve(&contract, id, *amount);
            }
            Step::Donate { amount } => self.suite.donate(*amount),
            Step::Claim {
                market,
                id,
                amount,
                open_interest,
                attached,
            } => {
                self.claim(*market, *id, *amount, *open_interest, *attached);
            }
            Step::Stray { amount } => self.suite.stray(*amount),
            Step::Sync => {
                self.suite.sync();
                assert_eq!(self.suite.solvency().unaccounted.u128(), 0);
            }
            Step::Poke { market } => {
                let (contract, _) = at(market);
                self.suite.poke(&contract);
            }
            Step::Pass { secs } => self.suite.pass(*secs),
            // A change that waits, is void or cancelled looks at no level: the next message does.
            Step::Window { ppm } => {
                self.window(*ppm);
                self.suite.sync();
            }
            Step::Apply { which } => {
                self.apply(*which);
                self.suite.sync();
            }
            Step::Cancel { which } => {
                self.cancel(*which);
                self.suite.sync();
            }
            Step::PaySurplus => self.pay_surplus(),
            Step::Weigh {
                market,
                weight,
                cap,
            } => {
                let (contract, id) = at(market);
                let parameters = ClaimantParameters {
                    isolated: *market == 3,
                    ..cross(*weight, *cap, 200)
                };
                let msg = ExecuteMsg::UpdateMarket {
                    contract: contract.to_string(),
                    market: id,
                    parameters,
                };
                self.suite.change(&msg).unwrap();
            }
            Step::Target { mutual } => {
                self.parameters.mutual_target = Uint128::new(*mutual);
                self.suite.set_parameters(self.parameters.clone());
            }
            Step::Stake { staker, amount } => self.stake(&addr(STAKERS[*staker]), *amount),
            Step::RequestExit { staker, ppm } => self.request_exit(&addr(STAKERS[*staker]), *ppm),
            Step::CancelExit { staker } => {
                let staker = addr(STAKERS[*staker]);
                let before = self.suite.staker(&staker);
                let result = self.suite.cancel_exit(&staker);
                match before.exit {
                    None => assert_eq!(error(result), ContractError::NoExit {}),
                    Some(exit) => {
                        result.unwrap();
                        let after = self.suite.staker(&staker);
                        assert!(after.exit.is_none());
                        // No share is made, unless everybody had left and the price began anew; no value then either.
                        assert!(
                            after.shares <= before.shares + exit.shares
                                || after.value <= before.value + exit.owed
                        );
                    }
                }
            }
            Step::CompleteExit { staker } => self.complete_exit(&addr(STAKERS[*staker])),
            Step::Transfer { from, to, ppm } => {
                let (from, to) = (addr(STAKERS[*from]), addr(STAKERS[*to]));
                let before = self.suite.staker(&from).shares;
                let amount = before.multiply_ratio(*ppm, 1_000_000u128);
                let msg = ExecuteMsg::Transfer {
                    recipient: to.to_string(),
                    amount,
                };
                assert_eq!(
                    self.suite.execute(&from, &msg, &[]).is_ok(),
                    amount <= before
                );
            }
            Step::Commit { amount } => {
                self.suite.commit(&addr("treasury"), *amount).unwrap();
            }
            Step::AskBack { amount } => {
                let amount = Uint128::new(*amount);
                let msg = ExecuteMsg::RequestEmergencyWithdrawal { amount };
                self.suite.execute(&addr("treasury"), &msg, &[]).unwrap();
            }
            Step::TakeBack => self.take_back(),
        }
        self.suite.check_invariants();
        // Refused messages and transfers of shares bring nothing up to date.
        let untouched = matches!(
            step,
            Step::Pass { .. } | Step::Stray { .. } | Step::Transfer { .. }
        );
        self.check(untouched || !self.suite.accepted);
    }

    fn stake(&mut self, staker: &Addr, amount: u128) {
        let before = self.suite.staker(staker);
        let books = self.suite.books();
        let storage = self.suite.app.contract_storage(&self.suite.fund);
        let pool = shares::pool(&books).unwrap();
        let minted = ballast_risk::shares_for_amount(
            amount.into(),
            pool.total,
            shares::vault(&books).unwrap(),
        )
        .unwrap();
        drop(storage);
        let result = self.suite.stake(staker, amount);
        let missed = before
            .exit
            .is_some_and(|exit| self.suite.now() > exit.ends_at);
        if missed {
            // Shares came back first, at another price.
            assert!(result.is_err() || self.suite.staker(staker).exit.is_none());
        } else if minted.is_zero() {
            let amount = Uint128::new(amount);
            assert_eq!(error(result), ContractError::NoShares { amount });
        } else {
            result.unwrap();
            assert_eq!(self.suite.staker(staker).shares, before.shares + minted);
            // R1: in and out again never gains.
            let value: ExitValueResponse =
                self.suite.query(&QueryMsg::ExitValue { shares: minted });
            assert!(value.value.u128() <= amount);
        }
    }

    fn request_exit(&mut self, staker: &Addr, ppm: u128) {
        let before = self.suite.staker(staker);
        let shares = before.shares.multiply_ratio(ppm, 1_000_000u128);
        let missed = before
            .exit
            .as_ref()
            .is_some_and(|exit| self.suite.now() > exit.ends_at);
        let value = (shares <= before.shares).then(|| {
            let value: ExitValueResponse = self.suite.query(&QueryMsg::ExitValue { shares });
            value.value
        });
        let result = self.suite.request_exit(staker, shares.u128());
        if missed {
            return;
        }
        match (before.exit, value) {
            (Some(exit), _) => {
                let found = exit.shares;
                assert_eq!(error(result), ContractError::ExitPending { found });
            }
            (None, Some(value)) if !value.is_zero() => {
                result.unwrap();
                let exit = self.suite.staker(staker).exit.unwrap();
                assert_eq!((exit.shares, exit.asked_value), (shares, value));
                assert!(exit.owed <= value && value - exit.owed <= Uint128::one());
            }
            _ => assert!(matches!(
                error(result),
                ContractError::ZeroAmount {} | ContractError::Risk(_)
            )),
        }
    }

    fn complete_exit(&mut self, staker: &Addr) {
        let before = self.suite.staker(staker);
        let (now, paused) = (self.suite.now(), self.suite.pool().paused);
        let result = self.suite.complete_exit(staker);
        let Some(exit) = before.exit else {
            let found = result.unwrap_err().downcast::<ContractError>().unwrap();
            assert_eq!(found, ContractError::NoExit {});
            return;
        };
        if now > exit.ends_at {
            assert_eq!(result.unwrap(), 0, "too late");
            assert!(self.suite.staker(staker).exit.is_none());
        } else if now < exit.ready_at {
            assert!(result.is_err(), "too early");
        } else if !paused {
            assert_eq!(result.unwrap(), exit.owed.u128());
        } else if let Ok(paid) = result {
            // A pause ends at the latest when it has held this exit up for four days, or when the level rises now.
            assert_eq!(paid, exit.owed.u128());
        }
    }

    fn take_back(&mut self) {
        let treasury = addr("treasury");
        let state: EmergencyResponse = self.suite.query(&QueryMsg::Emergency {});
        let (now, before) = (self.suite.now(), self.suite.balance(&treasury));
        let result = self
            .suite
            .execute(&treasury, &ExecuteMsg::WithdrawEmergency {}, &[]);
        match state.withdrawal.filter(|request| now <= request.ends_at) {
            None => assert_eq!(error(result), ContractError::NoWithdrawalRequested {}),
            Some(request) if now < request.ready_at => assert_eq!(
                error(result),
                ContractError::TooEarly {
                    ready_at: request.ready_at,
                    now
                }
            ),
            Some(request) => {
                let due = request.amount.min(state.undrawn);
                if due.is_zero() {
                    assert_eq!(error(result), ContractError::ZeroAmount {});
                } else {
                    result.unwrap();
                    assert_eq!(self.suite.balance(&treasury) - before, due.u128());
                }
            }
        }
    }

    fn claim(&mut self, market: usize, id: i64, amount: u128, open_interest: u128, attached: u128) {
        let (contract, market_id) = self.markets[market].clone();
        let listed = market < LISTED;
        let last = self.last_id.get(&contract).copied();
        let claim_id = last.map_or(0, |last| last.saturating_add_signed(id));
        let known = contract != addr("stranger");
        let replay = known && last.is_some_and(|last| claim_id <= last);
        let native = matches!(self.suite.collateral, cw20::Denom::Native(_));
        let attached = if native { attached } else { 0 };
        let recorded = self
            .suite
            .try_query::<ClaimRecord>(&QueryMsg::Claim {
                contract: contract.to_string(),
                claim_id,
            })
            .ok();
        // The report that comes with the claim may change the level, and with it whether layer 4 is open.
        let capacity = self.suite.capacity(&contract, market_id).layers;
        let capital: u128 = capacity.iter().take(3).map(|layer| layer.paid.u128()).sum();
        let undrawn = self.suite.solvency().emergency_undrawn.u128();

        let before = self.suite.balance(&contract);
        let funds = if attached == 0 {
            vec![]
        } else {
            coins(attached, DENOM)
        };
        let msg = Suite::claim_msg(market_id, claim_id, amount, open_interest);
        // Never refused, in whatever state.
        let response = self.suite.execute(&contract, &msg, &funds).unwrap();
        let answer: ClaimAnswer = from_json(response.data.unwrap()).unwrap();
        let paid = answer.paid.u128();
        assert_eq!(
            self.suite.balance(&contract) + attached - before,
            paid,
            "what is said is what arrives"
        );
        assert_eq!(answer.replay, replay);
        assert_eq!(answer.risk.is_some(), listed);
        if replay {
            assert_eq!(paid, 0, "S4: no id pays twice");
            assert_eq!(
                answer.uncovered,
                recorded.map_or(Uint128::new(amount), |record| record.uncovered)
            );
            return;
        }
        assert_eq!(paid + answer.uncovered.u128(), amount);
        let lent = self
            .suite
            .try_query::<ClaimRecord>(&QueryMsg::Claim {
                contract: contract.to_string(),
                claim_id,
            })
            .ok()
            .and_then(|record| record.layers.get(3).map(|layer| layer.paid.u128()))
            .unwrap_or_default();
        assert!(lent <= undrawn + attached);
        if attached == 0 {
            assert_eq!(paid - lent, amount.min(capital), "pays what Capacity says");
        } else {
            assert!(paid <= amount && paid - lent <= capital.saturating_add(attached));
        }
        if !known {
            assert!(!listed && paid == 0);
            return;
        }
        assert!(
            self.paid.insert((contract.clone(), claim_id)),
            "S4: id used twice"
        );
        self.last_id.insert(contract.clone(), claim_id);
        let record = self.suite.record(&contract, claim_id);
        assert_eq!(
            (record.paid, record.uncovered, record.layers.len()),
            (answer.paid, answer.uncovered, if listed { 4 } else { 0 })
        );
        assert_eq!(
            record
                .layers
                .iter()
                .map(|layer| layer.paid.u128())
                .sum::<u128>(),
            paid
        );
        let covered = record
            .layers
            .iter()
            .filter(|layer| layer.bound == Bound::Covered)
            .count();
        assert!(
            record
                .layers
                .iter()
                .rev()
                .take(covered)
                .all(|layer| layer.bound == Bound::Covered),
            "covered once, covered below"
        );
        assert!(!listed || (covered > 0) == record.uncovered.is_zero());
        if market == 3 {
            assert!(record.layers[1..].iter().all(|layer| layer.paid.is_zero()));
        } else if listed && amount > 0 {
            self.last_loss = Some(self.suite.now());
        }
    }

    fn check(&mut self, no_message: bool) {
        let now = self.suite.now();
        let storage = self.suite.app.contract_storage(&self.suite.fund);
        let stored = BOOKS.load(&*storage).unwrap().suite;
        // What was told under a revision never changes; whatever changes raises it.
        for (index, (contract, id)) in self.markets.iter().take(LISTED).enumerate() {
            let market = Market::load(&*storage, contract, *id).unwrap();
            let risk = risk_parameters(&stored, &market).unwrap();
            if let Some(before) = self.told.insert(index, risk.clone()) {
                assert!(
                    risk == before || risk.revision > before.revision,
                    "{before:?} became {risk:?}"
                );
            }
            if risk.level == RiskLevel::Critical && index != 3 {
                assert!(risk.reduce_only);
            }
        }
        if no_message {
            return;
        }
        // Below watch only with a loss claimed in the window.
        if stored.level > RiskLevel::Watch {
            assert!(self
                .last_loss
                .is_some_and(|at| now - at <= self.parameters.thresholds.loss_window_secs));
        }
        // A level is never better than coverage allows. The stored sums, because a message expires only some reports.
        let capital =
            stored.counted_reserves + self.suite.solvency().mutual + self.suite.pool().slashable;
        let required = stored.required.max(self.parameters.required_capital_floor);
        let coverage = ballast_risk::coverage_ppm(capital, required).u128();
        let thresholds = &self.parameters.thresholds;
        let allowed = match stored.level {
            RiskLevel::Surplus => coverage > thresholds.surplus_ppm.into(),
            RiskLevel::Healthy => coverage > thresholds.healthy_ppm.into(),
            RiskLevel::Watch => {
                coverage > thresholds.watch_ppm.into()
                    || self
                        .last_loss
                        .map_or(true, |at| now - at > thresholds.loss_window_secs)
            }
            RiskLevel::Deficient => coverage > thresholds.deficient_ppm.into(),
            RiskLevel::Critical => true,
        };
        assert!(allowed, "{:?} at {coverage}", stored.level);
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        max_shrink_iters: 5_000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/stateful.regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn s1_s4_any_sequence_keeps_the_books(cw20: bool, steps in proptest::collection::vec(step(), 1..120)) {
        let mut world = World::new(if cw20 { Kind::Cw20 } else { Kind::Native });
        for step in &steps {
            world.run(step);
        }
        world.suite.sync();
        let solvency = world.suite.solvency();
        prop_assert_eq!(solvency.booked, solvency.bank);
    }
}
