/**
 * A chain that keeps what the suite's contracts would answer, as far as a deployment asks: codes, addresses, admins, owners,
 * parameters, feeds, listings, registrations, donations. It does what messages say without checking them; that the
 * contracts take these messages is shown on a real chain (`scripts/e2e`).
 */
import { createHash } from "node:crypto";
import type { SigningCosmWasmClient } from "@cosmjs/cosmwasm-stargate";
import { instantiate2Address } from "@cosmjs/cosmwasm-stargate";
import { fromBase64, fromHex, fromUtf8, toUtf8 } from "@cosmjs/encoding";
import type { EncodeObject } from "@cosmjs/proto-signing";
import type { MsgExecuteContract } from "cosmjs-types/cosmwasm/wasm/v1/tx.js";
import type { Signer } from "../src/connect.js";

type Json = Record<string, unknown>;

interface Contract {
  codeId: number;
  /** Codes that it was before, the first one first. */
  before: number[];
  admin: string | undefined;
  name: string;
  /** The message that it was made with. */
  made: Json;
  config: Json;
  owner: string;
  pendingOwner: string | null;
  /** Feeds, listings, standings by their identifier. */
  items: Map<string, Json>;
  prices: Map<string, Json>;
  topUps: Json[];
}

/** What a suite has where nothing went wrong. */
const CLEAN = {
  coverage_ppm: "0",
  deficits: "0",
  emergency_debt: "0",
  claims: 0,
  claims_paid: "0",
  settling: null,
  deficit: "0",
  reduce_only: false,
  open_interest_value: "0",
};

/** A list that fits one page. */
function whole<T>(body: Json, list: T[]): T[] {
  return (body["start_after"] ?? body["start_before"]) === undefined ? list : [];
}

/** A failure of a query, as CosmJS throws it. */
function refused(text: string): Error {
  return new Error(`Query failed with (18): ${text}: query wasm contract failed: unknown request`);
}

export class FakeChain {
  readonly codes: { checksum: string; name: string }[] = [];
  readonly contracts = new Map<string, Contract>();
  /** Transactions that were included. */
  transactions = 0;
  /** The transaction of this number fails as if the node had gone away. */
  failAt: number | undefined;
  seconds = 1_700_000_000;

  constructor(
    readonly chainId: string,
    /** Names of contracts by the text of their wasm. */
    readonly names: (wasm: Uint8Array) => string,
  ) {}

  signer(address: string): Signer {
    return { address, client: this as unknown as SigningCosmWasmClient };
  }

  private include(): void {
    if (this.transactions === this.failAt) {
      this.failAt = undefined;
      throw new Error("connect ECONNREFUSED 127.0.0.1:26657");
    }
    this.transactions += 1;
  }

  at(address: string): Contract {
    const contract = this.contracts.get(address);
    if (contract === undefined) {
      throw new Error(`No contract found at address "${address}"`);
    }
    return contract;
  }

  // What a deployment uses of CosmJS.

  async getChainId(): Promise<string> {
    return this.chainId;
  }

  async getBlock(): Promise<{ header: { time: string } }> {
    return { header: { time: new Date(this.seconds * 1000).toISOString() } };
  }

  async getCodeDetails(id: number): Promise<{ checksum: string }> {
    const code = this.codes[id - 1];
    if (code === undefined) {
      throw new Error(`Query failed with (22): code id: ${id}: no such code`);
    }
    return { checksum: code.checksum.toUpperCase() };
  }

  async getContract(address: string): Promise<{ codeId: number; admin: string | undefined }> {
    return this.at(address);
  }

  async getContractCodeHistory(address: string): Promise<{ codeId: number; msg: Json }[]> {
    const { before, codeId, made } = this.at(address);
    return [...before, codeId].map((id, place) => ({ codeId: id, msg: place === 0 ? made : {} }));
  }

  async queryContractRaw(address: string): Promise<Uint8Array> {
    return toUtf8(JSON.stringify({ contract: `crates.io:ballast-${this.at(address).name}`, version: "0.2.0" }));
  }

