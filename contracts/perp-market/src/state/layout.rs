//! Layout of the records: the order of fields is the order of bytes. One that is added, removed or moved needs a migration.

use ballast_storage::record;

use super::{
    Account, BlockUse, Config, DeleverageCursor, FlowBucket, FundingState, Gate, Interval,
    MarketConfig, MarketState, Named, Order, PendingClaim, Position, PriceSample, QueuedWithdrawal,
    SmallGrowth, TriggerOrder, TriggerPlace, Vault,
};

record! {
    struct Config {
        collateral,
        collateral_decimals,
        insurance_fund,
        parameters,
        frozen_until,
    }
}

record! {
    struct MarketConfig {
        symbol,
        base_decimals,
        tick_size,
        lot_size,
        tick_lot_value,
        oracle,
        feed_id,
        max_confidence_ppm,
        min_price,
        max_price,
        isolated,
        parameters,
        settling,
    }
}

record! {
    struct MarketState {
        price,
        open_interest_long,
        open_interest_short,
        long_index,
        short_index,
        funding,
        fees_owed,
        fee_collector,
        settlement_pool,
        residue,
        deficit,
        next_sequence,
        risk,
        flush_blocked_until,
        sampled_slot,
    }
}

record! {
    struct FundingState {
        interval_start,
        sampled_minute,
        sample_sum_ppm,
        last_rate,
        premium_accrued_at,
    }
}

record! {
    struct PriceSample {
        published_at,
        price,
    }
}

record! {
    struct Account {
        owner,
        subaccount,
        quote,
        positions,
        open_orders,
        trigger_orders,
        risk_increased_at,
        last_position_at,
        gates,
        isolated,
    }
}

record! {
    struct Position {
        market,
        size,
        entry_notional,
        entry_price,
        index,
        small_growth,
    }
}

record! {
    struct SmallGrowth {
        size,
        since,
    }
}

record! {
    struct Order {
        account,
        remaining,
        reduce_only,
        placed_height,
        expires_at,
        client_order_id,
    }
}

record! {
    enum Named {
        0 => Order { book, place },
        1 => TriggerOrder { line, price, sequence },
    }
}

record! {
    struct PendingClaim {
        amount,
        first_failed_at,
        last_failed_at,
    }
}

record! {
    struct DeleverageCursor {
        after,
        last_pass,
        started_at,
    }
}

record! {
    struct FlowBucket {
        used,
        updated_at,
        credit,
        credited_at,
    }
}

record! {
    struct Vault {
        held,
        hour,
        day,
        queued,
        next_id,
    }
}

record! {
    struct QueuedWithdrawal {
        account,
        amount,
        queued_at,
        failed_at,
    }
}

record! {
    struct Interval {
        from,
        to,
    }
}

record! {
    struct Gate {
        deficit,
        shut,
    }
}

record! {
    struct BlockUse {
        height,
        notional,
        loss,
    }
}

record! {
    struct TriggerOrder {
        account,
        side,
        size,
        remaining,
        order,
        reduce_only,
        expires_at,
        client_order_id,
    }
}

record! {
    struct TriggerPlace {
        condition,
        trigger_price,
    }
}
