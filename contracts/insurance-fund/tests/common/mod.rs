//! The fund on an embedded chain with bech32 addresses, native or cw20 collateral, and the check that runs after every step.
#![allow(
    dead_code,
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    missing_docs
)]

use anyhow::Result as AnyResult;
use ballast_insurance_fund::books::Books;
use ballast_insurance_fund::state::{
    Ledger, BOOKS, CLAIMANTS, CLAIMS, DEBTORS, EXITS, PENDING_CHANGES, REPORT_INDEX, STANDINGS,
};
use ballast_insurance_fund::waterfall::total;
use ballast_insurance_fund::{contract, exit, shares};
use ballast_insurance_fund::{default_parameters, market::contribution, ContractError};
use ballast_types::fund::*;
use ballast_types::{MarketId, MarketReport, RiskParameters};
use cosmwasm_std::{
    coin, from_json, to_json_binary, Addr, Binary, Coin, Deps, DepsMut, Empty, Env, Event,
    MessageInfo, Order, Response, StdError, StdResult, Uint128,
};
use cw20::{Cw20Coin, Cw20ExecuteMsg, Denom};
use cw20_base::state::BALANCES;
use cw_multi_test::{App, AppResponse, ContractWrapper, Executor};

pub const DENOM: &str = "uusdc";
/// Who holds coins.
pub const NAMES: [&str; 8] = [
    "anyone", "owner", "market", "second", "third", "stranger", "treasury", "staker",
];
pub const START: u128 = 1_000_000_000_000_000;
pub const HOUR: u64 = 3_600;
pub const DAY: u64 = 86_400;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Native,
    Cw20,
}

pub const KINDS: [Kind; 2] = [Kind::Native, Kind::Cw20];

/// The lines of the ledger as the history of events tells them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    pub reserves: i128,
    pub mutual: i128,
    pub staked: i128,
    pub rewards: i128,
    pub emergency: i128,
    pub surplus: i128,
}

pub struct Suite {
    pub app: App,
    pub fund: Addr,
    pub owner: Addr,
    pub anyone: Addr,
    pub collateral: Denom,
    /// Coins sent without a message and not synced.
    pub stray: i128,
    /// The ledger according to events alone.
    pub lines: Lines,
    pub check: bool,
    /// Whether the last message to the fund was.
    pub accepted: bool,
}

pub fn addr(name: &str) -> Addr {
    cosmwasm_std::testing::MockApi::default().addr_make(name)
}

/// Amounts that are easy to follow: no ramp, floor 1,000, mutual target 10,000.
pub fn plain_parameters() -> FundParameters {
    let mut p = default_parameters();
    p.required_capital_floor = Uint128::new(1_000);
    p.mutual_target = Uint128::new(10_000);
    p.ramp_secs = 0;
    p.drawdown.floor = Uint128::new(1_000_000);
    p.underwriting.stake_floor = Uint128::one();
    p
}

pub fn cross(weight: u32, cap: u128, target: u128) -> ClaimantParameters {
    ClaimantParameters {
        risk_weight_ppm: weight,
        open_interest_cap: cap.into(),
        reserve_target: target.into(),
        isolated: false,
    }
}

pub fn isolated(weight: u32, cap: u128, target: u128) -> ClaimantParameters {
    ClaimantParameters {
        isolated: true,
        ..cross(weight, cap, target)
    }
}

pub fn report(open_interest_value: u128) -> MarketReport {
    MarketReport {
        open_interest_value: open_interest_value.into(),
        deficit: Uint128::zero(),
    }
}

impl Suite {
    pub fn new(kind: Kind, parameters: FundParameters) -> Self {
        let (owner, anyone) = (addr("owner"), addr("anyone"));
        let mut app = App::new(|router, _, storage| {
            for name in NAMES {
                let coins = vec![coin(START, DENOM), coin(START, "other")];
                router
                    .bank
                    .init_balance(storage, &addr(name), coins)
                    .unwrap();
            }
        });
        let collateral = match kind {
            Kind::Native => Denom::Native(DENOM.into()),
            Kind::Cw20 => Denom::Cw20(new_token(&mut app)),
        };
        let code = app.store_code(Box::new(
            ContractWrapper::new(contract::execute, contract::instantiate, contract::query)
                .with_reply(contract::reply)
                .with_migrate(contract::migrate),
        ));
        let msg = InstantiateMsg {
            owner: owner.to_string(),
            collateral: collateral.clone(),
            parameters: Some(parameters),
            share_token: None,
        };
        let fund = app
            .instantiate_contract(
                code,
                owner.clone(),
                &msg,
                &[],
                "fund",
                Some(owner.to_string()),
            )
            .unwrap();
        Self {
            app,
            fund,
            owner,
            anyone,
            collateral,
            stray: 0,
            lines: Lines::default(),
            check: true,
            accepted: true,
        }
    }

