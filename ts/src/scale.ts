/**
 * Prices, ticks, sizes and lots of one market (design section 3): a price is quote units per base unit as people write
 * it, a size is base atoms, money is quote atoms. `value = size * price * 10^(quote decimals - base decimals)`.
 */
import { DECIMAL_PLACES, divide, formatDecimal, formatUnits, parseDecimal, parseUnits, powerOfTen, uint128 } from "./decimals.js";
import type { Rounding } from "./decimals.js";
import type { Side } from "./generated/PerpMarket.types.js";

/** What of a market's listing its numbers depend on; it never changes. */
export interface Listing {
  base_decimals: number;
  tick_size: string;
  lot_size: string;
}

const MAX_DECIMALS = 18;

/** Conversions of one market. */
export class MarketScale {
  /** Price of one tick, 10^-18 quote units per base unit. */
  readonly tick: bigint;
  /** Base atoms of one lot. */
  readonly lot: bigint;
  /** Quote atoms that one lot moves when the price moves by one tick. Exact. */
  readonly tickLotValue: bigint;
  private readonly divisor: bigint;

  /**
   * @param listing the market's `config`, as `Market` answers it
   * @param quoteDecimals decimals of the collateral, as `Config` answers them
   * @throws RangeError for decimals above 18, NumberError where tick and lot do not multiply to whole quote atoms.
   */
  constructor(
    readonly listing: Listing,
    readonly quoteDecimals: number,
  ) {
    for (const decimals of [listing.base_decimals, quoteDecimals]) {
      if (!Number.isInteger(decimals) || decimals < 0 || decimals > MAX_DECIMALS) {
        throw new RangeError(`expected 0 to ${MAX_DECIMALS} decimals, found ${decimals}`);
      }
    }
    this.tick = parseDecimal(listing.tick_size);
    this.lot = BigInt(listing.lot_size);
    this.divisor = powerOfTen(DECIMAL_PLACES + listing.base_decimals - quoteDecimals);
    this.tickLotValue = divide(this.tick * this.lot, this.divisor, "exact");
    if (this.tickLotValue <= 0n) {
      throw new RangeError("expected a positive tick and lot");
    }
  }

  /** Ticks of a price. `down` and `up` take the next tick below or above where it is none. */
  ticks(price: string, rounding: Rounding = "exact"): bigint {
    return divide(parseDecimal(price), this.tick, rounding);
  }

  /** The price of so many ticks, as messages want it. */
  price(ticks: bigint): string {
    return formatDecimal(ticks * this.tick);
  }

  /**
   * The tick that is no worse for the trader than a price: a buyer pays at most it, a seller gets at least it.
   */
  limitPrice(price: string, side: Side): string {
    return this.price(this.ticks(price, side === "buy" ? "down" : "up"));
  }

  /** Base atoms of a size in base units, a multiple of the lot; rounded down to one with `down`. */
  size(units: string, rounding: "exact" | "down" = "exact"): string {
    const atoms = parseUnits(units, this.listing.base_decimals, rounding);
    return uint128(divide(atoms, this.lot, rounding) * this.lot);
  }

  /** Base units of base atoms, signed. */
  formatSize(atoms: string | bigint): string {
    return formatUnits(BigInt(atoms), this.listing.base_decimals);
  }

  /** Quote atoms of quote units. */
  quote(units: string, rounding: Rounding = "exact"): string {
    return uint128(parseUnits(units, this.quoteDecimals, rounding));
  }

  /** Quote units of quote atoms, signed. */
  formatQuote(atoms: string | bigint): string {
    return formatUnits(BigInt(atoms), this.quoteDecimals);
  }

  /** Quote atoms that a fill at so many ticks moves. Exact, as every fill is. */
  fillValue(ticks: bigint, size: string | bigint): bigint {
    return ticks * divide(BigInt(size), this.lot, "exact") * this.tickLotValue;
  }

  /** Quote atoms of a size, signed, at any price: `down` is how the contracts value equity. */
  value(size: string | bigint, price: string, rounding: Rounding = "down"): bigint {
    return divide(BigInt(size) * parseDecimal(price), this.divisor, rounding);
  }
}
