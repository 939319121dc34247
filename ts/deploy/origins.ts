/** Where a suite comes from: its code, now and before, who it was made for, and the tokens that were made with it. */
import { toUtf8 } from "@cosmjs/encoding";
import type { Denom } from "../src/generated/Governance.types.js";
import type { Code, ContractName } from "./codes.js";
import { CONTRACTS, readArtifact } from "./codes.js";
import type { NewToken } from "./config.js";
import { address } from "./config.js";
import type { Facts } from "./facts.js";
import { pages } from "./pages.js";
import type { Subject, Suite } from "./verify.js";

const ADDRESS_KEYS: Record<ContractName, keyof Suite["addresses"]> = {
  governance: "governance",
  "price-feed": "priceFeed",
  "insurance-fund": "insuranceFund",
  "perp-market": "perpMarket",
};

/** Somebody who may take a holder's coins, as a cw20 lists them. */
interface Allowance {
  spender: string;
  allowance: string;
}

/** What governance could have been made to allow in its bootstrap: its coins are stakes and deposits. */
async function verifyAllowances(facts: Facts, { client }: Subject, name: string, token: Denom, owner: string): Promise<void> {
  if (!("cw20" in token)) {
    return;
  }
  const page = async (after: Allowance | undefined) => {
    const query = { all_allowances: { owner, limit: 30, start_after: after?.spender } };
    return ((await client.queryContractSmart(token.cw20, query)) as { allowances: Allowance[] }).allowances;
  };
  await facts.ask(`${name}: who may take governance's`, [], () => pages(page), (found) => found.map(({ spender, allowance }) => `${spender}: ${allowance}`));
}

/** Facts about the code of the four contracts and what they were made with, and about tokens of the deployment's own. */
export async function verifyOrigins(facts: Facts, subject: Subject, suite: Suite, codes: Record<ContractName, Code>): Promise<void> {
  const { addresses, collateral, governanceToken } = suite;
  for (const name of CONTRACTS) {
    const contract = addresses[ADDRESS_KEYS[name]];
    await verifyCode(facts, subject, { name, contract, checksum: codes[name].checksum, admin: addresses.governance });
    // Where cw2 keeps what a contract is.
    await facts.ask(
      `${name}: contract`,
      `crates.io:ballast-${name}`,
      () => subject.client.queryContractRaw(contract, toUtf8("contract_info")),
      (raw) => (raw === null ? null : (JSON.parse(new TextDecoder().decode(raw)) as { contract: string }).contract),
    );
  }
  // An owner who came before governance could have prepared anything. The price feed is the deployer's until its feeds are set.
  const { insuranceFund, perpMarket } = addresses;
  const { governance } = addresses;
  await facts.ask("insurance-fund: made for", { owner: governance, collateral }, () => madeWith(subject, insuranceFund), ({ owner, collateral: made }) => ({
    owner,
    collateral: made,
  }));
  const expected = { owner: governance, collateral, insurance_fund: insuranceFund };
  await facts.ask("perp-market: made for", expected, () => madeWith(subject, perpMarket), ({ owner, collateral: made, insurance_fund }) => ({
    owner,
    collateral: made,
    insurance_fund,
  }));
  const { configuration } = subject;
  await verifyToken(facts, subject, "collateral", configuration.collateral, collateral, configuration.collateral_decimals);
  await verifyToken(facts, subject, "governance token", configuration.governance.token, governanceToken, 6);
  await verifyAllowances(facts, subject, "collateral", collateral, governance);
  await verifyAllowances(facts, subject, "governance token", governanceToken, governance);
}

async function verifyCode(
  facts: Facts,
  { client }: Subject,
  { name, contract, checksum, admin }: { name: string; contract: string; checksum: string; admin: string | null },
): Promise<void> {
  const info = () => client.getContract(contract);
  await facts.ask(`${name}: wasm admin`, admin, info, (found) => found.admin);
  const hash = async (code: number) => (await client.getCodeDetails(code)).checksum.toLowerCase();
  await facts.ask(`${name}: code hash`, checksum, async () => hash((await info()).codeId), (found) => found);
  // Code that was there before could have written anything, whatever the code is now.
  const history = async () => Promise.all((await client.getContractCodeHistory(contract)).map(({ codeId }) => hash(codeId)));
  await facts.ask(`${name}: code hashes so far`, [checksum], history, (found) => found);
}

/** The message that a contract was made with. */
async function madeWith({ client }: Subject, contract: string): Promise<Record<string, unknown>> {
  const [first] = await client.getContractCodeHistory(contract);
  return (first?.msg ?? {}) as Record<string, unknown>;
}

/** A token that the file has made: whoever could mint it, or migrate it, could take what it buys. */
async function verifyToken(
  facts: Facts,
  subject: Subject,
  name: string,
  wanted: Denom | { new_cw20: NewToken },
  found: Denom,
  decimals: number,
): Promise<void> {
  if (!("new_cw20" in wanted)) {
    return;
  }
  if (!("cw20" in found)) {
    facts.add(`${name}: kind`, "a cw20 of its own", found);
    return;
  }
  const { client, configuration } = subject;
  const contract = found.cw20;
  const { checksum } = readArtifact(configuration.artifacts, "cw20-base");
  await verifyCode(facts, subject, { name, contract, checksum, admin: null });
  const { symbol, minter, balances } = wanted.new_cw20;
  const info = async () => (await client.queryContractSmart(contract, { token_info: {} })) as Record<string, unknown>;
  await facts.ask(`${name}: what it is`, { name: wanted.new_cw20.name, symbol, decimals }, info, (told) => ({
    name: told["name"],
    symbol: told["symbol"],
    decimals: told["decimals"],
  }));
  const right = minter === undefined ? null : { minter: address(configuration, minter), cap: null };
  await facts.ask(`${name}: first minter`, right, () => madeWith(subject, contract), (message) => message["mint"]);
  if (right === null) {
    const made = Object.values(balances).reduce((sum, amount) => sum + BigInt(amount), 0n).toString();
    await facts.ask(`${name}: supply`, made, info, (told) => told["total_supply"]);
  }
  const may = async () => (await client.queryContractSmart(contract, { minter: {} })) as { minter: string } | null;
  await facts.ask(`${name}: minter`, right?.minter, may, (told) => told?.minter);
  const holders = Object.entries(balances).map(([holder, amount]) => ({ address: address(configuration, holder), amount }));
  await facts.ask(`${name}: first holders`, holders, () => madeWith(subject, contract), (message) => message["initial_balances"]);
}
