//! Losses beyond margin, one by one: what was lost, which market caused it, who bore it; and what other venues would
//! have made of the same loss ([`crate::compare`]). Everything comes from events, in the order in which they happened.

pub mod causes;
pub mod positions;

use std::collections::BTreeMap;

use ballast_risk::RefillingBucket;
use ballast_types::events::{attribute, fund, is, market};
use ballast_types::fund::{FundParameters, SolvencyResponse};
use cosmwasm_std::{Event, Uint128};

use crate::compare::venue::Venue;
use crate::compare::COLUMNS;
use crate::ledger::{number, signed};
use crate::listing::Listing;
use crate::shadow::Shadow;
use causes::{Borne, Loss};
use positions::Positions;

/// Time over which a market's share of the mutual reserve refills, seconds.
const DAY_SECS: u64 = 86_400;

/// How things stand while a message's events are taken in.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// Seconds since the Unix epoch.
    pub now: u64,
    /// How each market counts.
    pub listings: &'a [Listing],
    /// Prices.
    pub prices: &'a [u64],
    /// Accounts, for what they own in all.
    pub shadow: &'a Shadow,
}

impl Scene<'_> {
    /// Quote atoms that base atoms of a market are worth.
    #[must_use]
    pub fn worth(&self, market: usize, size: u128) -> u128 {
        match (self.listings.get(market), self.prices.get(market)) {
            (Some(listing), Some(price)) => listing.worth(size, *price),
            _ => 0,
        }
    }

    /// What an account owns, quote atoms; none where it is not known.
    #[must_use]
    pub fn equity(&self, account: u64) -> Option<i128> {
        let account = self.shadow.account(account)?;
        Some(self.shadow.equity(account, self.listings, self.prices))
    }
}

/// One reserve of the fund: what it held, what came and went. Quote atoms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// When the record began.
    pub start: u128,
    /// Topped up.
    pub received: u128,
    /// Paid for claims.
    pub paid: u128,
}

impl Flow {
    /// What it holds now.
    #[must_use]
    pub fn balance(&self) -> u128 {
        self.start
            .saturating_add(self.received)
            .saturating_sub(self.paid)
    }
}

/// How near one market came to its caps on the mutual reserve. Quote atoms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MutualUse {
    /// Paid to the market.
    pub paid: u128,
    /// Contributed by its fees.
    pub contributed: u128,
    /// Most that was ever taken and not refilled, by a bucket of the size of the highest reserve seen.
    pub window_used: u128,
    /// Size of that bucket.
    pub window_cap: u128,
    /// What it may draw in its life: its share of the mutual target plus what it contributed.
    pub lifetime_cap: u128,
    bucket: RefillingBucket,
}

/// All losses of a replay.
pub struct Losses {
    /// What everybody holds.
    pub positions: Positions,
    /// Who bore what each market caused.
    pub causes: Vec<Borne>,
    /// The same by the market where it was closed.
    pub asked_in: Vec<Borne>,
    /// Each market's own reserve.
    pub reserves: Vec<Flow>,
    /// The mutual reserve.
    pub mutual: Flow,
    /// Each market's use of it.
    pub mutual_use: Vec<MutualUse>,
    /// Premium booked by each market, quote atoms.
    pub premium: Vec<u128>,
    /// Losses of accounts that had lost in another market as well.
    pub shared: u64,
    /// The same losses under other rules.
    pub venues: Vec<Venue>,
    mutual_high: u128,
    window_ppm: u128,
    recording: bool,
}

impl Losses {
    /// Of so many markets.
    #[must_use]
    pub fn new(markets: usize) -> Self {
        Self {
            positions: Positions::default(),
            causes: vec![Borne::default(); markets],
            asked_in: vec![Borne::default(); markets],
            reserves: vec![Flow::default(); markets],
            mutual: Flow::default(),
            mutual_use: vec![MutualUse::default(); markets],
            premium: vec![0; markets],
            shared: 0,
            venues: vec![],
            mutual_high: 0,
            window_ppm: 0,
            recording: false,
        }
    }

