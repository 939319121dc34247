/**
 * Numbers as the contracts have them: atoms and decimals of 18 places, both `bigint` here and text in JSON. Nothing
 * here is ever a floating-point number.
 */

/** Places of the contracts' `Decimal`: prices, and shares such as quorum. */
export const DECIMAL_PLACES = 18;

/** Largest unsigned and signed 128-bit numbers, which is what the contracts' amounts fit. */
export const MAX_UINT128 = (1n << 128n) - 1n;
export const MAX_INT128 = (1n << 127n) - 1n;

/** What to do with digits that do not fit. */
export type Rounding = "exact" | "down" | "up";

/** Text that is no number, or one that does not fit where it is to go. */
export class NumberError extends Error {
  override readonly name = "NumberError";

  constructor(
    /** What was read. */
    readonly text: string,
    /** What would have been right. */
    readonly expected: string,
  ) {
    super(`expected ${expected}, found "${text}"`);
  }
}

/** 10 to the power of `exponent`. */
export function powerOfTen(exponent: number): bigint {
  if (!Number.isInteger(exponent) || exponent < 0 || exponent > 77) {
    throw new RangeError(`expected an exponent from 0 to 77, found ${exponent}`);
  }
  return 10n ** BigInt(exponent);
}

/**
 * Divides toward minus infinity (`down`), plus infinity (`up`), or refuses a rest (`exact`).
 *
 * @throws RangeError for a divisor that is not positive, NumberError for a rest.
 */
export function divide(dividend: bigint, divisor: bigint, rounding: Rounding): bigint {
  if (divisor <= 0n) {
    throw new RangeError(`expected a positive divisor, found ${divisor}`);
  }
  const quotient = dividend / divisor;
  const rest = dividend % divisor;
  if (rest === 0n) {
    return quotient;
  }
  switch (rounding) {
    case "exact":
      throw new NumberError(`${dividend} / ${divisor}`, "a quotient without a rest");
    case "down":
      return rest < 0n ? quotient - 1n : quotient;
    case "up":
      return rest > 0n ? quotient + 1n : quotient;
  }
}

/**
 * Atoms of text such as `-1.5` where one unit has so many decimal places.
 *
 * @throws NumberError for text that is no plain decimal number, and with `exact` for more places than there are.
 */
export function parseUnits(text: string, decimals: number, rounding: Rounding = "exact"): bigint {
  const scale = powerOfTen(decimals);
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) {
    throw new NumberError(text, "a decimal number such as 1250.75");
  }
  const [, sign, whole = "0", fraction = ""] = match;
  const magnitude = BigInt(whole + fraction) * (sign === "-" ? -1n : 1n);
  if (rounding === "exact" && fraction.slice(decimals).replace(/0+$/, "") !== "") {
    throw new NumberError(text, `at most ${decimals} decimal places`);
  }
  return divide(magnitude * scale, powerOfTen(fraction.length), rounding);
}

/** Text of atoms where one unit has so many decimal places: no rounding, no superfluous zeros. */
export function formatUnits(atoms: bigint, decimals: number): string {
  const scale = powerOfTen(decimals);
  const magnitude = atoms < 0n ? -atoms : atoms;
  const whole = (magnitude / scale).toString();
  const fraction = (magnitude % scale).toString().padStart(decimals, "0").replace(/0+$/, "");
  return `${atoms < 0n ? "-" : ""}${whole}${decimals > 0 && fraction ? `.${fraction}` : ""}`;
}

/**
 * A contract's `Decimal`, from its text, as a number of 10^-18.
 *
 * @throws NumberError for text that is none.
 */
export function parseDecimal(text: string, rounding: Rounding = "exact"): bigint {
  return parseUnits(text, DECIMAL_PLACES, rounding);
}

/** The text of a `Decimal`. */
export function formatDecimal(atomics: bigint): string {
  return formatUnits(atomics, DECIMAL_PLACES);
}

/**
 * An amount for a message: text of an unsigned 128-bit number.
 *
 * @throws NumberError for what does not fit.
 */
export function uint128(atoms: bigint): string {
  if (atoms < 0n || atoms > MAX_UINT128) {
    throw new NumberError(atoms.toString(), "an unsigned 128-bit number");
  }
  return atoms.toString();
}

/**
 * A signed amount for a message: text of a signed 128-bit number.
 *
 * @throws NumberError for what does not fit.
 */
export function int128(atoms: bigint): string {
  if (atoms < -MAX_INT128 - 1n || atoms > MAX_INT128) {
    throw new NumberError(atoms.toString(), "a signed 128-bit number");
  }
  return atoms.toString();
}

/** Parts per million as text in percent: 33,400 is `3.34`. */
export function formatPpm(ppm: number | bigint): string {
  return formatUnits(BigInt(ppm), 4);
}

/** Percent as parts per million: `3.34` is 33,400. */
export function parsePpm(percent: string): number {
  return Number(parseUnits(percent, 4));
}