    pub fn pass(&mut self, secs: u64) {
        self.app.update_block(|block| {
            block.time = block.time.plus_seconds(secs);
            block.height += 1;
        });
    }

    pub fn now(&self) -> u64 {
        self.app.block_info().time.seconds()
    }

    pub fn execute(
        &mut self,
        sender: &Addr,
        msg: &ExecuteMsg,
        funds: &[Coin],
    ) -> AnyResult<AppResponse> {
        let result = self
            .app
            .execute_contract(sender.clone(), self.fund.clone(), msg, funds);
        self.after(result)
    }

    fn after(&mut self, result: AnyResult<AppResponse>) -> AnyResult<AppResponse> {
        self.accepted = result.is_ok();
        if let Ok(response) = &result {
            self.count_events(&response.events);
        }
        if self.check {
            self.check_invariants();
        }
        result
    }

    fn count_events(&mut self, events: &[Event]) {
        let number = |event: &Event, key| {
            ballast_types::events::attribute(event, key)
                .unwrap()
                .parse::<i128>()
                .unwrap()
        };
        for event in events {
            use ballast_types::events::{fund, is};
            let lines = &mut self.lines;
            if is(event, fund::TOP_UP) {
                lines.emergency += number(event, "to_debt") + number(event, "to_other_debt");
                lines.reserves += number(event, "to_reserve");
                lines.mutual += number(event, "to_mutual");
                lines.rewards += number(event, "to_rewards");
                lines.surplus += number(event, "to_surplus");
            } else if is(event, fund::SYNC) {
                lines.mutual += number(event, "amount");
                self.stray -= number(event, "amount");
            } else if is(event, fund::CLAIM) {
                lines.reserves -= number(event, "from_reserve");
                lines.mutual -= number(event, "from_mutual");
                lines.staked -= number(event, "from_stake");
                lines.emergency -= number(event, "from_emergency");
            } else if is(event, fund::SURPLUS_PAID) {
                lines.surplus -= number(event, "amount");
            } else if is(event, fund::STAKE) {
                lines.staked += number(event, "amount");
            } else if is(event, fund::EXIT_COMPLETED) {
                lines.staked -= number(event, "amount");
            } else if is(event, fund::DRIP) {
                lines.rewards -= number(event, "amount");
                lines.staked += number(event, "amount");
            } else if is(event, fund::UNOWNED) {
                let (staked, rewards) =
                    (number(event, "from_staked"), number(event, "from_rewards"));
                lines.staked -= staked;
                lines.rewards -= rewards;
                lines.mutual += staked + rewards;
            } else if is(event, fund::EMERGENCY) {
                match ballast_types::events::attribute(event, "action").unwrap() {
                    "committed" => lines.emergency += number(event, "amount"),
                    "withdrawn" => lines.emergency -= number(event, "amount"),
                    _ => {}
                }
            }
        }
    }

    /// Sends collateral with a top-up, the way the collateral wants it.
    pub fn send_top_up(
        &mut self,
        sender: &Addr,
        top_up: TopUp,
        amount: u128,
    ) -> AnyResult<AppResponse> {
        let hook = ReceiveMsg::TopUp(top_up.clone());
        self.send(sender, &ExecuteMsg::TopUp(top_up), &hook, amount)
    }

