import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { EventError, EVENTS, eventsOf, parseEvent, parseEvents } from "../src/events.js";
import type { ChainEvent } from "../src/events.js";

function event(type: string, attributes: Record<string, string>): ChainEvent {
  return { type, attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })) };
}

const deposit = event("wasm-ballast_deposit", {
  _contract_address: "wasm1market",
  account: "18446744073709551615",
  owner: "wasm1alice",
  subaccount: "0",
  amount: "340282366920938463463374607431768211455",
});

/** Every event name of `packages/types/src/events.rs`, with the names in back quotes of its comment. */
function described(): Map<string, string[]> {
  const path = fileURLToPath(new URL("../../packages/types/src/events.rs", import.meta.url));
  const found = new Map<string, string[]>();
  let comment = "";
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const text = /^\s*\/\/\/ ?(.*)$/.exec(line)?.[1];
    if (text !== undefined) {
      comment += `${text} `;
      continue;
    }
    const name = /pub const \w+: &str = "(\w+)";/.exec(line)?.[1];
    if (name !== undefined) {
      found.set(name, [...comment.matchAll(/`([a-z_]+)`/g)].map((match) => match[1] as string));
    }
    comment = "";
  }
  return found;
}

describe("the list of events", () => {
  const rust = described();

  it("names the events that the contracts have", () => {
    expect(Object.keys(EVENTS).sort()).toEqual([...rust.keys()].sort());
  });

  it("has the attributes that the contracts' list describes", () => {
    expect(rust.get("ballast_transfer")).toEqual(["from", "to", "owner", "amount"]);
    for (const [name, attributes] of Object.entries(EVENTS)) {
      // Values of attributes stand in back quotes as well, so what is described may be more.
      const missing = Object.keys(attributes).filter((key) => !key.endsWith("_bound") && !rust.get(name)?.includes(key));
      expect(missing, name).toEqual([]);
    }
  });
});

describe("reading", () => {
  it("reads numbers without loss", () => {
    expect(parseEvent(deposit)).toEqual({
      name: "ballast_deposit",
      contract: "wasm1market",
      data: {
        account: 18446744073709551615n,
        owner: "wasm1alice",
        subaccount: 0,
        amount: 340282366920938463463374607431768211455n,
      },
    });
  });

  it("reads flags, signed numbers, and attributes that only some events have", () => {
    const placed = {
      _contract_address: "m",
      market: "0",
      side: "buy",
      ticks: "20000",
      sequence: "3",
      account: "1",
      size: "10000",
      reduce_only: "true",
    };
    const [one, two] = parseEvents([
      event("wasm-ballast_order_placed", placed),
      event("wasm-ballast_order_placed", { ...placed, client_order_id: "7" }),
    ]);
    expect(one?.data).not.toHaveProperty("client_order_id");
    expect(one?.data).toMatchObject({ reduce_only: true });
    expect(two?.data).toMatchObject({ client_order_id: 7n });
    const settled = event("wasm-ballast_funding_settled", { account: "1", market: "0", payment: "-5" });
    expect(parseEvent(settled)?.data).toMatchObject({ payment: -5n });
  });

  it("passes over what is not ours", () => {
    expect(parseEvents([event("transfer", {}), event("wasm", {}), event("wasm-toString", {})])).toEqual([]);
    // Without the prefix it is no contract's event.
    expect(parseEvent(event("ballast_deposit", {}))).toBeUndefined();
  });

  it("keeps the events of the contracts that are named", () => {
    const forged = event("wasm-ballast_sync", { _contract_address: "wasm1somebody", amount: "1" });
    expect(parseEvents([deposit, forged], ["wasm1market"]).map((found) => found.name)).toEqual(["ballast_deposit"]);
    const deposits = eventsOf(parseEvents([deposit, forged]), "ballast_deposit");
    expect(deposits.map((found) => found.data.owner)).toEqual(["wasm1alice"]);
  });

  it("says which attribute is wrong", () => {
    const wrong = event("wasm-ballast_sync", { amount: "1.5" });
    expect(() => parseEvent(wrong)).toThrow(new EventError("ballast_sync", "amount", "an integer", "1.5"));
    expect(() => parseEvent(event("wasm-ballast_sync", {}))).toThrow("expected amount to be there, found none");
  });
});
