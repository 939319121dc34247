//! Blocks and time. Nothing else advances them.

use anyhow::{ensure, Result};
use cosmwasm_std::Timestamp;

use super::Suite;

impl Suite {
    /// Block time, seconds.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.app.block_info().time.seconds()
    }

    /// Block height.
    #[must_use]
    pub fn height(&self) -> u64 {
        self.app.block_info().height
    }

    /// The next block, so many seconds later.
    pub fn advance(&mut self, secs: u64) {
        self.app.update_block(|block| {
            block.height += 1;
            block.time = block.time.plus_seconds(secs);
        });
    }

    /// The next block, one second later.
    pub fn next_block(&mut self) {
        self.advance(1);
    }

    /// The next block, at a time that is not before now.
    ///
    /// # Errors
    /// Time would run backwards.
    pub fn set_time(&mut self, secs: u64) -> Result<()> {
        ensure!(
            secs >= self.now(),
            "time runs backwards: {secs} is before {}",
            self.now()
        );
        self.app.update_block(|block| {
            block.height += 1;
            block.time = Timestamp::from_seconds(secs);
        });
        Ok(())
    }
}
