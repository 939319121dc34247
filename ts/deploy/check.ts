/**
 * Verifies a suite that is there, without a key: what somebody does who is asked to trust it, to vote for it or to trade on it.
 * From the address of its governance all others follow, and every fact of a deployment is asked of the chain.
 */
import type { CosmWasmClient } from "@cosmjs/cosmwasm-stargate";
import type { SuiteAddresses } from "../src/contracts.js";
import { suiteQueries } from "../src/contracts.js";
import { decoded } from "../src/errors.js";
import { GovernanceQueryClient } from "../src/generated/Governance.client.js";
import type { ContractKind, Denom } from "../src/generated/Governance.types.js";
import type { Code, ContractName } from "./codes.js";
import { readArtifact } from "./codes.js";
import type { Configuration, NewToken } from "./config.js";
import { ConfigurationError } from "./config.js";
import type { Deployment } from "./deploy.js";
import { verify } from "./verify.js";

/** A suite as it was found, and what was verified of it. */
export type Verified = Omit<Deployment, "deployer" | "changes">;

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
 * @throws ConfigurationError where there is no governance at the address, or one that names no suite; ArtifactError.
 */
export async function check({ configuration, client, governance }: CheckOptions): Promise<Verified> {
  const addresses = await namedBy(client, governance);
  const queries = suiteQueries(client, addresses);
  const token = async (wanted: Denom | { new_cw20: NewToken }, found: () => Promise<{ token: Denom }>) =>
    // A token that the deployment made has the address that the contract which holds it says.
    "new_cw20" in wanted ? (await decoded(found())).token : wanted;
  const collateral = await token(configuration.collateral, async () => ({ token: (await queries.insuranceFund.config()).collateral }));
  const governanceToken = await token(configuration.governance.token, () => queries.governance.config());
  const code = async (name: ContractName, address: string): Promise<Code> => ({
    id: (await decoded(client.getContract(address))).codeId,
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
  return { chainId: chain.chain_id, codes, addresses, collateral, governanceToken, markets: markets.map(({ symbol }) => symbol), facts };
}

/** The suite that a governance names; where it names several of a kind, the first. That it names no others is a fact to verify. */
async function namedBy(client: CosmWasmClient, governance: string): Promise<SuiteAddresses> {
  const settings = await decoded(new GovernanceQueryClient(client, governance).settings({})).catch((cause: unknown) => {
    throw new ConfigurationError(`expected a governance of Ballast at ${governance}, found none: ${(cause as Error).message}`);
  });
  const named = (kind: ContractKind): string => {
    const contract = settings.contracts.find((one) => one.kind === kind);
    if (contract === undefined) {
      throw new ConfigurationError(`expected a governance that names its ${kind.replace("_", " ")}, found none in the settings of ${governance}`);
    }
    return contract.address;
  };
  return { governance, perpMarket: named("perp_market"), insuranceFund: named("insurance_fund"), priceFeed: named("price_feed") };
}
