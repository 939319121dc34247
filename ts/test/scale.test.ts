import { describe, expect, it } from "vitest";
import { NumberError } from "../src/decimals.js";
import { MarketScale } from "../src/scale.js";

// The two markets of the embedded suite (`MarketSpec::btc`, `MarketSpec::eth`).
const btc = new MarketScale({ base_decimals: 8, tick_size: "1", lot_size: "10000" }, 6);
const eth = new MarketScale({ base_decimals: 18, tick_size: "0.1", lot_size: "1000000000000000" }, 6);

describe("a market of fewer and of more decimals than its collateral", () => {
  it("moves whole atoms with every tick and lot", () => {
    expect(btc.tickLotValue).toBe(100n);
    expect(eth.tickLotValue).toBe(100n);
  });

  it("converts prices to ticks and back", () => {
    expect(btc.ticks("20000")).toBe(20_000n);
    expect(eth.ticks("1500.5")).toBe(15_005n);
    expect(eth.price(15_005n)).toBe("1500.5");
    expect(() => btc.ticks("20000.5")).toThrow(NumberError);
    expect(btc.ticks("20000.5", "down")).toBe(20_000n);
  });

  it("never rounds a limit price against the trader", () => {
    expect(btc.limitPrice("20000.5", "buy")).toBe("20000");
    expect(btc.limitPrice("20000.5", "sell")).toBe("20001");
    expect(btc.limitPrice("20000", "sell")).toBe("20000");
  });

  it("converts sizes, which are whole lots", () => {
    expect(btc.size("0.5")).toBe("50000000");
    expect(() => btc.size("0.00005")).toThrow(NumberError);
    expect(btc.size("0.00015", "down")).toBe("10000");
    expect(() => btc.size("-1")).toThrow(NumberError);
    expect(eth.size("2.001")).toBe("2001000000000000000");
    expect(eth.formatSize("-2001000000000000000")).toBe("-2.001");
  });

  it("values a fill exactly, and a position as the contracts do", () => {
    expect(btc.fillValue(20_000n, btc.size("0.5"))).toBe(10_000_000_000n);
    expect(btc.formatQuote(btc.fillValue(20_000n, btc.size("0.5")))).toBe("10000");
    // Equity is rounded down: toward minus infinity, so a short owes the rest of an atom.
    expect(btc.value("1", "20000.49")).toBe(200n);
    expect(btc.value("-1", "20000.49")).toBe(-201n);
    expect(btc.quote("10000.000001")).toBe("10000000001");
  });
});

it("refuses a listing whose fills would round", () => {
  expect(() => new MarketScale({ base_decimals: 8, tick_size: "0.001", lot_size: "1" }, 6)).toThrow(NumberError);
  expect(() => new MarketScale({ base_decimals: 19, tick_size: "1", lot_size: "1" }, 6)).toThrow(RangeError);
  expect(() => new MarketScale({ base_decimals: 8, tick_size: "0", lot_size: "1" }, 6)).toThrow(RangeError);
});
