/** The local network as the end-to-end run uses it: fresh users, codes, and time that can be skipped. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { CosmWasmClient } from "@cosmjs/cosmwasm-stargate";
import { DirectSecp256k1HdWallet } from "@cosmjs/proto-signing";
import type { Coin, StdFee } from "@cosmjs/stargate";
import type { Signer } from "../src/index.js";
import { connect, connectSigner, walletFromMnemonic } from "../src/index.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const localnet = join(root, "scripts", "localnet");

// A node closes connections that were idle for some seconds. On a busy machine that can be just when one is used again: then
// the question is asked once more.
const plainFetch = globalThis.fetch;
globalThis.fetch = async (...question) => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await plainFetch(...question);
    } catch (error) {
      const cause = (error as { cause?: { code?: string } }).cause;
      if (attempt === 3 || cause?.code !== "UND_ERR_SOCKET") {
        throw error;
      }
    }
  }
};

/** What `scripts/localnet up` wrote. */
interface Network {
  chainId: string;
  rpc: string;
  addressPrefix: string;
  gasPrice: string;
  denominations: { fee: string; collateral: string; other: string };
  mnemonic: string;
  accounts: Record<string, { address: string; hdPath: string }>;
  validators: { number: number; rpc: string }[];
}

/** Gas of a transaction where nothing else is said: more than any message needs. */
export const GAS = 12_000_000;

const FEES_OF_A_USER = 50_000_000_000n;

/** A running local network. */
export class Chain {
  private constructor(
    readonly network: Network,
    readonly client: CosmWasmClient,
    /** Holds coins of every denomination, and uploads code. */
    readonly funder: Signer,
  ) {}

  /** The network of `scripts/localnet`, with one of its accounts as the funder. */
  static async connect(funder: string): Promise<Chain> {
    const folder = process.env["BALLAST_LOCALNET"] ?? join(root, "target", "localnet");
    const network = JSON.parse(readFileSync(join(folder, "network.json"), "utf8")) as Network;
    const account = network.accounts[funder];
    if (account === undefined) {
      throw new Error(`expected an account ${funder} in network.json, found ${Object.keys(network.accounts).join(", ")}`);
    }
    const wallet = await walletFromMnemonic(network.mnemonic, network.addressPrefix, account.hdPath);
    const endpoint = { rpc: network.rpc, chainId: network.chainId };
    return new Chain(network, await connect(endpoint), await connectSigner(endpoint, wallet, network.gasPrice));
  }

  /** The fee of a transaction of so much gas. */
  fee(gas = GAS): StdFee {
    const [, price = "0", denom = ""] = /^([0-9.]+)(.+)$/.exec(this.network.gasPrice) ?? [];
    const amount = Math.ceil(gas * Number(price));
    return { gas: gas.toString(), amount: amount > 0 ? [{ denom, amount: amount.toString() }] : [] };
  }

  /** New users that hold coins for fees, and `coins` besides. */
  async users<N extends string>(names: readonly N[], coins: readonly Coin[] = []): Promise<Record<N, Signer>> {
    const { addressPrefix: prefix, rpc, chainId, gasPrice, denominations } = this.network;
    const made = await Promise.all(
      names.map(async (name) => {
        const wallet = await DirectSecp256k1HdWallet.generate(12, { prefix });
        return [name, await connectSigner({ rpc, chainId }, wallet, gasPrice)] as const;
      }),
    );
    const gift = merge([{ denom: denominations.fee, amount: FEES_OF_A_USER.toString() }, ...coins]);
    const messages = made.map(([, { address }]) => ({
      typeUrl: "/cosmos.bank.v1beta1.MsgSend",
      value: { fromAddress: this.funder.address, toAddress: address, amount: gift },
    }));
    const done = await this.funder.client.signAndBroadcast(this.funder.address, messages, this.fee());
    if (done.code !== 0) {
      throw new Error(`funding users: ${done.rawLog}`);
    }
    return Object.fromEntries(made) as Record<N, Signer>;
  }

  /** The id of an artifact's code; uploads it where the chain does not have it yet. */
  async code(artifact: string): Promise<number> {
    const wasm = readFileSync(artifactPath(artifact));
    const checksum = createHash("sha256").update(wasm).digest("hex");
    const stored = async (): Promise<number | undefined> =>
      (await this.client.getCodes()).find((code) => code.checksum === checksum)?.id;
    const known = await stored();
    if (known !== undefined) {
      return known;
    }
    const { address, client } = this.funder;
    try {
      return (await client.upload(address, wasm, this.fee(60_000_000))).codeId;
    } catch (error) {
      // An upload takes a node some time, in which the connection may be lost; the transaction may be on its way all the same.
      for (let second = 0; second < 30; second += 1) {
        await new Promise((done) => setTimeout(done, 1_000));
        const id = await stored();
        if (id !== undefined) {
          return id;
        }
      }
      throw error;
    }
  }

  /** Instantiates a contract, and returns its address. */
  async instantiate(by: Signer, code: number, msg: object, label: string, admin?: string): Promise<string> {
    const options = admin === undefined ? {} : { admin };
    return (await by.client.instantiate(by.address, code, msg, label, this.fee(), options)).contractAddress;
  }

  /** Time of the last block, seconds. */
  async now(): Promise<number> {
    const { header } = await this.client.getBlock();
    return Math.floor(Date.parse(header.time) / 1000);
  }

  /** Lets so much time pass on the chain: the clocks of its validators go forward together. */
  async skip(seconds: number): Promise<void> {
    await this.localnet("skip", `${seconds}s`);
  }

  /** Kills a validator as a power cut would. */
  async kill(validator: number): Promise<void> {
    await this.localnet("kill", validator.toString());
  }

  /** Starts it again, and waits until it has caught up. */
  async start(validator: number): Promise<void> {
    await this.localnet("start", validator.toString());
  }

  private async localnet(...command: string[]): Promise<void> {
    await run(localnet, command);
  }
}

function artifactPath(artifact: string): string {
  const folder = process.env["BALLAST_ARTIFACTS"] ?? join(root, "artifacts");
  const found = [join(folder, `${artifact}.wasm`), join(folder, "test", `${artifact}.wasm`)].find(existsSync);
  if (found === undefined) {
    throw new Error(`${artifact}.wasm is not built: scripts/build-wasm --tests`);
  }
  return found;
}

/** Coins added up by denomination, in the order that the bank wants. */
function merge(coins: readonly Coin[]): Coin[] {
  const sums = new Map<string, bigint>();
  for (const { denom, amount } of coins) {
    sums.set(denom, (sums.get(denom) ?? 0n) + BigInt(amount));
  }
  return [...sums]
    .map(([denom, amount]) => ({ denom, amount: amount.toString() }))
    .sort((one, other) => (one.denom < other.denom ? -1 : 1));
}
