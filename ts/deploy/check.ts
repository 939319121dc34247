/**
 * Verifies a suite that is there, without a key: what somebody does who is asked to trust it, to vote for it or to trade on it.
 * From the address of its governance all others follow, and every fact of a deployment is asked of the chain.
 */
import type { CosmWasmClient } from "@cosmjs/cosmwasm-stargate";
import type { SuiteAddresses, SuiteQueries } from "../src/contracts.js";
import { suiteQueries } from "../src/contracts.js";
import { formatUnits } from "../src/decimals.js";
import { decoded } from "../src/errors.js";
import { GovernanceQueryClient } from "../src/generated/Governance.client.js";
import type { ContractKind, Denom, StakerBalanceResponse } from "../src/generated/Governance.types.js";
import type { Code, ContractName } from "./codes.js";
import { readArtifact } from "./codes.js";
import type { Configuration, NewToken } from "./config.js";
import { ConfigurationError } from "./config.js";
import type { Deployment } from "./deploy.js";
import { PAGE, pages } from "./pages.js";
import { verify } from "./verify.js";

/** A suite as it was found, and what was verified of it. */
export type Verified = Omit<Deployment, "deployer" | "changes"> & {
  /** What no file says, for the reader to judge: what is held, who could decide, what happened before. */
  standing?: Record<string, string>;
};

/** A suite that is not wired yet. */
export class IncompleteError extends Error {
  override readonly name = "IncompleteError";
}

/** What to verify. */
export interface CheckOptions {
  /** What the suite should be. */
  configuration: Configuration;
  /** Only asks. */
  client: CosmWasmClient;
  /** Address of the suite's governance. */
  governance: string;
}

/**
 * Verifies a suite.
 *
 * @throws ConfigurationError where there is no governance at the address; IncompleteError for one that names no suite; ArtifactError.
 */
export async function check({ configuration, client, governance }: CheckOptions): Promise<Verified> {
  const addresses = await namedBy(client, governance);
  const queries = suiteQueries(client, addresses);
  const collateral = await token(configuration.collateral, async () => (await queries.insuranceFund.config()).collateral);
  const governanceToken = await token(configuration.governance.token, async () => (await queries.governance.config()).token);
  const code = async (name: ContractName, address: string): Promise<Code> => ({
    // One that is not there is told by its facts.
    id: await client.getContract(address).then(({ codeId }) => codeId, () => undefined),
    checksum: readArtifact(configuration.artifacts, name).checksum,
  });
  const codes = {
    governance: await code("governance", addresses.governance),
    "price-feed": await code("price-feed", addresses.priceFeed),
    "insurance-fund": await code("insurance-fund", addresses.insuranceFund),
    "perp-market": await code("perp-market", addresses.perpMarket),
  };
  const facts = await verify({ configuration, client }, { addresses, collateral, queries, governanceToken }, codes);
  const { chain, markets } = configuration;
  const standing = await asItStands(configuration, queries);
  return { chainId: chain.chain_id, codes, addresses, collateral, governanceToken, markets: markets.map(({ symbol }) => symbol), facts, standing };
}

/** A token that the deployment made has the address that the contract which holds it says; one that does not answer is told by its facts. */
async function token(wanted: Denom | { new_cw20: NewToken }, found: () => Promise<Denom>): Promise<Denom> {
  return "new_cw20" in wanted ? found().catch(() => ({ cw20: "unknown" })) : wanted;
}

/** What is at stake already. A suite that nobody has used holds nothing: whatever it holds came by prices and votes of before. */
async function asItStands(configuration: Configuration, { governance, insuranceFund, perpMarket }: SuiteQueries): Promise<Record<string, string>> {
  const units = (atoms: string) => formatUnits(BigInt(atoms), configuration.collateral_decimals);
  const all: Record<string, string> = {};
  const ask = async <T>(query: () => Promise<T>, read: (answer: T) => Record<string, string>) => {
    try {
      Object.assign(all, read(await decoded(query())));
    } catch (error) {
      all[`error ${Object.keys(all).length}`] = (error as Error).message;
    }
  };
  await ask(() => perpMarket.ledger(), ({ accounts }) => ({ "market: accounts hold": units(accounts) }));
  await ask(() => perpMarket.markets({ limit: PAGE }), (markets) =>
    Object.fromEntries(markets.map(({ config, open_interest_value }) => [`market: open interest of ${config.symbol}`, units(open_interest_value)])),
  );
  await ask(() => insuranceFund.solvency(), ({ capital, level, claims, claims_paid }) => ({
    "fund: capital": units(capital),
    "fund: level": level,
    "fund: claims so far": `${claims}, paid ${units(claims_paid)}`,
  }));
  await ask(() => governance.config(), ({ staked, proposals }) => ({
    "governance: staked, atoms": staked,
    "governance: proposals so far": proposals.toString(),
  }));
  const stakers = () => pages((after: StakerBalanceResponse | undefined) => governance.listStakers({ limit: PAGE, startAfter: after?.address }).then((page) => page.stakers));
  await ask(stakers, (found) => {
    const largest = found.reduce((most, { balance }) => (BigInt(balance) > most ? BigInt(balance) : most), 0n);
    return { [`governance: the largest of ${found.length} stakers, atoms`]: largest.toString() };
  });
  return all;
}

/** The suite that a governance names; where it names several of a kind, the first. That it names no others is a fact to verify. */
async function namedBy(client: CosmWasmClient, governance: string): Promise<SuiteAddresses> {
  const settings = await decoded(new GovernanceQueryClient(client, governance).settings({})).catch((cause: unknown) => {
    if (!/no such contract|not found|Error parsing|No contract found|unknown variant/i.test((cause as Error).message)) {
      throw cause;
    }
    throw new ConfigurationError(`expected a governance of Ballast at ${governance}, found none: ${(cause as Error).message}`);
  });
  const named = (kind: ContractKind): string => {
    const contract = settings.contracts.find((one) => one.kind === kind);
    if (contract === undefined) {
      throw new IncompleteError(`expected a governance that names its ${kind.replace("_", " ")}, found none in the settings of ${governance}`);
    }
    return contract.address;
  };
  return { governance, perpMarket: named("perp_market"), insuranceFund: named("insurance_fund"), priceFeed: named("price_feed") };
}
