//! Seeded randomness: every agent has a stream of its own, so that one acting more or less often does not
//! change what another does.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a stream of random numbers is for.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// Noise of a built-in price path.
    Prices,
    /// Draw of a trader's character.
    TraderCharacter,
    /// What a trader does.
    Trader,
    /// What a maker does.
    Maker,
    /// Which traders act when.
    Schedule,
    /// How far feeders are apart.
    Feeders,
    /// Which bars a path of the bootstrap is made of.
    Bootstrap,
    /// What a trader does in an isolated market that it holds apart.
    TraderPart,
}

/// The stream of one agent.
#[must_use]
pub fn stream(seed: u64, purpose: Purpose, index: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(((purpose as u64) << 48) | index);
    rng
}

/// True in `per_mille` of 1,000 cases.
pub fn chance(rng: &mut ChaCha8Rng, per_mille: u32) -> bool {
    rng.gen_range(0..1_000u32) < per_mille
}