    /// Begins the record; positions are known from before. `targets` are what the markets' reserves are to hold.
    pub fn begin(
        &mut self,
        solvency: &SolvencyResponse,
        parameters: &FundParameters,
        targets: &[u128],
    ) {
        let positions = std::mem::take(&mut self.positions);
        *self = Self::new(self.causes.len());
        self.positions = positions;
        let mut isolated = vec![false; self.reserves.len()];
        for capital in &solvency.markets {
            let index = usize::try_from(capital.market).unwrap_or(usize::MAX);
            if let (Some(flow), Some(isolated)) =
                (self.reserves.get_mut(index), isolated.get_mut(index))
            {
                flow.start = capital.reserve.u128();
                *isolated = capital.isolated;
            }
        }
        self.mutual.start = solvency.mutual.u128();
        self.mutual_high = self.mutual.start;
        self.window_ppm = parameters.mutual_window_ppm.into();
        let lifetime = crate::decimal::mul_div(
            parameters.mutual_target.u128(),
            parameters.mutual_lifetime_ppm.into(),
            1_000_000,
        );
        for market in &mut self.mutual_use {
            market.lifetime_cap = lifetime;
        }
        let starts: Vec<u128> = self.reserves.iter().map(|flow| flow.start).collect();
        let mutual_target = parameters.mutual_target.u128();
        self.venues = COLUMNS
            .iter()
            .map(|column| {
                let fund = crate::compare::fund::Money {
                    reserves: starts.clone(),
                    mutual: self.mutual.start,
                    targets: targets.to_vec(),
                    mutual_target,
                    isolated: isolated.clone(),
                };
                Venue::new(column.rules, fund)
            })
            .collect();
        self.recording = true;
    }

    /// What events made of every position against the market's own records. Accounts must have been read anew.
    ///
    /// # Errors
    /// The first that differs.
    pub fn check_positions(&self, shadow: &Shadow) -> Result<(), String> {
        let mut in_market = vec![0usize; self.causes.len()];
        for (number, account) in shadow.holders() {
            for position in &account.positions {
                let market = usize::try_from(position.market).unwrap_or(usize::MAX);
                let (told, kept) = (
                    self.positions.held(number, market).size,
                    position.size.i128(),
                );
                if told != kept {
                    return Err(format!(
                        "account {number} holds {kept} in market {market}, its events say {told}"
                    ));
                }
                if let Some(count) = in_market.get_mut(market) {
                    *count = count.saturating_add(1);
                }
            }
        }
        for (market, count) in in_market.iter().enumerate() {
            let told = self.positions.holders(market).count();
            if told != *count {
                return Err(format!(
                    "{count} accounts hold a position in market {market}, events say {told}"
                ));
            }
        }
        Ok(())
    }

    /// What events made of the fund's reserves against its own answer.
    ///
    /// # Errors
    /// The first that differs.
    pub fn check_reserves(&self, solvency: &SolvencyResponse) -> Result<(), String> {
        if !self.recording {
            return Ok(());
        }
        let differs = |name: &str, kept: u128, told: u128| {
            format!("the {name} reserve holds {kept}, the fund's events say {told}")
        };
        let (kept, told) = (solvency.mutual.u128(), self.mutual.balance());
        if kept != told {
            return Err(differs("mutual", kept, told));
        }
        for capital in &solvency.markets {
            let index = usize::try_from(capital.market).unwrap_or(usize::MAX);
            let told = self.reserves.get(index).map_or(0, Flow::balance);
            if capital.reserve.u128() != told {
                let name = format!("market {}", capital.market);
                return Err(differs(&name, capital.reserve.u128(), told));
            }
        }
        Ok(())
    }

    /// Takes in the events of one message.
    pub fn absorb(&mut self, events: &[Event], scene: &Scene) {
        let mut message = Message::default();
        for event in events {
            self.move_positions(event, &mut message);
            if !self.recording {
                continue;
            }
            if is(event, market::PREMIUM) {
                self.premium(event);
            } else if is(event, fund::TOP_UP) {
                self.top_up(event);
            } else if is(event, fund::CLAIM) && attribute(event, "replay") != Some("true") {
                self.claim(event, scene.now, &mut message);
            } else if is(event, market::LIQUIDATION) {
                self.liquidation(event, scene, &mut message);
            }
        }
    }

    fn move_positions(&mut self, event: &Event, message: &mut Message) {
        for change in self.positions.absorb(event) {
            message
                .long
                .entry((change.account, change.market))
                .or_insert(change.before > 0);
            for venue in &mut self.venues {
                venue.follow(&change);
            }
        }
        if is(event, market::DELEVERAGED) {
            let counterparty = u64::try_from(number(event, "counterparty")).unwrap_or(u64::MAX);
            message
                .counterparties
                .push((counterparty, number(event, "size")));
        }
    }

    fn premium(&mut self, event: &Event) {
        let market = place(event);
        let amount = number(event, "amount");
        if let Some(sum) = self.premium.get_mut(market) {
            *sum = sum.saturating_add(amount);
        }
        for venue in &mut self.venues {
            venue.premium(market, amount);
        }
    }

