import { describe, expect, it } from "vitest";
import {
  divide,
  formatDecimal,
  formatPpm,
  formatUnits,
  int128,
  MAX_INT128,
  MAX_UINT128,
  NumberError,
  parseDecimal,
  parsePpm,
  parseUnits,
  uint128,
} from "../src/decimals.js";

describe("parseUnits", () => {
  it.each([
    ["1250.75", 6, 1_250_750_000n],
    ["0", 6, 0n],
    ["-0.000001", 6, -1n],
    ["1.500000000000000000", 2, 150n],
    ["7", 0, 7n],
    ["340282366920938463463.374607431768211455", 18, MAX_UINT128],
  ])("%s with %i places", (text, decimals, atoms) => {
    expect(parseUnits(text, decimals)).toBe(atoms);
  });

  it.each(["", ".", "1.", ".5", "1e6", "0x10", "1,000", " 1", "+1", "--1", "NaN", "1.2.3"])("refuses %j", (text) => {
    expect(() => parseUnits(text, 6)).toThrow(NumberError);
  });

  it("refuses places that do not fit, or rounds where told", () => {
    expect(() => parseUnits("0.0000019", 6)).toThrow("at most 6 decimal places");
    expect(parseUnits("0.0000019", 6, "down")).toBe(1n);
    expect(parseUnits("0.0000011", 6, "up")).toBe(2n);
    expect(parseUnits("-0.0000011", 6, "down")).toBe(-2n);
    expect(parseUnits("-0.0000019", 6, "up")).toBe(-1n);
  });
});

describe("formatUnits", () => {
  it.each([
    [1_250_750_000n, 6, "1250.75"],
    [1n, 18, "0.000000000000000001"],
    [-1_500_000n, 6, "-1.5"],
    [0n, 6, "0"],
    [42n, 0, "42"],
    [10n ** 24n, 6, "1000000000000000000"],
  ])("%i atoms with %i places", (atoms, decimals, text) => {
    expect(formatUnits(atoms, decimals)).toBe(text);
    expect(parseUnits(text, decimals)).toBe(atoms);
  });
});

it("holds numbers that a floating-point number cannot", () => {
  const text = "90071992547409930.000000000000000001";
  expect(formatDecimal(parseDecimal(text))).toBe(text);
});

it("divides toward minus and plus infinity", () => {
  expect([divide(7n, 2n, "down"), divide(7n, 2n, "up")]).toEqual([3n, 4n]);
  expect([divide(-7n, 2n, "down"), divide(-7n, 2n, "up")]).toEqual([-4n, -3n]);
  expect(divide(-8n, 2n, "exact")).toBe(-4n);
  expect(() => divide(7n, 2n, "exact")).toThrow(NumberError);
  expect(() => divide(7n, 0n, "down")).toThrow(RangeError);
});

it("keeps amounts within 128 bits", () => {
  expect(uint128(MAX_UINT128)).toBe("340282366920938463463374607431768211455");
  expect(() => uint128(MAX_UINT128 + 1n)).toThrow(NumberError);
  expect(() => uint128(-1n)).toThrow(NumberError);
  expect(int128(-MAX_INT128 - 1n)).toBe("-170141183460469231731687303715884105728");
  expect(() => int128(MAX_INT128 + 1n)).toThrow(NumberError);
});

it("tells parts per million as percent", () => {
  expect(formatPpm(33_400)).toBe("3.34");
  expect(parsePpm("3.34")).toBe(33_400);
});
