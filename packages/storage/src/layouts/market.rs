//! What the clearing house stores.

use ballast_types::market::{
    CachedPrice, Change, ExchangeParameters, ListMarket, MarketParameters, OracleConfig, Settling,
    TimeInForce, TriggerCondition, TriggeredOrder,
};

use crate::record;

record! {
    struct CachedPrice {
        price,
        confidence,
        published_at,
        cached_at,
    }
}

record! {
    struct ExchangeParameters {
        price_cache_secs,
        price_max_age_secs,
        price_risk_max_age_secs,
        max_fills,
        max_removals,
        max_orders_per_account,
        max_trigger_orders_per_account,
        max_counterparties,
        claim_retry_secs,
        fund_gas_limit,
        flush_lot,
        flush_retry_secs,
        order_removal_fee,
        trigger_order_fee,
        recent_risk_secs,
        outflow_hour_ppm,
        outflow_day_ppm,
        outflow_floor,
        price_future_tolerance_secs,
        oracle_switch_max_deviation_ppm,
        adverse_delay_secs,
        dead_feed_secs,
        settle_grace_secs,
    }
}

record! {
    struct MarketParameters {
        initial_margin_ppm,
        maintenance_fraction_ppm,
        open_interest_lower,
        open_interest_upper,
        open_interest_cap,
        maker_fee_ppm,
        taker_fee_ppm,
        max_liquidation_fee_ppm,
        keeper_share_ppm,
        keeper_bounty,
        keeper_bounty_ppm,
        liquidation_min_notional,
        liquidation_max_portion_ppm,
        account_block_notional,
        account_block_loss,
        market_block_notional,
        market_block_loss,
        liquidation_slippage_ppm,
        bankruptcy_adjustment_ppm,
        spread_to_maintenance_ppm,
        funding_interval_secs,
        funding_clamp_factor_ppm,
        funding_interest_ppm,
        impact_notional,
        fund_fee_share_ppm,
        reduce_only,
        min_order_notional,
        min_position,
        price_band_ppm,
    }
}

record! {
    struct OracleConfig {
        contract,
        feed_id,
        max_confidence_ppm,
        min_price,
        max_price,
    }
}

record! {
    struct ListMarket {
        symbol,
        base_decimals,
        tick_size,
        lot_size,
        isolated,
        oracle,
        parameters,
    }
}

record! {
    struct Settling {
        price,
        since,
    }
}

record! {
    enum Change {
        0 => ListMarket { listing },
        1 => UpdateMarket { market, parameters },
        2 => UpdateOracle { market, oracle },
        3 => UpdateParameters { parameters },
        4 => SetInsuranceFund { insurance_fund },
        5 => SettleMarket { market },
    }
}

record! {
    enum TimeInForce {
        0 => GoodTilCancelled,
        1 => GoodTilTime { expires_at },
        2 => ImmediateOrCancel,
        3 => FillOrKill,
        4 => PostOnly,
    }
}

record! {
    enum TriggerCondition {
        0 => AtOrBelow,
        1 => AtOrAbove,
    }
}

record! {
    enum TriggeredOrder {
        0 => Market { max_slippage_ppm },
        1 => Limit { price, time_in_force },
    }
}
