//! What the keys of records are made of.
//!
//! Numbers in keys are big-endian, so that a range scan sees the best order and the first in the
//! deleveraging queue first:
//!
//! * a *book* is one side of one market: `market * 2`, plus 1 for asks ([`book_key`]);
//! * a *place* in a book is `price key * 2^64 + sequence`, where the price key is the price in ticks for
//!   asks and its complement for bids ([`place_key`]): price-time priority is key order;
//! * a *queue* is one side's positions of one market: `market * 2`, plus 1 for shorts ([`queue_key`]);
//! * a *rank* in a queue is the average entry price for longs and its complement for shorts
//!   ([`rank_key`]): the position that gained most, as a fraction, comes first.

use ballast_types::market::OrderId;
use ballast_types::{MarketId, Side};
use cosmwasm_std::{Decimal, Uint128, Uint64};

/// Book of one side of one market.
#[must_use]
pub fn book_key(market: MarketId, side: Side) -> u64 {
    (u64::from(market) << 1) | u64::from(side == Side::Sell)
}

/// Market and side of a book.
#[must_use]
pub fn split_book_key(book: u64) -> (MarketId, Side) {
    let side = if book & 1 == 1 { Side::Sell } else { Side::Buy };
    (market_of(book), side)
}

/// Place of an order in its book.
#[must_use]
pub fn place_key(side: Side, ticks: u64, sequence: u64) -> u128 {
    (u128::from(price_key(side, ticks)) << 64) | u128::from(sequence)
}

/// Price in ticks and sequence number of a place.
#[must_use]
pub fn split_place_key(side: Side, place: u128) -> (u64, u64) {
    (price_key(side, high_half(place)), low_half(place))
}

/// The best price has the smallest key. Its own inverse.
#[must_use]
fn price_key(side: Side, ticks: u64) -> u64 {
    match side {
        Side::Buy => !ticks,
        Side::Sell => ticks,
    }
}

/// Queue of one side's positions of one market.
#[must_use]
pub fn queue_key(market: MarketId, long: bool) -> u64 {
    (u64::from(market) << 1) | u64::from(!long)
}

/// Rank of a position: its own inverse through [`rank_price`].
#[must_use]
pub fn rank_key(long: bool, entry_price: Decimal) -> u128 {
    let atomics = entry_price.atomics().u128();
    if long {
        atomics
    } else {
        !atomics
    }
}

/// Entry price of a rank.
#[must_use]
pub fn rank_price(long: bool, rank: u128) -> Decimal {
    Decimal::new(Uint128::new(if long { rank } else { !rank }))
}

/// The id of the order at a place.
#[must_use]
pub fn order_id(book: u64, place: u128) -> OrderId {
    let (market, side) = split_book_key(book);
    let (ticks, sequence) = split_place_key(side, place);
    OrderId {
        market,
        side,
        ticks: Uint64::new(ticks),
        sequence: Uint64::new(sequence),
    }
}

/// The place of an order by its id.
#[must_use]
pub fn order_place(id: &OrderId) -> (u64, u128) {
    (
        book_key(id.market, id.side),
        place_key(id.side, id.ticks.u64(), id.sequence.u64()),
    )
}

/// Market number of a book or queue key.
#[must_use]
#[allow(clippy::cast_possible_truncation)] // keys are made from a 32-bit number
pub(super) fn market_of(key: u64) -> MarketId {
    (key >> 1) as MarketId
}

/// Upper 64 bits.
#[must_use]
#[allow(clippy::cast_possible_truncation)] // shifted down to 64 bits
fn high_half(place: u128) -> u64 {
    (place >> 64) as u64
}

/// Lower 64 bits.
#[must_use]
#[allow(clippy::cast_possible_truncation)] // the lower half is what is asked for
fn low_half(place: u128) -> u64 {
    place as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_order_books_by_price_then_time() {
        let bid = |ticks, sequence| place_key(Side::Buy, ticks, sequence);
        let ask = |ticks, sequence| place_key(Side::Sell, ticks, sequence);
        assert!(bid(101, 9) < bid(100, 1) && bid(100, 1) < bid(100, 2));
        assert!(ask(100, 9) < ask(101, 1) && ask(100, 1) < ask(100, 2));
        assert_eq!(split_place_key(Side::Buy, bid(7, 3)), (7, 3));
        assert_eq!(split_place_key(Side::Sell, ask(7, 3)), (7, 3));
    }

    #[test]
    fn keys_keep_market_and_side() {
        for market in [0, 1, u32::MAX] {
            for side in [Side::Buy, Side::Sell] {
                assert_eq!(split_book_key(book_key(market, side)), (market, side));
            }
        }
    }

    #[test]
    fn ranks_put_the_best_entry_first() {
        let low = Decimal::percent(50);
        let high = Decimal::percent(150);
        assert!(rank_key(true, low) < rank_key(true, high));
        assert!(rank_key(false, high) < rank_key(false, low));
        assert_eq!(rank_price(false, rank_key(false, low)), low);
    }
}