  async upload(_sender: string, wasm: Uint8Array): Promise<{ codeId: number }> {
    this.include();
    this.codes.push({ checksum: createHash("sha256").update(wasm).digest("hex"), name: this.names(wasm) });
    return { codeId: this.codes.length };
  }

  async instantiate2(
    sender: string,
    codeId: number,
    salt: Uint8Array,
    msg: Json,
    label: string,
    _fee: "auto",
    options: { admin?: string },
  ): Promise<{ contractAddress: string }> {
    const code = this.codes[codeId - 1];
    if (code === undefined || label.length > 128) {
      throw new Error("no such code");
    }
    const address = instantiate2Address(fromHex(code.checksum), sender, salt, "wasm");
    if (this.contracts.has(address)) {
      throw new Error("contract account already exists: duplicate");
    }
    this.include();
    this.contracts.set(address, {
      codeId,
      before: [],
      admin: options.admin,
      name: code.name,
      made: structuredClone(msg),
      config: { ...structuredClone(msg), bootstrap: { by: sender, until: this.seconds + 86_400 } },
      owner: String(msg["owner"] ?? ""),
      pendingOwner: null,
      items: new Map(),
      prices: new Map(),
      topUps: [],
    });
    return { contractAddress: address };
  }

  async signAndBroadcast(sender: string, messages: readonly EncodeObject[]): Promise<Json> {
    this.include();
    for (const { value } of messages) {
      const { contract, msg, funds } = value as MsgExecuteContract;
      this.execute(sender, contract, JSON.parse(fromUtf8(msg)) as Json, BigInt(funds[0]?.amount ?? 0));
    }
    return {
      code: 0,
      height: this.transactions,
      transactionHash: `TX${this.transactions}`,
      events: [],
      msgResponses: [],
      gasUsed: 1n,
      gasWanted: 1n,
    };
  }

  private execute(sender: string, address: string, message: Json, amount: bigint): void {
    const contract = this.at(address);
    const [name, body] = Object.entries(message)[0] as [string, Json];
    switch (name) {
      case "bootstrap": {
        contract.config["bootstrap"] = null;
        for (const { wasm } of body["msgs"] as { wasm: { execute: { contract_addr: string; msg: string } } }[]) {
          const { contract_addr, msg } = wasm.execute;
          this.execute(address, contract_addr, JSON.parse(fromUtf8(fromBase64(msg))) as Json, 0n);
        }
        return;
      }
      case "update_settings":
        contract.config["settings"] = body["settings"];
        return;
      case "update_ownership":
        if ((body as unknown) === "accept_ownership" && contract.pendingOwner === sender) {
          contract.owner = sender;
          contract.pendingOwner = null;
        } else if (contract.owner === sender) {
          contract.pendingOwner = (body["transfer_ownership"] as { new_owner: string }).new_owner;
        } else {
          throw refused("Caller is not the contract's current owner");
        }
        return;
      case "set_feed": {
        const feed = body["feed"] as Json;
        contract.items.set(String(feed["id"]), feed);
        return;
      }
      case "push_prices":
        for (const price of body["prices"] as Json[]) {
          contract.prices.set(String(price["id"]), price);
        }
        return;
      case "list_market":
        contract.items.set(String(contract.items.size), body);
        return;
      case "register_market":
        contract.items.set(`${body["contract"] as string}/${body["market"] as number}`, body["parameters"] as Json);
        return;
      case "top_up":
        contract.topUps.unshift({ ...body, id: contract.topUps.length + 1, amount: amount.toString() });
        return;
      default:
        throw refused(`unknown variant ${name}`);
    }
  }

