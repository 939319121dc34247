/** What every step of a deployment has at hand. */
import type { CosmWasmClient } from "@cosmjs/cosmwasm-stargate";
import type { Call, Sent } from "../src/contracts.js";
import { send } from "../src/contracts.js";
import type { Signer } from "../src/connect.js";
import { decoded } from "../src/errors.js";
import type { Configuration } from "./config.js";
import type { State, StateStore } from "./state.js";

/** A line of what a deployment tells. */
export interface Step {
  /** `right`: found as it should be. `done`: changed. `would`: would be changed, in a dry run. `wrong`: cannot be set right. `waits`: somebody else must act first. */
  status: "right" | "done" | "would" | "wrong" | "waits";
  /** What it is about. */
  what: string;
  /** Figures: an address, an identifier, what was expected and found. */
  detail?: string | undefined;
}

/** What every step of a deployment has at hand. */
export interface Context {
  configuration: Configuration;
  signer: Signer;
  /** A signer for an address, where its key is there: feeders of the local network. */
  signerFor(address: string): Promise<Signer | undefined>;
  store: StateStore;
  state: State;
  dryRun: boolean;
  /** Told as it happens. */
  tell(step: Step): void;
}

/** Somebody else must act before the deployment can go on. */
export class WaitingError extends Error {
  override readonly name = "WaitingError";
}

/** Tells that something was found as it should be. */
export function right(context: Context, what: string, detail?: string): void {
  context.tell({ status: "right", what, detail });
}

/**
 * Does something, unless it is a dry run, and tells it.
 *
 * @returns what it did; undefined in a dry run
 */
export async function act<T>(
  context: Context,
  what: string,
  does: () => Promise<T>,
  detail?: (result: T) => string,
): Promise<T | undefined> {
  if (context.dryRun) {
    context.tell({ status: "would", what });
    return undefined;
  }
  const result = await decoded(does());
  context.tell({ status: "done", what, detail: detail?.(result) });
  return result;
}

/** Sends messages as the deployer. */
export async function sendCalls(context: Context, calls: readonly Call[]): Promise<Sent> {
  return send(context.signer, calls);
}

/** What a contract answers; undefined where it fails with a text that says there is none. */
export async function found<T>(query: Promise<T>, absent: RegExp): Promise<T | undefined> {
  try {
    return await decoded(query);
  } catch (error) {
    if (absent.test((error as Error).message)) {
      return undefined;
    }
    throw error;
  }
}

/** Seconds of the last block. The chain's clock need not be ours. */
export async function chainTime(client: CosmWasmClient): Promise<bigint> {
  const block = await decoded(client.getBlock());
  return BigInt(Math.floor(Date.parse(block.header.time) / 1000));
}

/** Remembers something. */
export function remember(context: Context, change: (state: State) => void): void {
  change(context.state);
  if (!context.dryRun) {
    context.store.save(context.state);
  }
}
