//! Messages to the price feed, to governance itself, to other contracts and to the chain.

use ballast_governance::parameters;
use ballast_price_feed::pending::loosening::loosened_settings;
use ballast_price_feed::validate;
use ballast_types::governance::ExecuteMsg as GovernanceMsg;
use ballast_types::price_feed::{ExecuteMsg as FeedMsg, FeedConfig};
use cosmwasm_std::{from_json, Binary, CosmosMsg};
use serde_json::Value;

use super::changes::{differences, Before, FieldChange};
use super::check::{Effect, Examiner, Item};
use super::error::{ProposeError, ProposeResult};

const FEED_DELAY_SECS: u64 = validate::DEFAULT_ADVERSE_DELAY_SECS;

const FEED_NOTE: &str =
    "a feed that never had a price changes at once; one that would be left without an answer waits";

/// By the price feed's own directions.
fn feed_effect(before: &Before<FeedConfig>, after: &FeedConfig) -> Effect {
    let secs = FEED_DELAY_SECS;
    match before {
        Before::NotGiven => Effect::WaitsIfItLoosens { secs },
        Before::New => Effect::AtExecution,
        Before::Known(before) => {
            loosened_settings(before, after).map_or(Effect::AtExecution, |field| Effect::Waits {
                loosens: field.to_owned(),
                secs,
            })
        }
    }
}