  async queryContractSmart(address: string, query: Json): Promise<unknown> {
    const contract = this.at(address);
    const [name, body] = Object.entries(query)[0] as [string, Json];
    const item = (id: unknown, kind: string): Json => {
      const value = contract.items.get(String(id));
      if (value === undefined) {
        throw refused(`there is no ${kind} ${String(id)}`);
      }
      return value;
    };
    const given = contract.topUps.reduce((sum, { amount }) => sum + BigInt(amount as string), 0n).toString();
    switch (`${contract.name}: ${name}`) {
      case "governance: settings":
        return contract.config["settings"];
      case "price-feed: config":
        return { adverse_delay_secs: contract.config["adverse_delay_secs"] ?? 1_814_400 };
      case "price-feed: feed":
        return item(body["id"], "feed");
      case "price-feed: price_feed": {
        const price = contract.prices.get(String(body["id"]));
        if (price === undefined) {
          throw refused(`feed ${String(body["id"])} has 0 prices of the last 600 s, 2 are needed`);
        }
        return { price_feed: { price } };
      }
      case "insurance-fund: market":
        return { parameters: item(`${body["contract"] as string}/${body["market"] as number}`, "market") };
      case "insurance-fund: markets":
        return whole(body, [...contract.items.keys()].map((key) => {
          const [claimant, market] = key.split("/");
          return { contract: claimant, market: Number(market) };
        }));
      case "insurance-fund: emergency":
        return { treasury: contract.config["treasury"] };
      case "insurance-fund: surplus":
        return { recipient: contract.config["recipient"] };
      case "insurance-fund: token_info":
        return contract.config["share_token"] ?? { name: "Ballast fund share", symbol: "BFS", decimals: 7 };
      case "price-feed: feeds":
        return whole(body, [...contract.items.values()]);
      case "perp-market: config":
        return { ...contract.config, markets: contract.items.size };
      case "perp-market: markets":
        return whole(body, [...contract.items.values()].map((config, market) => ({ market, config, ...CLEAN, ...(config["now"] as Json) })));
      case "perp-market: pending_claims":
        return contract.config["pending_claims"] ?? [];
      case "perp-market: ledger":
        return { accounts: "0" };
      case "governance: config":
        return { ...contract.config, staked: "0", proposals: 0 };
      case "governance: list_stakers":
        return { stakers: whole(body, (contract.config["stakers"] ?? []) as Json[]) };
      case "governance: lifecycle":
        return ((contract.config["proposed"] ?? []) as Json[]).find(({ id }) => id === body["proposal_id"]);
      case "governance: protective": {
        const steps = ((contract.config["proposed"] ?? []) as Json[]).find(({ id }) => id === body["proposal_id"])?.["steps"];
        if (steps === undefined) {
          throw refused(`proposal ${String(body["proposal_id"])} is not an executed protective one`);
        }
        return { confirmed: false, steps };
      }
      case "governance: reverse_proposals":
        return { proposals: whole(body, (contract.config["proposed"] ?? []) as Json[]) };
      case "cw20-base: token_info": {
        const balances = contract.made["initial_balances"] as { amount: string }[];
        const made = balances.reduce((sum, { amount }) => sum + BigInt(amount), 0n).toString();
        return { total_supply: made, ...contract.config };
      }
      case "cw20-base: all_allowances": {
        const all = (contract.config["allowances"] ?? {}) as Record<string, Json[]>;
        return { allowances: whole(body, all[String(body["owner"])] ?? []) };
      }
      case "cw20-base: minter":
        return contract.config["mint"];
      case "insurance-fund: solvency":
        return { booked: given, bank: given, unaccounted: "0", level: given === "0" ? "watch" : "surplus", ...CLEAN, capital: given };
      case "insurance-fund: top_ups":
        return body["start_after"] === undefined ? contract.topUps : [];
      case "perp-market: market":
        return { config: item(body["market"], "market") };
    }
    switch (name) {
      case "config":
        return contract.config;
      case "ownership":
        return { owner: contract.owner, pending_owner: contract.pendingOwner, pending_expiry: null };
      case "pending_changes":
        return [];
      default:
        throw refused(`unknown variant ${name}`);
    }
  }
}
