/**
 * What a deployment remembers between runs. It saves time and is never trusted: whatever it says is looked up on the
 * chain before it is used, and a deployment whose state was lost finds its contracts by their addresses.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { ConfigurationError } from "./config.js";

/** What is known of a chain. */
export interface State {
  chain_id: string;
  /** Identifiers of stored codes by the SHA-256 of their wasm. */
  codes: Record<string, number>;
  /** Addresses of instantiated contracts by their name. */
  contracts: Record<string, string>;
  /** The salt that their addresses were made with. */
  salt?: string;
  /** What the deployer gave to the fund, atoms by what it was for. */
  given?: Record<string, string>;
}

/** Where state is kept. */
export interface StateStore {
  load(chainId: string): State;
  save(state: State): void;
}

function empty(chainId: string): State {
  return { chain_id: chainId, codes: {}, contracts: {} };
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A file. Another chain's is not used. */
export class StateFile implements StateStore {
  constructor(readonly path: string) {}

  load(chainId: string): State {
    if (!existsSync(this.path)) {
      return empty(chainId);
    }
    let state: State;
    try {
      state = JSON.parse(readFileSync(this.path, "utf8")) as State;
      if (!isRecord(state.codes) || !isRecord(state.contracts)) {
        throw new Error("it has no codes and contracts");
      }
    } catch (cause) {
      // What the file holds is nobody's business: it may be another one.
      const why = cause instanceof SyntaxError ? "it is no JSON" : (cause as Error).message;
      throw new ConfigurationError(`${this.path}: no state of a deployment (${why}): without the file contracts are found by their addresses`);
    }
    return state.chain_id === chainId ? state : empty(chainId);
  }

  /** Written beside and moved, so that a run that is ended in the middle leaves the former state or the new one. */
  save(state: State): void {
    mkdirSync(dirname(this.path), { recursive: true });
    const beside = `${this.path}.tmp`;
    writeFileSync(beside, `${JSON.stringify(state, null, 2)}\n`);
    renameSync(beside, this.path);
  }
}

/** Kept nowhere: for tests that deploy once. */
export class MemoryState implements StateStore {
  private state: State | undefined;

  load(chainId: string): State {
    return structuredClone(this.state ?? empty(chainId));
  }

  save(state: State): void {
    this.state = structuredClone(state);
  }
}