impl Examiner<'_> {
    /// What a message to the price feed does. What loosens waits there for its own delay, of which no state tells: it is
    /// taken for the default.
    ///
    /// # Errors
    /// What it would refuse.
    pub(super) fn feed_item(
        &self,
        index: usize,
        address: &str,
        msg: &Binary,
    ) -> ProposeResult<Item> {
        let message: FeedMsg = from_json(msg).map_err(|error| ProposeError::Unreadable {
            index,
            contract: "price-feed",
            problem: error.to_string(),
        })?;
        let mut item = self.plain_item("price-feed", address, msg);
        match &message {
            FeedMsg::SetFeed { feed } => {
                validate::feed(self.api(), feed)?;
                let known = self.state.feeds.iter().find(|one| one.id == feed.id);
                let before = match known {
                    Some(known) => Before::Known(known),
                    // A list that does not have it says that there is none.
                    None if !self.state.feeds.is_empty() => Before::New,
                    None => Before::NotGiven,
                };
                item.subject.clone_from(&feed.symbol);
                item.effect = feed_effect(&before, feed);
                item.changes = differences(&before, feed, |_| None);
                item.compare(known.is_some());
                item.notes.push(FEED_NOTE.to_owned());
            }
            FeedMsg::RemoveFeed { id } => {
                validate::feed_id(id)?;
                item.subject.clone_from(id);
                item.effect = Effect::Waits {
                    loosens: "remove_feed".to_owned(),
                    secs: FEED_DELAY_SECS,
                };
                item.notes.push(FEED_NOTE.to_owned());
            }
            FeedMsg::SetAdverseDelay { adverse_delay_secs } => {
                validate::adverse_delay(*adverse_delay_secs)?;
                item.subject = format!("{adverse_delay_secs} s");
                item.effect = Effect::WaitsIfItLoosens {
                    secs: FEED_DELAY_SECS,
                };
            }
            _ => {}
        }
        Ok(item)
    }

    /// What governance does to itself.
    ///
    /// # Errors
    /// What it would refuse.
    pub(super) fn governance_item(
        &self,
        index: usize,
        address: &str,
        msg: &Binary,
    ) -> ProposeResult<Item> {
        let message: GovernanceMsg = from_json(msg).map_err(|error| ProposeError::Unreadable {
            index,
            contract: "governance",
            problem: error.to_string(),
        })?;
        let mut item = self.plain_item("governance", address, msg);
        let known = self.state.governance.as_ref();
        match &message {
            GovernanceMsg::UpdateSettings { settings } => {
                parameters::check(settings)?;
                let before = known.map_or(Before::NotGiven, |now| Before::Known(&now.settings));
                item.changes = differences(&before, settings, |_| None);
                item.notes
                    .push("for proposals made from then on".to_owned());
                item.compare(known.is_some());
            }
            GovernanceMsg::SetGuardian { guardian } => {
                if let Some(guardian) = guardian {
                    self.address("the guardian", guardian)?;
                }
                let none = || "none".to_owned();
                item.changes = vec![FieldChange {
                    field: "guardian".to_owned(),
                    from: known.map(|now| now.guardian.clone().unwrap_or_else(none)),
                    to: guardian.clone().unwrap_or_else(none),
                    direction: None,
                }];
            }
            GovernanceMsg::ConfirmProtective { proposal_id } => {
                item.subject = format!("what proposal {proposal_id} tightened stays");
            }
            _ => {}
        }
        Ok(item)
    }

    /// A migration of any contract.
    ///
    /// # Errors
    /// The state says that governance may not, or that the contract runs that code.
    pub(super) fn migration_item(&self, contract: &str, code: u64) -> ProposeResult<Item> {
        self.address("the contract", contract)?;
        if code == 0 {
            return Err(ProposeError::wrong(
                "--code-id",
                code,
                "a code of the chain, from 1",
            ));
        }
        let mut contracts = self.state.contracts.iter();
        let known = contracts.find(|one| one.address == contract);
        let to = code.to_string();
        if let Some(known) = known {
            let info = &known.contract_info;
            if Some(info.admin.as_str()) != self.deployment.governance.as_deref() {
                return Err(ProposeError::wrong(
                    format!("the admin of {contract}"),
                    format!("{:?}", info.admin),
                    "governance: nobody else may migrate it",
                ));
            }
            if info.code_id == to {
                return Err(ProposeError::NothingChanges {
                    what: format!("code {code} of {contract}"),
                });
            }
        }
        Ok(Item {
            to: self.kind(contract),
            address: Some(contract.to_owned()),
            action: "migrate".to_owned(),
            subject: String::new(),
            changes: vec![FieldChange {
                field: "code_id".to_owned(),
                from: known.map(|known| known.contract_info.code_id.clone()),
                to,
                direction: None,
            }],
            effect: Effect::AtExecution,
            effective_at: None,
            changes_nothing: false,
            notes: vec!["the new code's own migration checks the version that it finds".to_owned()],
        })
    }

    /// A message to a contract that is none of the suite's.
    pub(super) fn foreign_item(&self, address: &str, msg: &Binary) -> Item {
        let mut item = self.plain_item(address, address, msg);
        item.notes.push(
            "not a contract of the deployment or of governance's settings: what it does was not checked".to_owned(),
        );
        item
    }

    /// A message to a module of the chain.
    pub(super) fn module_item(&self, msg: &CosmosMsg) -> Item {
        let json = serde_json::to_value(msg).unwrap_or_default();
        let path = |value: &Value| -> Option<String> {
            let (name, inner) = value.as_object()?.iter().next()?;
            let action = inner.as_object().and_then(|one| one.keys().next());
            Some(action.map_or(name.clone(), |action| format!("{name} {action}")))
        };
        Item {
            to: "the chain".to_owned(),
            address: None,
            action: path(&json).unwrap_or_else(|| "a message".to_owned()),
            subject: json.to_string(),
            changes: vec![],
            effect: Effect::AtExecution,
            effective_at: None,
            changes_nothing: false,
            notes: vec!["what it does was not checked".to_owned()],
        }
    }

    /// A message by its name, which is the one key of its JSON.
    pub(super) fn plain_item(&self, to: &str, address: &str, msg: &Binary) -> Item {
        let json: Value = serde_json::from_slice(msg).unwrap_or_default();
        let name = json.as_object().and_then(|fields| fields.keys().next());
        Item {
            to: to.to_owned(),
            address: Some(address.to_owned()),
            action: name.cloned().unwrap_or_else(|| "a message".to_owned()),
            subject: String::new(),
            changes: vec![],
            effect: Effect::AtExecution,
            effective_at: None,
            changes_nothing: false,
            notes: vec![],
        }
    }

    fn kind(&self, address: &str) -> String {
        use super::check::Target;
        match self.target(address) {
            Target::Market => "perp-market",
            Target::Fund => "insurance-fund",
            Target::PriceFeed => "price-feed",
            Target::Governance => "governance",
            Target::Other => address,
        }
        .to_owned()
    }
}
