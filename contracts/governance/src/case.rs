//! A proposal with what decides about it.

use ballast_types::governance::{DepositState, Settings};
use cosmwasm_std::{CosmosMsg, StdResult, Storage};
use cw3::DepositInfo;

use crate::deposit::info_of;
use crate::lifecycle::{lifecycle, Lifecycle};
use crate::state::{Proposal, Standing, PROPOSALS, SETTINGS, STANDINGS, UNFINISHED};
use crate::stored_message::sendable;
use crate::{ContractError, ContractResult};

/// A proposal, how it stands, and the settings it was made under.
pub struct Case {
    /// Its id.
    pub id: u64,
    /// What never changes.
    pub proposal: Proposal,
    /// How it stands. Changes are stored by [`Case::save`].
    pub standing: Standing,
    /// The settings it was made under.
    pub settings: Settings,
}

impl Case {
    /// Reads its records.
    ///
    /// # Errors
    /// [`ContractError::NoSuchProposal`].
    pub fn load(storage: &dyn Storage, id: u64) -> ContractResult<Self> {
        let standing = load_standing(storage, id)?;
        Ok(Self {
            id,
            proposal: PROPOSALS.load(storage, id)?,
            settings: SETTINGS.load(storage, standing.revision)?,
            standing,
        })
    }

    /// Stores how it stands.
    ///
    /// # Errors
    /// Storage.
    pub fn save(&self, storage: &mut dyn Storage) -> StdResult<()> {
        STANDINGS.save(storage, self.id, &self.standing)
    }

    /// Where it stands at a time, seconds.
    ///
    /// # Errors
    /// More votes than fit; cannot happen with a real token.
    pub fn life(&self, now: u64) -> ContractResult<Lifecycle> {
        Ok(lifecycle(&self.standing, &self.settings, now)?)
    }

    /// What was paid for it, if anything.
    #[must_use]
    pub fn deposit(&self) -> Option<DepositInfo> {
        if self.standing.deposit == DepositState::None {
            return None;
        }
        self.settings.deposit.as_ref().map(info_of)
    }

    /// What governance will send.
    ///
    /// # Errors
    /// Deserialisation.
    pub fn messages(&self) -> StdResult<Vec<CosmosMsg>> {
        sendable(self.proposal.msgs.clone())
    }

    /// It no longer counts among its proposer's unfinished ones.
    ///
    /// # Errors
    /// Storage.
    pub fn finish(&mut self, storage: &mut dyn Storage) -> StdResult<()> {
        if self.standing.finished {
            return Ok(());
        }
        self.standing.finished = true;
        let proposer = &self.proposal.proposer;
        let unfinished = UNFINISHED
            .may_load(storage, proposer)?
            .unwrap_or_default()
            .saturating_sub(1);
        if unfinished == 0 {
            UNFINISHED.remove(storage, proposer);
            return Ok(());
        }
        UNFINISHED.save(storage, proposer, &unfinished)
    }
}

/// How a proposal stands.
///
/// # Errors
/// [`ContractError::NoSuchProposal`].
pub fn load_standing(storage: &dyn Storage, proposal_id: u64) -> ContractResult<Standing> {
    STANDINGS
        .may_load(storage, proposal_id)?
        .ok_or(ContractError::NoSuchProposal { proposal_id })
}