    /// Sends collateral with a message or, where it is a cw20, with a hook.
    pub fn send(
        &mut self,
        sender: &Addr,
        msg: &ExecuteMsg,
        hook: &ReceiveMsg,
        amount: u128,
    ) -> AnyResult<AppResponse> {
        match self.collateral.clone() {
            Denom::Native(denom) => self.execute(sender, msg, &[coin(amount, denom)]),
            Denom::Cw20(token) => {
                let msg = Cw20ExecuteMsg::Send {
                    contract: self.fund.to_string(),
                    amount: amount.into(),
                    msg: to_json_binary(hook).unwrap(),
                };
                let result = self.app.execute_contract(sender.clone(), token, &msg, &[]);
                self.after(result)
            }
        }
    }

    pub fn donate(&mut self, amount: u128) {
        let anyone = self.anyone.clone();
        let top_up = TopUp {
            contract: None,
            market: None,
            kind: TopUpKind::Donation,
            state: None,
        };
        self.send_top_up(&anyone, top_up, amount).unwrap();
    }

    pub fn reserve(&mut self, contract: &Addr, market: MarketId, amount: u128) {
        let anyone = self.anyone.clone();
        let top_up = TopUp {
            contract: Some(contract.to_string()),
            market: Some(market),
            kind: TopUpKind::Reserve,
            state: None,
        };
        self.send_top_up(&anyone, top_up, amount).unwrap();
    }

    pub fn fees(
        &mut self,
        contract: &Addr,
        market: MarketId,
        amount: u128,
        open_interest: u128,
    ) -> AppResponse {
        let top_up = TopUp {
            contract: None,
            market: Some(market),
            kind: TopUpKind::Fees,
            state: Some(report(open_interest)),
        };
        self.send_top_up(contract, top_up, amount).unwrap()
    }

    /// Has the treasury commit coins.
    pub fn commit(&mut self, treasury: &Addr, amount: u128) -> AnyResult<AppResponse> {
        self.send(
            treasury,
            &ExecuteMsg::CommitEmergency {},
            &ReceiveMsg::CommitEmergency {},
            amount,
        )
    }

    pub fn appoint(&mut self, treasury: &Addr) {
        let treasury = Some(treasury.to_string());
        self.change(&ExecuteMsg::AppointTreasury { treasury })
            .unwrap();
    }

    pub fn appoint_recipient(&mut self, recipient: &Addr) {
        let recipient = Some(recipient.to_string());
        self.change(&ExecuteMsg::AppointSurplusRecipient { recipient })
            .unwrap();
    }

    /// A message of the owner that may have to wait: whether it does.
    pub fn ask(&mut self, msg: &ExecuteMsg) -> AnyResult<Option<Waits>> {
        let owner = self.owner.clone();
        let data = self.execute(&owner, msg, &[])?.data.unwrap();
        let answer: ChangeAnswer = from_json(data)?;
        Ok(answer.waits)
    }

    /// Makes a change of the owner, and where it has to wait, applies it as if its time had come: the waiting is not
    /// what most tests are about.
    pub fn change(&mut self, msg: &ExecuteMsg) -> AnyResult<()> {
        if let Some(Waits { id, .. }) = self.ask(msg)? {
            {
                let mut storage = self.app.contract_storage_mut(&self.fund);
                let mut stored = PENDING_CHANGES.load(&*storage, id)?;
                stored.proposed_at -= stored.delay_secs;
                PENDING_CHANGES.save(&mut *storage, id, &stored)?;
            }
            self.apply(id)?;
        }
        Ok(())
    }

    /// Applies a change that waited, as anyone.
    pub fn apply(&mut self, id: u64) -> AnyResult<AppResponse> {
        let anyone = self.anyone.clone();
        self.execute(&anyone, &ExecuteMsg::ApplyChange { id }, &[])
    }

    pub fn pending(&self) -> Vec<PendingChange> {
        self.query(&QueryMsg::PendingChanges {
            start_after: None,
            limit: Some(50),
        })
    }

    pub fn parameters(&self) -> FundParameters {
        let config: ConfigResponse = self.query(&QueryMsg::Config {});
        config.parameters
    }

    /// Sends collateral without a message.
    pub fn stray(&mut self, amount: u128) {
        let (anyone, fund) = (self.anyone.clone(), self.fund.clone());
        match self.collateral.clone() {
            Denom::Native(denom) => {
                self.app
                    .send_tokens(anyone, fund, &[coin(amount, denom)])
                    .unwrap();
            }
            Denom::Cw20(token) => {
                let msg = Cw20ExecuteMsg::Transfer {
                    recipient: fund.to_string(),
                    amount: amount.into(),
                };
                self.app.execute_contract(anyone, token, &msg, &[]).unwrap();
            }
        }
        self.stray += amount as i128;
        self.check_invariants();
    }

