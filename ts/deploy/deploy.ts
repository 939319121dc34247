/**
 * Deploys the suite, or goes on where a former run stopped. Everything is looked up before it is done, so a run that finds
 * all as it should be changes nothing and says so.
 */
import type { Signer } from "../src/connect.js";
import { connectSigner } from "../src/connect.js";
import type { SuiteAddresses } from "../src/contracts.js";
import { GovernanceQueryClient } from "../src/generated/Governance.client.js";
import type { Denom, Settings } from "../src/generated/Governance.types.js";
import type { FundParameters } from "../src/generated/InsuranceFund.types.js";
import type { ExchangeParameters } from "../src/generated/PerpMarket.types.js";
import type { Code, ContractName } from "./codes.js";
import { CONTRACTS, storeCode } from "./codes.js";
import type { Configuration, NewToken } from "./config.js";
import { address, ConfigurationError } from "./config.js";
import type { Context, Step } from "./context.js";
import { defaults } from "./defaults.js";
import { addressOf, exists, instantiate } from "./instantiate.js";
import { deployerWallet, KeyError, signersOfTestAccounts } from "./keys.js";
import { seed } from "./donations.js";
import type { StateStore } from "./state.js";
import type { Fact } from "./facts.js";
import { verify } from "./verify.js";
import type { Wired } from "./wiring.js";
import { bootstrap, offerPriceFeed, setFeeds, wired } from "./wiring.js";

/** What to deploy, and as whom. */
export interface DeployOptions {
  configuration: Configuration;
  store: StateStore;
  /** The account that deploys; by default the one of the environment, see `keys.ts`. */
  signer?: Signer;
  /** Only tells what would be done. */
  dryRun?: boolean;
  /** Hears of every step. */
  tell?: (step: Step) => void;
}

/** A deployed suite. */
export interface Deployment {
  chainId: string;
  deployer: string;
  codes: Record<ContractName, Code>;
  addresses: SuiteAddresses;
  collateral: Denom;
  governanceToken: Denom;
  /** Symbols of the markets; their numbers are their places. */
  markets: string[];
  /** How much was changed by this run; 0 where everything was right. */
  changes: number;
  /** Everything that was verified. Empty in a dry run. */
  facts: Fact[];
}

/**
 * Deploys.
 *
 * @throws WaitingError where feeders must push prices first, ConfigurationError, KeyError, ArtifactError, BallastError.
 */
export async function deploy(options: DeployOptions): Promise<Deployment> {
  const { configuration, store } = options;
  const signer = options.signer ?? (await deployerSigner(configuration));
  if (options.dryRun && options.signer === undefined && (await signer.client.getAccount(signer.address)) === null) {
    throw new KeyError(`${signer.address} does not exist on ${configuration.chain.chain_id}: somebody must send it coins first`);
  }
  const state = store.load(configuration.chain.chain_id);
  if (state.salt !== undefined && state.salt !== configuration.salt) {
    throw new ConfigurationError(
      `${configuration.name}: expected the salt "${state.salt}" of the suite that is remembered, found "${configuration.salt}": another suite needs another state (--state FILE)`,
    );
  }
  state.salt = configuration.salt;
  let changes = 0;
  const context: Context = {
    configuration,
    signer,
    signerFor: signersOfTestAccounts(configuration),
    store,
    state,
    dryRun: options.dryRun ?? false,
    tell: (step) => {
      changes += step.status === "done" || step.status === "would" ? 1 : 0;
      options.tell?.(step);
    },
  };
  const codes: Record<ContractName, Code> = {
    governance: await storeCode(context, "governance"),
    "price-feed": await storeCode(context, "price-feed"),
    "insurance-fund": await storeCode(context, "insurance-fund"),
    "perp-market": await storeCode(context, "perp-market"),
  };
  await refuseMixture(context, codes);
  const { contracts, governanceToken } = await instantiateAll(context, codes);
  await setFeeds(context, contracts);
  await offerPriceFeed(context, contracts);
  await bootstrap(context, contracts);
  await seed(context, contracts);
  const facts = context.dryRun ? [] : await verify({ configuration, client: signer.client }, { ...contracts, governanceToken }, codes);
  return {
    chainId: configuration.chain.chain_id,
    deployer: signer.address,
    codes,
    addresses: contracts.addresses,
    collateral: contracts.collateral,
    governanceToken,
    markets: configuration.markets.map(({ symbol }) => symbol),
    changes,
    facts,
  };
}

