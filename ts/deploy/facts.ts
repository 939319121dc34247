/** Facts: what must hold, and what was found. */
import { decoded } from "../src/errors.js";

/** One thing that must hold. */
export interface Fact {
  what: string;
  expected: unknown;
  found: unknown;
  holds: boolean;
}

/** Fields whose digits are names: "007" is another one than "7". */
const NAMES = ["symbol", "name", "id", "feed_id", "native", "title"];

/** JSON without an order of its keys, without fields that say nothing, and with numbers as they are shortest. */
function canonical(value: unknown, field = ""): unknown {
  if (Array.isArray(value)) {
    return value.map((one) => canonical(one, field));
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value as Record<string, unknown>)
      .filter(([, inner]) => inner !== null && inner !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1));
    return Object.fromEntries(entries.map(([key, inner]) => [key, canonical(inner, key)]));
  }
  if (typeof value === "string" && /^\d+(\.\d+)?$/.test(value) && !NAMES.includes(field)) {
    return value.replace(/^0+(?=\d)/, "").replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
  }
  return value ?? null;
}

/** Text of a value, for people. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(canonical(value));
}

/**
 * Where two values differ, field by field, so that a fact about thirty parameters tells the one that is wrong.
 *
 * @returns nothing where they are the same
 */
export function differences(expected: unknown, found: unknown, path = ""): { path: string; expected: unknown; found: unknown }[] {
  const field = path.split(".").at(-1);
  const [one, other] = [canonical(expected, field), canonical(found, field)];
  const isRecord = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (isRecord(one) && isRecord(other)) {
    const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
    return keys.flatMap((key) => differences(one[key], other[key], path === "" ? key : `${path}.${key}`));
  }
  return JSON.stringify(one) === JSON.stringify(other) ? [] : [{ path, expected: one, found: other }];
}

/** Collects facts. */
export class Facts {
  readonly all: Fact[] = [];

  add(what: string, expected: unknown, found: unknown): void {
    const wrong = differences(expected, found);
    if (wrong.length === 0) {
      this.all.push({ what, expected, found, holds: true });
    }
    for (const difference of wrong) {
      const name = difference.path === "" ? what : `${what}: ${difference.path}`;
      this.all.push({ what: name, expected: difference.expected, found: difference.found, holds: false });
    }
  }

  /** A fact whose query may fail: what it fails with is what was found. */
  async ask<T>(what: string, expected: unknown, query: () => Promise<T>, read: (answer: T) => unknown): Promise<void> {
    try {
      this.add(what, expected, read(await decoded(query())));
    } catch (error) {
      this.all.push({ what, expected, found: `error: ${(error as Error).message}`, holds: false });
    }
  }
}