    pub fn register(&mut self, contract: &Addr, market: MarketId, parameters: ClaimantParameters) {
        let msg = ExecuteMsg::RegisterMarket {
            contract: contract.to_string(),
            market,
            parameters,
        };
        self.change(&msg).unwrap();
    }

    pub fn set_parameters(&mut self, parameters: FundParameters) {
        self.change(&ExecuteMsg::UpdateParameters { parameters })
            .unwrap();
    }

    pub fn claim_msg(
        market: MarketId,
        claim_id: u64,
        amount: u128,
        open_interest: u128,
    ) -> ExecuteMsg {
        ExecuteMsg::ClaimShortfall {
            market,
            account: format!("account-{claim_id}"),
            claim_id,
            amount: amount.into(),
            state: report(open_interest),
            recent_risk: false,
        }
    }

    /// Claims and checks that what is said to be paid is what arrived.
    pub fn claim(
        &mut self,
        contract: &Addr,
        market: MarketId,
        claim_id: u64,
        amount: u128,
        open_interest: u128,
    ) -> ClaimAnswer {
        let before = self.balance(contract);
        let msg = Self::claim_msg(market, claim_id, amount, open_interest);
        let response = self.execute(contract, &msg, &[]).unwrap();
        let answer: ClaimAnswer = from_json(response.data.unwrap()).unwrap();
        assert_eq!(self.balance(contract) - before, answer.paid.u128());
        assert_eq!(answer.claim_id, claim_id);
        answer
    }

    pub fn record(&self, contract: &Addr, claim_id: u64) -> ClaimRecord {
        self.query(&QueryMsg::Claim {
            contract: contract.to_string(),
            claim_id,
        })
    }

    /// Paid and bound of layers 1 and 2.
    pub fn layers(&self, contract: &Addr, claim_id: u64) -> [(u128, Bound); 2] {
        let layers = self.record(contract, claim_id).layers;
        [
            (layers[0].paid.u128(), layers[0].bound),
            (layers[1].paid.u128(), layers[1].bound),
        ]
    }

    pub fn poke(&mut self, contract: &Addr) -> AppResponse {
        let anyone = self.anyone.clone();
        let msg = ExecuteMsg::Poke {
            contract: contract.to_string(),
        };
        self.execute(&anyone, &msg, &[]).unwrap()
    }

    pub fn sync(&mut self) -> AppResponse {
        let anyone = self.anyone.clone();
        self.execute(&anyone, &ExecuteMsg::Sync {}, &[]).unwrap()
    }

    pub fn query<T: serde::de::DeserializeOwned>(&self, msg: &QueryMsg) -> T {
        self.try_query(msg).unwrap()
    }

    pub fn try_query<T: serde::de::DeserializeOwned>(&self, msg: &QueryMsg) -> StdResult<T> {
        self.app.wrap().query_wasm_smart(&self.fund, msg)
    }

    pub fn solvency(&self) -> SolvencyResponse {
        self.query(&QueryMsg::Solvency {})
    }

    pub fn market(&self, contract: &Addr, market: MarketId) -> ClaimantResponse {
        self.query(&QueryMsg::Market {
            contract: contract.to_string(),
            market,
        })
    }

    pub fn risk(&self, contract: &Addr, market: MarketId) -> RiskParameters {
        self.query(&QueryMsg::RiskParameters {
            contract: contract.to_string(),
            market,
        })
    }

    pub fn capacity(&self, contract: &Addr, market: MarketId) -> CapacityResponse {
        self.query(&QueryMsg::Capacity {
            contract: contract.to_string(),
            market,
        })
    }

    pub fn balance(&self, owner: &Addr) -> u128 {
        match &self.collateral {
            Denom::Native(denom) => self
                .app
                .wrap()
                .query_balance(owner, denom)
                .unwrap()
                .amount
                .u128(),
            Denom::Cw20(token) => {
                let response: cw20::BalanceResponse = self
                    .app
                    .wrap()
                    .query_wasm_smart(
                        token,
                        &cw20::Cw20QueryMsg::Balance {
                            address: owner.to_string(),
                        },
                    )
                    .unwrap();
                response.balance.u128()
            }
        }
    }