async function deployerSigner(configuration: Configuration): Promise<Signer> {
  const { chain } = configuration;
  const wallet = await deployerWallet(chain);
  return connectSigner({ rpc: chain.rpc, chainId: chain.chain_id }, wallet, chain.gas_price);
}

/**
 * A suite is made of one build. Where artifacts became others before its bootstrap, what is there already would be wired with what
 * they make. Afterwards nothing is wired any more, and contracts may have been migrated.
 *
 * @throws ConfigurationError
 */
async function refuseMixture(context: Context, codes: Record<ContractName, Code>): Promise<void> {
  const { client } = context.signer;
  const { contracts } = context.state;
  const there = async (name: string) => (contracts[name] !== undefined && (await exists(context, contracts[name])) ? contracts[name] : undefined);
  const governance = await there("governance");
  if (governance !== undefined && !(await new GovernanceQueryClient(client, governance).config()).bootstrap) {
    return;
  }
  for (const name of CONTRACTS) {
    const address = await there(name);
    const checksum = address === undefined ? undefined : (await client.getCodeDetails((await client.getContract(address)).codeId)).checksum.toLowerCase();
    if (checksum !== undefined && checksum !== codes[name].checksum) {
      throw new ConfigurationError(
        `${name} was made of other artifacts: expected ${codes[name].checksum}, found ${checksum} at ${address}: go on with those, or begin another suite (another salt, --state FILE)`,
      );
    }
  }
}

/** Governance first, then what it owns: its address is known before it exists. */
async function instantiateAll(
  context: Context,
  codes: Record<ContractName, Code>,
): Promise<{ contracts: Wired; governanceToken: Denom }> {
  const { configuration, signer } = context;
  const governance = await addressOf(context, "governance", codes.governance);
  const collateral = await token(context, "collateral", configuration.collateral, configuration.collateral_decimals);
  const governanceToken = await token(context, "governance token", configuration.governance.token, 6);
  const { settings, guardian } = configuration.governance;
  await instantiate(context, {
    name: "governance",
    code: codes.governance,
    msg: {
      token: governanceToken,
      settings: { ...defaults<Settings>("governance", "settings"), ...settings, contracts: [] },
      guardian: guardian === undefined ? null : address(configuration, guardian),
    },
    label: "ballast governance",
    admin: governance,
  });
  const priceFeed = await instantiate(context, {
    name: "price-feed",
    code: codes["price-feed"],
    msg: {
      owner: signer.address,
      adverse_delay_secs: configuration.price_feed?.adverse_delay_secs ?? null,
    },
    label: "ballast price feed",
    admin: governance,
  });
  const insuranceFund = await instantiate(context, {
    name: "insurance-fund",
    code: codes["insurance-fund"],
    msg: {
      owner: governance,
      collateral,
      parameters: {
        ...defaults<FundParameters>("insurance-fund", "parameters"),
        ...configuration.insurance_fund?.parameters,
      },
      share_token: configuration.insurance_fund?.share_token ?? null,
    },
    label: "ballast insurance fund",
    admin: governance,
  });
  const perpMarket = await instantiate(context, {
    name: "perp-market",
    code: codes["perp-market"],
    msg: {
      owner: governance,
      collateral,
      collateral_decimals: configuration.collateral_decimals,
      insurance_fund: insuranceFund,
      parameters: {
        ...defaults<ExchangeParameters>("perp-market", "exchange"),
        ...configuration.perp_market?.parameters,
      },
    },
    label: "ballast market",
    admin: governance,
  });
  const addresses = { governance, priceFeed, insuranceFund, perpMarket };
  return { contracts: wired(context, addresses, collateral), governanceToken };
}

/** The token that a configuration names; one that is to be made is made. */
async function token(
  context: Context,
  name: string,
  wanted: Denom | { new_cw20: NewToken },
  decimals: number,
): Promise<Denom> {
  if (!("new_cw20" in wanted)) {
    return wanted;
  }
  const { configuration } = context;
  const { symbol, balances, minter } = wanted.new_cw20;
  const code = await storeCode(context, "cw20-base", name);
  const cw20 = await instantiate(context, {
    name,
    code,
    msg: {
      name: wanted.new_cw20.name,
      symbol,
      decimals,
      initial_balances: Object.entries(balances).map(([holder, amount]) => ({
        address: address(configuration, holder),
        amount,
      })),
      mint: minter === undefined ? null : { minter: address(configuration, minter), cap: null },
      marketing: null,
    },
    label: `ballast ${name}`,
    admin: undefined,
  });
  return { cw20 };
}
