/** Stores the contracts' wasm, each once. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CosmWasmClient } from "@cosmjs/cosmwasm-stargate";
import { decodeError } from "../src/errors.js";
import { act, remember, right } from "./context.js";
import { codeOf } from "./instantiate.js";
import type { Context } from "./context.js";

/** The suite's contracts, as their folders are called. */
export const CONTRACTS = ["governance", "price-feed", "insurance-fund", "perp-market"] as const;
/** Name of a contract of the suite. */
export type ContractName = (typeof CONTRACTS)[number];
/** Name of any wasm that is stored: also the token of test networks. */
export type CodeName = ContractName | "cw20-base";

/** A stored code. */
export interface Code {
  /** Undefined in a dry run that would store it. */
  id: number | undefined;
  /** SHA-256 of the wasm, hexadecimal in lower case, as the chain tells it. */
  checksum: string;
}

/** No wasm to store. */
export class ArtifactError extends Error {
  override readonly name = "ArtifactError";
}

/**
 * Reads an artifact.
 *
 * @throws ArtifactError
 */
export function readArtifact(folder: string, name: CodeName): { wasm: Uint8Array; checksum: string } {
  const places = [join(folder, `${name}.wasm`), join(folder, "test", `${name}.wasm`)];
  const path = places.find((place) => existsSync(place));
  if (path === undefined) {
    const expected = name === "cw20-base" ? places.join(" or ") : (places[0] as string);
    throw new ArtifactError(`expected ${expected}, found none: run scripts/build-wasm`);
  }
  const wasm = readFileSync(path);
  return { wasm, checksum: createHash("sha256").update(wasm).digest("hex") };
}

/** The checksum of a code on the chain; undefined where there is no such code. */
async function checksumOf(client: CosmWasmClient, id: number): Promise<string | undefined> {
  try {
    return (await client.getCodeDetails(id)).checksum.toLowerCase();
  } catch (error) {
    const decodedError = decodeError(error);
    if (/no such code|not found/i.test(decodedError.log)) {
      return undefined;
    }
    throw decodedError;
  }
}

/**
 * Stores one wasm, unless the chain has it under the identifier that was remembered, or as the code of the contract that this
 * deployment made of it: then a state that was lost costs nothing.
 *
 * @param contract the name of that contract
 */
export async function storeCode(context: Context, name: CodeName, contract: string = name): Promise<Code> {
  const { wasm, checksum } = readArtifact(context.configuration.artifacts, name);
  const what = `code of ${name}`;
  const { client } = context.signer;
  for (const known of [async () => context.state.codes[checksum], () => codeOf(context, contract, checksum)]) {
    const id = await known();
    if (id !== undefined && (await checksumOf(client, id)) === checksum) {
      right(context, what, `code ${id}, ${checksum}`);
      remember(context, (state) => {
        state.codes[checksum] = id;
      });
      return { id, checksum };
    }
  }
  const stored = await act(
    context,
    `store ${what} (${wasm.length} bytes)`,
    () => client.upload(context.signer.address, wasm, "auto"),
    ({ codeId }) => `code ${codeId}, ${checksum}`,
  );
  if (stored !== undefined) {
    remember(context, (state) => {
      state.codes[checksum] = stored.codeId;
    });
  }
  return { id: stored?.codeId, checksum };
}
