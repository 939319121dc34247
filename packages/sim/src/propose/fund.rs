//! Messages to the insurance fund.

use ballast_insurance_fund::parameters::{default_parameters, validate, validate_claimant};
use ballast_insurance_fund::pending::loosening::loosened;
use ballast_insurance_fund::ContractError;
use ballast_types::fund::{Change, ClaimantParameters, ExecuteMsg};
use ballast_types::MarketId;
use cosmwasm_std::{from_json, Binary};

use super::changes::{of_claimant, of_fund, Before, FieldChange};
use super::check::{Effect, Examiner, Item};
use super::error::{ProposeError, ProposeResult};

impl Examiner<'_> {
    /// What a message to the insurance fund does.
    ///
    /// # Errors
    /// What the fund would refuse.
    pub(super) fn fund_item(
        &self,
        index: usize,
        address: &str,
        msg: &Binary,
    ) -> ProposeResult<Item> {
        let message: ExecuteMsg = from_json(msg).map_err(|error| ProposeError::Unreadable {
            index,
            contract: "insurance-fund",
            problem: error.to_string(),
        })?;
        let mut item = self.plain_item("insurance-fund", address, msg);
        match &message {
            ExecuteMsg::RegisterMarket {
                contract,
                market,
                parameters,
            } => self.registration(contract, *market, parameters, &mut item)?,
            ExecuteMsg::UpdateMarket {
                contract,
                market,
                parameters,
            } => self.standing_update(contract, *market, parameters, &mut item)?,
            ExecuteMsg::UpdateParameters { parameters } => {
                validate(parameters)?;
                let now = self.state.fund.as_ref().map(|now| &now.parameters);
                item.changes = of_fund(&now.map_or(Before::NotGiven, Before::Known), parameters);
                let change = |parameters| Change::UpdateParameters { parameters };
                item.effect =
                    self.fund_effect(now.cloned().map(change), &change(parameters.clone()));
                item.compare(now.is_some());
            }
            ExecuteMsg::AppointSurplusRecipient { recipient } => {
                self.appointment("recipient", recipient.as_deref(), &mut item)?;
                let now = self.state.surplus.as_ref().map(|now| now.recipient.clone());
                let change = |recipient| Change::AppointSurplusRecipient { recipient };
                item.effect = self.fund_effect(now.clone().map(change), &change(recipient.clone()));
                item.changes.iter_mut().for_each(|change| {
                    change.from = now.clone().map(|now| now.unwrap_or("none".to_owned()));
                });
                if now.as_ref() == Some(recipient) {
                    item.changes.clear();
                    item.compare(true);
                }
                item.notes.push(
                    "a lot leaves by pay_surplus, which anyone may send, once an epoch".to_owned(),
                );
            }
            ExecuteMsg::AppointTreasury { treasury } => {
                self.appointment("treasury", treasury.as_deref(), &mut item)?;
                let change = Change::AppointTreasury {
                    treasury: treasury.clone(),
                };
                item.effect = self.fund_effect(None, &change);
            }
            ExecuteMsg::PaySurplus {} => self.payment(&mut item),
            _ => {}
        }
        Ok(item)
    }

    fn registration(
        &self,
        contract: &str,
        market: MarketId,
        parameters: &ClaimantParameters,
        item: &mut Item,
    ) -> ProposeResult<()> {
        validate_claimant(parameters)?;
        self.address("the claimant", contract)?;
        if self.state.known_claimant(contract, market).is_some() {
            return Err(ContractError::MarketExists {
                contract: contract.to_owned(),
                market,
            }
            .into());
        }
        let own = self.deployment.market.as_deref() == Some(contract);
        if let Some(config) = self.state.exchange.as_ref().filter(|_| own) {
            let next = config.markets.saturating_add(self.listed);
            if market >= next {
                return Err(ProposeError::wrong(
                    "the market to be registered",
                    market,
                    format!("a market that is listed, or is by this proposal: less than {next}"),
                ));
            }
        }
        item.subject = claimant_name(own, contract, market);
        item.changes = of_claimant(&Before::New, parameters);
        let change = Change::RegisterMarket {
            contract: contract.to_owned(),
            market,
            parameters: parameters.clone(),
        };
        item.effect = self.fund_effect(Some(change.clone()), &change);
        Ok(())
    }

    fn standing_update(
        &self,
        contract: &str,
        market: MarketId,
        parameters: &ClaimantParameters,
        item: &mut Item,
    ) -> ProposeResult<()> {
        validate_claimant(parameters)?;
        self.address("the claimant", contract)?;
        let now = self.state.known_claimant(contract, market);
        let before = now.map(|now| &now.parameters);
        if let Some(before) = before.filter(|now| now.isolated != parameters.isolated) {
            return Err(ContractError::IsolationFixed {
                expected: before.isolated,
                found: parameters.isolated,
            }
            .into());
        }
        let own = self.deployment.market.as_deref() == Some(contract);
        item.subject = claimant_name(own, contract, market);
        item.changes = of_claimant(&before.map_or(Before::NotGiven, Before::Known), parameters);
        let change = |parameters| Change::UpdateMarket {
            contract: contract.to_owned(),
            market,
            parameters,
        };
        item.effect = self.fund_effect(before.cloned().map(change), &change(parameters.clone()));
        item.compare(before.is_some());
        Ok(())
    }

    fn appointment(&self, field: &str, who: Option<&str>, item: &mut Item) -> ProposeResult<()> {
        if let Some(who) = who {
            self.address(field, who)?;
        }
        item.changes = vec![FieldChange {
            field: field.to_owned(),
            from: None,
            to: who.unwrap_or("none").to_owned(),
            direction: None,
        }];
        Ok(())
    }

    /// Surplus moves with every trade: what the state says is only told.
    fn payment(&self, item: &mut Item) {
        let Some(now) = &self.state.surplus else {
            return;
        };
        let recipient = now.recipient.clone().unwrap_or("nobody".to_owned());
        item.subject = format!("{} quote atoms to {recipient}, by the state", now.next_lot);
        if let Some(reason) = &now.held_by {
            item.notes
                .push(format!("by the state it would be refused now: {reason}"));
        }
    }

    /// By the fund's own directions. Where it holds nothing nothing waits.
    fn fund_effect(&self, before: Option<Change>, after: &Change) -> Effect {
        let known = self.state.fund.as_ref();
        let secs = known.map_or(default_parameters().adverse_delay_secs, |config| {
            config.parameters.adverse_delay_secs
        });
        let solvency = self.state.solvency.as_ref();
        if solvency.is_some_and(|solvency| solvency.booked.is_zero()) {
            return Effect::AtExecution;
        }
        match before {
            None => Effect::WaitsIfItLoosens { secs },
            Some(before) => {
                loosened(&before, after).map_or(Effect::AtExecution, |field| Effect::Waits {
                    loosens: field.to_owned(),
                    secs,
                })
            }
        }
    }
}

fn claimant_name(own: bool, contract: &str, market: MarketId) -> String {
    if own {
        format!("market {market}")
    } else {
        format!("market {market} of {contract}")
    }
}
