/**
 * Instantiates contracts at addresses that are known beforehand (instantiate2): so that governance can be its own wasm
 * admin and everybody else's from their first block, and so that a deployment whose state was lost finds its contracts.
 */
import type { CosmWasmClient } from "@cosmjs/cosmwasm-stargate";
import { instantiate2Address } from "@cosmjs/cosmwasm-stargate";
import { fromHex, toUtf8 } from "@cosmjs/encoding";
import { decodeError } from "../src/errors.js";
import type { Code } from "./codes.js";
import { act, remember, right } from "./context.js";
import type { Context } from "./context.js";

/** A contract to make. */
export interface Plan {
  /** Its name in this deployment. */
  name: string;
  code: Code;
  msg: object;
  /** At most 128 bytes. */
  label: string;
  admin: string | undefined;
}

/**
 * The address of a contract of the deployment: where it is, if it is remembered and the chain has it, else where it will
 * be, which depends on its code, the deployer, the salt and its name.
 */
export async function addressOf(context: Context, name: string, code: Code): Promise<string> {
  const remembered = context.state.contracts[name];
  if (remembered !== undefined && (await exists(context, remembered))) {
    return remembered;
  }
  return madeOf(context, name, code.checksum);
}

function madeOf(context: Context, name: string, checksum: string): string {
  const { configuration, signer } = context;
  return instantiate2Address(fromHex(checksum), signer.address, salt(context, name), configuration.chain.address_prefix);
}

/** The code of the contract that this deployment made of some wasm; undefined where there is none. */
export async function codeOf(context: Context, name: string, checksum: string): Promise<number | undefined> {
  const address = madeOf(context, name, checksum);
  return (await exists(context, address)) ? (await context.signer.client.getContract(address)).codeId : undefined;
}

/** At most 64 bytes, as the chain wants it. */
function salt(context: Context, name: string): Uint8Array {
  const bytes = toUtf8(`${context.configuration.salt}/${name}`);
  if (bytes.length > 64) {
    throw new RangeError(`expected a salt of at most ${64 - name.length - 1} bytes, found ${context.configuration.salt}`);
  }
  return bytes;
}

/** Whether there is a contract at an address. */
export async function exists(context: Context, address: string): Promise<boolean> {
  return isContract(context.signer.client, address);
}

/** As `exists`, for somebody who only asks. */
export async function isContract(client: CosmWasmClient, address: string): Promise<boolean> {
  try {
    await client.getContract(address);
    return true;
  } catch (error) {
    const decodedError = decodeError(error);
    // CosmJS says so itself for an address of which the chain knows nothing.
    if (decodedError.kind === "not_found" || /no contract found|not found/i.test(decodedError.log)) {
      return false;
    }
    throw decodedError;
  }
}

/** Whether there is something to ask: in a dry run the contract may not be there yet. */
export async function isThere(context: Context, contract: string): Promise<boolean> {
  return !context.dryRun || (await exists(context, contract));
}

/** Makes a contract, unless it is there. What it holds is checked at the end, with everything else. */
export async function instantiate(context: Context, plan: Plan): Promise<string> {
  const address = await addressOf(context, plan.name, plan.code);
  if (await exists(context, address)) {
    right(context, plan.name, address);
  } else {
    const { code, msg, label, admin } = plan;
    const { signer } = context;
    await act(
      context,
      `instantiate ${plan.name}`,
      () => {
        if (code.id === undefined) {
          throw new Error(`${plan.name} has no code`);
        }
        return signer.client.instantiate2(signer.address, code.id, salt(context, plan.name), msg, label, "auto", { admin });
      },
      () => address,
    );
  }
  remember(context, (state) => {
    state.contracts[plan.name] = address;
  });
  return address;
}
