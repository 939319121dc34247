import { describe, expect, it } from "vitest";
import { BallastError, decodeError, decodeLog, decoded } from "../src/errors.js";

// As wasmd 0.60 and CosmJS write them.
const LOGS = {
  contract:
    "failed to execute message; message index: 1: price of market 0 is 61 s old, expected at most 60 s: execute wasm contract failed",
  hidden: "failed to execute message; message index: 0: dispatch: submessages: codespace: wasm, code: 5: execute wasm contract failed",
  out_of_gas: "out of gas in location: wasm contract; gasWanted: 100000, gasUsed: 163210: out of gas",
  insufficient_funds: "failed to execute message; message index: 0: spendable balance 5uusd is smaller than 10uusd: insufficient funds",
  sequence: "account sequence mismatch, expected 4, got 3: incorrect account sequence",
  not_found: "failed to execute message; message index: 0: no such contract: address wasm1xyz: unknown request",
};

describe("decodeLog", () => {
  it.each(Object.entries(LOGS))("%s", (kind, log) => {
    expect(decodeLog(log).kind).toBe(kind);
    expect(decodeLog(log).log).toBe(log);
  });

  it("finds what the contract said, and of which message", () => {
    const error = decodeLog(LOGS.contract, "ABC");
    expect(error.contractError).toBe("price of market 0 is 61 s old, expected at most 60 s");
    expect(error.message).toBe(error.contractError);
    expect(error.messageIndex).toBe(1);
    expect(error.transactionHash).toBe("ABC");
    expect(decodeLog(LOGS.hidden).contractError).toBeUndefined();
  });

  it("reads the errors of queries and simulations", () => {
    const query = "Query failed with (18): Unauthorized: query wasm contract failed: invalid request";
    expect(decodeLog(query)).toMatchObject({ kind: "contract", contractError: "Unauthorized" });
    const simulation =
      "Query failed with (6): rpc error: code = Unknown desc = failed to execute message; message index: 0: Unauthorized: execute wasm contract failed [wasmd/x/wasm/keeper/keeper.go:434] with gas used: '98213': unknown request";
    expect(decodeLog(simulation)).toMatchObject({ kind: "contract", contractError: "Unauthorized", messageIndex: 0 });
  });
});

it("keeps what was thrown", async () => {
  const cause = new Error("socket hang up");
  const error = await decoded(Promise.reject(cause)).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BallastError);
  expect(error).toMatchObject({ kind: "other", cause });
  expect(decodeError(error)).toBe(error);
});
