//! Attacks, played. Each is tried with every size, timing and book that is listed in its file; the attacker
//! keeps the best of them. Wealth is measured over all addresses in one hand, at one price, before and after:
//! nobody may end with more than it began at the fund's, a winner's or another user's expense beyond what the
//! design names as its limit, which each test computes. `--nocapture` prints the figures.

mod both_sides;
mod bounty;
mod callbacks;
mod delegates;
mod donations;
mod early_price;
mod funding_push;
mod gate_held_shut;
mod guardian_freeze;
mod live_walls;
mod marked_recent;
mod others_liquidation;
mod outflow_queue;
mod own_bids;
mod parameter_changes;
mod queue_dust;
mod random_hand;
mod recovery;
mod repelled;
mod scene;
mod settlement;
mod stealing_claimant;
mod thin_winner;
mod trigger_keepers;
mod underwriters;
mod used_up_caps;
mod walls;
mod wash_trades;
mod whole_wealth;