    /// The identity, every line from the events alone, and the underwriters' pool.
    pub fn check_money(&self) {
        let bank = self.balance(&self.fund);
        let storage = self.app.contract_storage(&self.fund);
        let ledger = BOOKS.load(&*storage).unwrap().ledger;
        let booked = ledger.booked().unwrap().u128();
        assert_eq!(bank as i128, booked as i128 + self.stray, "ledger identity");
        let stored = Lines {
            reserves: ledger.market_reserves.u128() as i128,
            mutual: ledger.mutual.u128() as i128,
            staked: ledger.staked.u128() as i128,
            rewards: ledger.rewards_undripped.u128() as i128,
            emergency: ledger.emergency_undrawn.u128() as i128,
            surplus: ledger.surplus_due.u128() as i128,
        };
        assert_eq!(
            stored, self.lines,
            "every line from the event history alone"
        );
        self.check_underwriting(&*storage, &ledger);
    }

    /// Shares, exits and what they are worth, from the records of every holder.
    fn check_underwriting(&self, storage: &dyn cosmwasm_std::Storage, ledger: &Ledger) {
        let pool = BOOKS.load(storage).unwrap().underwriting;
        let books = self.books();
        let supply = pool.shares.u128();
        let active = ledger.staked.u128() - pool.queued.u128();
        let (mut held, mut worth, mut queue_shares, mut owed) = (0u128, 0u128, 0u128, 0u128);
        for holder in BALANCES.keys(storage, None, None, Order::Ascending) {
            let balance = shares::balance(storage, pool.share_base, &holder.unwrap()).unwrap();
            held += balance.u128();
            worth += shares::value(&books, balance).unwrap().u128();
        }
        for entry in EXITS.range(storage, None, None, Order::Ascending) {
            let (_, exit) = entry.unwrap();
            let due = exit::owed(&books, &exit).unwrap();
            assert!(due <= exit.asked_value);
            owed += due.u128();
            if exit.queue_generation == pool.queue_generation {
                queue_shares += exit.queue_shares.u128();
            }
        }
        assert!(
            held <= supply && (pool.share_base > 0 || held == supply),
            "sum of balances"
        );
        assert_eq!(
            queue_shares,
            pool.queue_shares.u128(),
            "sum of queue shares"
        );
        assert!(
            owed <= pool.queued.u128(),
            "owed to leavers {owed} of {}",
            pool.queued
        );
        let dripped = books.ledger.staked.u128() - pool.queued.u128();
        assert!(worth <= dripped, "shares are worth {worth} of {dripped}");
        if supply == 0 {
            assert_eq!((active, ledger.rewards_undripped.u128()), (0, 0));
        }
        if pool.queue_shares.is_zero() {
            assert!(pool.queued.is_zero());
        }
    }

    /// The books as the next message loads them.
    pub fn books(&self) -> Books {
        let mut env = cosmwasm_std::testing::mock_env();
        env.block = self.app.block_info();
        Books::load(&*self.app.contract_storage(&self.fund), &env).unwrap()
    }

    pub fn stake(&mut self, staker: &Addr, amount: u128) -> AnyResult<AppResponse> {
        self.send(staker, &ExecuteMsg::Stake {}, &ReceiveMsg::Stake {}, amount)
    }

    pub fn request_exit(&mut self, staker: &Addr, shares: u128) -> AnyResult<AppResponse> {
        let shares = shares.into();
        self.execute(staker, &ExecuteMsg::RequestExit { shares }, &[])
    }

    pub fn cancel_exit(&mut self, staker: &Addr) -> AnyResult<AppResponse> {
        self.execute(staker, &ExecuteMsg::CancelExit {}, &[])
    }

    /// What was paid.
    pub fn complete_exit(&mut self, staker: &Addr) -> AnyResult<u128> {
        let before = self.balance(staker);
        self.execute(staker, &ExecuteMsg::CompleteExit {}, &[])?;
        Ok(self.balance(staker) - before)
    }