    fn top_up(&mut self, event: &Event) {
        let (to_reserve, to_mutual) = (number(event, "to_reserve"), number(event, "to_mutual"));
        self.mutual.received = self.mutual.received.saturating_add(to_mutual);
        self.mutual_high = self.mutual_high.max(self.mutual.balance());
        if attribute(event, "market").is_none() {
            return;
        }
        let market = place(event);
        if let Some(flow) = self.reserves.get_mut(market) {
            flow.received = flow.received.saturating_add(to_reserve);
        }
        if let Some(used) = self.mutual_use.get_mut(market) {
            used.contributed = used.contributed.saturating_add(to_mutual);
            used.lifetime_cap = used.lifetime_cap.saturating_add(to_mutual);
        }
        let inflow = crate::compare::fund::Inflow {
            market,
            amount: number(event, "amount"),
            to_reserve,
            to_mutual,
        };
        for venue in &mut self.venues {
            venue.top_up(&inflow);
        }
    }

    fn claim(&mut self, event: &Event, now: u64, message: &mut Message) {
        let market = place(event);
        let layers = ["reserve", "mutual", "stake", "emergency"]
            .map(|layer| number(event, &format!("from_{layer}")));
        message.claims.insert(number(event, "claim_id"), layers);
        let [reserve, mutual, ..] = layers;
        if let Some(flow) = self.reserves.get_mut(market) {
            flow.paid = flow.paid.saturating_add(reserve);
        }
        self.mutual.paid = self.mutual.paid.saturating_add(mutual);
        let cap = crate::decimal::mul_div(self.mutual_high, self.window_ppm, 1_000_000);
        if let Some(used) = self.mutual_use.get_mut(market) {
            used.paid = used.paid.saturating_add(mutual);
            // The refill never errs; a bucket that could not be counted would show as used up.
            let bucket = used
                .bucket
                .refilled(Uint128::new(cap), DAY_SECS, now)
                .unwrap_or(used.bucket);
            used.bucket = RefillingBucket {
                used: bucket.used.saturating_add(Uint128::new(mutual)),
                ..bucket
            };
            used.window_used = used.window_used.max(used.bucket.used.u128());
            used.window_cap = cap;
        }
    }

    fn liquidation(&mut self, event: &Event, scene: &Scene, message: &mut Message) {
        let counterparties = std::mem::take(&mut message.counterparties);
        if attribute(event, "status") == Some("claim_pending") {
            return;
        }
        let account = u64::try_from(number(event, "account")).unwrap_or(u64::MAX);
        let market = place(event);
        let deleveraged = number(event, "deleveraged");
        let loss = Loss {
            account,
            market,
            long: message.long.get(&(account, market)).copied() == Some(true),
            closed: number(event, "closed_in_book")
                .saturating_add(deleveraged)
                .saturating_add(number(event, "settled")),
            deleveraged,
            counterparties,
            layers: message.paid(number(event, "claim_id")),
            returned: number(event, "leftover"),
            counterparty_loss: signed(event, "counterparty_loss").max(0).unsigned_abs(),
            deficit: number(event, "deficit"),
            weights: self
                .positions
                .losses(account, self.causes.len(), |market, size| {
                    scene.worth(market, size)
                }),
            price: scene.prices.get(market).copied().unwrap_or(0),
        };
        if loss.amount() == 0 && loss.deleveraged == 0 && loss.returned == 0 {
            return;
        }
        let elsewhere = (0usize..)
            .zip(&loss.weights)
            .any(|(other, weight)| other != market && *weight > 0);
        self.shared = self.shared.saturating_add(u64::from(elsewhere));
        loss.book(&mut self.causes);
        book_where_asked(&loss, &mut self.asked_in);
        for venue in &mut self.venues {
            venue.settle(&loss, &self.positions, scene);
        }
    }
}

/// Books a loss to the market where it was closed, whatever caused it.
fn book_where_asked(loss: &Loss, markets: &mut [Borne]) {
    let mut weights = vec![0; markets.len()];
    if let Some(weight) = weights.get_mut(loss.market) {
        *weight = 1;
    }
    let loss = Loss {
        weights,
        ..loss.clone()
    };
    loss.book(markets);
}

/// What is known of the message whose events are taken in.
#[derive(Default)]
struct Message {
    /// Paid by layer, by claim.
    claims: BTreeMap<u128, [u128; 4]>,
    /// Deleveraged since the last liquidation.
    counterparties: Vec<(u64, u128)>,
    /// Whether a position was long when the message began.
    long: BTreeMap<(u64, usize), bool>,
}

impl Message {
    /// What the layers paid for a liquidation by its last claim and those before it; each is counted once.
    fn paid(&mut self, last_claim: u128) -> [u128; 4] {
        let later = self.claims.split_off(&last_claim.saturating_add(1));
        let claims = std::mem::replace(&mut self.claims, later);
        if last_claim == 0 {
            return [0; 4];
        }
        claims.into_values().fold([0; 4], |mut sum, layers| {
            for (sum, layer) in sum.iter_mut().zip(layers) {
                *sum = sum.saturating_add(layer);
            }
            sum
        })
    }
}

fn place(event: &Event) -> usize {
    usize::try_from(number(event, "market")).unwrap_or(usize::MAX)
}
