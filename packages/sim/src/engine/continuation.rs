//! After the last price, where a DAO's vote is still going on: every market stays at its last price until what was proposed
//! is executed, and an hour longer, so that it is seen at work.

use super::Replay;
use crate::clock::format_minute;
use crate::error::SimResult;
use crate::prices::Step;

/// Length of a step, seconds.
const STEP_SECS: u64 = 900;

/// How long the replay goes on after the execution, seconds.
const AFTERWARDS_SECS: u64 = 3_600;

/// Most steps: the longest vote of three days, and an hour.
pub const MAX_CONTINUATION: usize = (3 * 86_400 + 3_600) / 900 + 2;

impl Replay {
    /// Goes on after the last of so many steps, where a proposal waits.
    pub(super) fn go_on(&mut self, steps: u64, last: &Step) -> SimResult<()> {
        let Some(until) = self.dao.as_ref().and_then(|dao| dao.waits_until()) else {
            return Ok(());
        };
        let from = last.time.saturating_add(last.length);
        let to = until.max(from).saturating_add(AFTERWARDS_SECS);
        let quiet = Step {
            time: from,
            length: STEP_SECS,
            prices: last.prices.clone(),
            stress_ppm: vec![0; last.prices.len()],
            volume_pct: vec![100; last.prices.len()],
            ends_bar: true,
        };
        let mut time = from;
        for index in (steps..).take(MAX_CONTINUATION) {
            if time > to {
                break;
            }
            let step = Step {
                time,
                ..quiet.clone()
            };
            let label = format!("after the last price, {} UTC", format_minute(time));
            self.world.begin_step(label, time, &step.prices);
            self.step(index, &step)?;
            self.govern()?;
            self.world.refresh()?;
            self.keepers.housekeeping(&mut self.world)?;
            let solvency = self.world.observe_fund()?;
            self.sample(time, &solvency);
            self.world.check_everything()?;
            time = time.saturating_add(STEP_SECS);
        }
        if let Some(dao) = &mut self.dao {
            dao.continued(from, to);
        }
        Ok(())
    }
}