    pub fn staker(&self, staker: &Addr) -> StakerResponse {
        self.query(&QueryMsg::Staker {
            address: staker.to_string(),
        })
    }

    pub fn pool(&self) -> UnderwritingResponse {
        self.query(&QueryMsg::Underwriting {})
    }

    /// S1, S2, S3: everything recomputed from raw storage and the bank, not from cached totals.
    pub fn check_invariants(&self) {
        let storage = self.app.contract_storage(&self.fund);
        let (ledger, suite) = (
            BOOKS.load(&*storage).unwrap().ledger,
            BOOKS.load(&*storage).unwrap().suite,
        );
        let (mut reserves, mut debt, mut deficits) = (0u128, 0u128, 0u128);
        let (mut required, mut counted, mut caps) = (0u128, 0u128, 0u128);
        let (mut count, mut indexed) = (0, 0);
        let mut debtors = vec![];
        for entry in CLAIMANTS.range(&*storage, None, None, Order::Ascending) {
            let ((contract, id), claimant) = entry.unwrap();
            let standing = STANDINGS.load(&*storage, (&contract, id)).unwrap();
            let added = contribution(&claimant, &standing).unwrap();
            reserves += standing.reserve.u128();
            required += added.required.u128();
            counted += added.counted_reserve.u128();
            caps += added.weighted_cap.u128();
            deficits += standing.deficit.u128();
            if !standing.emergency.debt.is_zero() {
                assert!(
                    !claimant.parameters.isolated,
                    "isolated markets owe nothing"
                );
                debtors.push((standing.emergency.since, contract.clone(), id));
            }
            debt += standing.emergency.debt.u128();
            count += 1;
            indexed += usize::from(!claimant.parameters.isolated && !standing.stale);
            assert!(standing.drawdown.flows.0.len() <= 8 && standing.drawdown.highs.0.len() <= 8);
        }
        assert_eq!(reserves, ledger.market_reserves.u128(), "sum of reserves");
        assert_eq!(required, suite.required.u128(), "sum of required capital");
        assert_eq!(
            counted,
            suite.counted_reserves.u128(),
            "sum of counted reserves"
        );
        assert_eq!(caps, suite.weighted_caps.u128(), "sum of weighted caps");
        assert_eq!(deficits, suite.deficits.u128(), "sum of deficits");
        assert_eq!(count, suite.markets, "number of markets");
        let facility = BOOKS.load(&*storage).unwrap().facility;
        assert_eq!(debt, facility.debt.u128(), "sum of debts");
        debtors.sort();
        let listed: Vec<_> = DEBTORS
            .keys(&*storage, None, None, Order::Ascending)
            .collect::<StdResult<_>>()
            .unwrap();
        assert_eq!(listed, debtors, "index of debtors");
        let index: Vec<_> = REPORT_INDEX
            .keys(&*storage, None, None, Order::Ascending)
            .collect::<StdResult<_>>()
            .unwrap();
        assert_eq!(
            index.len(),
            indexed,
            "one index entry a live cross-margined market"
        );
        for (at, contract, id) in &index {
            assert!(
                *at <= STANDINGS
                    .load(&*storage, (contract, *id))
                    .unwrap()
                    .reported_at
            );
        }

        self.check_money();

        let (mut claims, mut asked, mut paid) = (0u64, 0u128, 0u128);
        for entry in CLAIMS.range(&*storage, None, None, Order::Ascending) {
            let (_, claim) = entry.unwrap();
            claims += 1;
            asked = asked.saturating_add(claim.amount.u128());
            paid += total(&claim.layers).u128();
            assert!(total(&claim.layers) <= claim.amount);
            for pair in claim.layers.windows(2) {
                assert!(
                    pair[1].0.is_zero() || pair[0].1 != Bound::Covered,
                    "order of the waterfall"
                );
            }
        }
        let totals = BOOKS.load(&*storage).unwrap().claims;
        assert_eq!(
            (totals.count, totals.asked.u128(), totals.paid.u128()),
            (claims, asked, paid)
        );
    }
}

pub fn error(result: AnyResult<AppResponse>) -> ContractError {
    result
        .expect_err("expected a refusal")
        .downcast()
        .expect("an error of the fund")
}

pub fn new_token(app: &mut App) -> Addr {
    let code = app.store_code(Box::new(ContractWrapper::new(
        moody_token::execute,
        cw20_base::contract::instantiate,
        cw20_base::contract::query,
    )));
    let msg = cw20_base::msg::InstantiateMsg {
        name: "Collateral".into(),
        symbol: "USDC".into(),
        decimals: 6,
        initial_balances: NAMES
            .iter()
            .map(|name| Cw20Coin {
                address: addr(name).to_string(),
                amount: START.into(),
            })
            .collect(),
        mint: None,
        marketing: None,
    };
    app.instantiate_contract(code, addr("owner"), &msg, &[], "token", None)
        .unwrap()
}

/// A market contract that keeps what it is told, fails while `fail` is set, and forwards messages.
pub mod hook {
    use super::*;
    use cosmwasm_schema::cw_serde;
    use cw_storage_plus::Item;

    pub const TOLD: Item<(u64, Vec<RiskParameters>)> = Item::new("told");
    pub const FAIL: Item<bool> = Item::new("fail");
    pub const ON_TOLD: Item<cosmwasm_std::CosmosMsg> = Item::new("on_told");

    #[cw_serde]
    pub enum Msg {
        SetRiskLevel {
            revision: u64,
            markets: Vec<RiskParameters>,
        },
        Fail {
            fail: bool,
        },
        Forward {
            msg: cosmwasm_std::CosmosMsg,
        },
        OnTold {
            msg: cosmwasm_std::CosmosMsg,
        },
    }

    pub fn instantiate(deps: DepsMut, _: Env, _: MessageInfo, _: Empty) -> StdResult<Response> {
        FAIL.save(deps.storage, &false)?;
        Ok(Response::new())
    }

    pub fn execute(deps: DepsMut, _: Env, _: MessageInfo, msg: Msg) -> StdResult<Response> {
        match msg {
            Msg::SetRiskLevel { revision, markets } => {
                if FAIL.load(deps.storage)? {
                    return Err(StdError::generic_err("x".repeat(100_000)));
                }
                TOLD.save(deps.storage, &(revision, markets))?;
                if let Some(msg) = ON_TOLD.may_load(deps.storage)? {
                    ON_TOLD.remove(deps.storage);
                    return Ok(Response::new().add_message(msg));
                }
            }
            Msg::OnTold { msg } => ON_TOLD.save(deps.storage, &msg)?,
            Msg::Fail { fail } => FAIL.save(deps.storage, &fail)?,
            Msg::Forward { msg } => return Ok(Response::new().add_message(msg)),
        }
        Ok(Response::new())
    }

    pub fn query(deps: Deps, _: Env, _: Empty) -> StdResult<Binary> {
        to_json_binary(&TOLD.may_load(deps.storage)?)
    }

    pub fn deploy(suite: &mut Suite) -> Addr {
        let code =
            suite
                .app
                .store_code(Box::new(ContractWrapper::new(execute, instantiate, query)));
        suite
            .app
            .instantiate_contract(code, suite.owner.clone(), &Empty {}, &[], "hook", None)
            .unwrap()
    }

    pub fn told(suite: &Suite, contract: &Addr) -> Option<(u64, Vec<RiskParameters>)> {
        suite
            .app
            .wrap()
            .query_wasm_smart(contract, &Empty {})
            .unwrap()
    }
}

/// A cw20 whose transfers fail while it is told so.
pub mod moody_token {
    use super::*;
    use cw_storage_plus::Item;

    pub const MOOD: Item<bool> = Item::new("mood");

    pub fn execute(
        deps: DepsMut,
        env: Env,
        info: MessageInfo,
        msg: Cw20ExecuteMsg,
    ) -> Result<Response, cw20_base::ContractError> {
        match msg {
            Cw20ExecuteMsg::Burn { amount } => {
                MOOD.save(deps.storage, &!amount.is_zero())?;
                Ok(Response::new())
            }
            Cw20ExecuteMsg::Transfer { .. } if MOOD.may_load(deps.storage)? == Some(true) => {
                Err(cw20_base::ContractError::Unauthorized {})
            }
            msg => cw20_base::contract::execute(deps, env, info, msg),
        }
    }
}
