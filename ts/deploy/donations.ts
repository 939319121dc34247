/** What the deployer gives to the fund. */
import type { SuiteQueries } from "../src/contracts.js";
import { pay } from "../src/contracts.js";
import { formatUnits } from "../src/decimals.js";
import type { TopUp, TopUpRecord } from "../src/generated/InsuranceFund.types.js";
import type { Configuration } from "./config.js";
import type { Context } from "./context.js";
import { act, remember, right, sendCalls } from "./context.js";
import { isThere } from "./instantiate.js";
import { PAGE, pages } from "./pages.js";
import type { Wired } from "./wiring.js";

/** One donation. */
export interface Gift {
  /** What it is for, for people. */
  what: string;
  /** Atoms. */
  amount: bigint;
  /** As the fund takes it. */
  topUp: TopUp;
}

/** What a file says that is given; nothing is no gift. */
export function gifts({ insurance_fund, markets }: Configuration, perpMarket: string): Gift[] {
  const all: Gift[] = [
    { what: "mutual reserve", amount: BigInt(insurance_fund?.mutual ?? 0), topUp: { kind: "donation" } },
    ...markets.map(({ symbol, reserve }, market) => ({
      what: `reserve of ${symbol}`,
      amount: BigInt(reserve ?? 0),
      topUp: { kind: "reserve", contract: perpMarket, market } satisfies TopUp,
    })),
  ];
  return all.filter(({ amount }) => amount > 0n);
}

/**
 * Pays the deployer's donations into the fund, each once: told by what this deployment remembers, or else by the fund's own record
 * of top-ups, whoever gave. Where the figure in the file became another since, that is told and nothing is paid.
 */
export async function seed(context: Context, contracts: Wired): Promise<void> {
  const { configuration } = context;
  const { addresses } = contracts;
  const records = (await isThere(context, addresses.insuranceFund)) ? await topUps(contracts.queries.insuranceFund) : [];
  for (const { what, amount, topUp } of gifts(configuration, addresses.perpMarket)) {
    const units = (atoms: bigint) => `${formatUnits(atoms, configuration.collateral_decimals)} units`;
    const remembered = context.state.given?.[what];
    // Anybody may have given, also a single atom: where nothing is remembered, what is missing is given.
    const given = remembered !== undefined ? BigInt(remembered) : sumOf(records, topUp, amount);
    if (remembered !== undefined || given >= amount) {
      const more = given === amount ? "" : `; the file says ${units(amount)}: anybody gives more with top_up`;
      right(context, what, `${units(given)} given${more}`);
      continue;
    }
    const missing = amount - given;
    const msg = { top_up: topUp };
    const call = pay(contracts.collateral, addresses.insuranceFund, missing, { native: msg, cw20: msg });
    await act(context, `give ${units(missing)} to the ${what}`, () => sendCalls(context, [call]));
    remember(context, (state) => {
      state.given = { ...state.given, [what]: amount.toString() };
    });
  }
}

/** So many top-ups the fund keeps: where there are as many, the first ones may be gone. */
const KEPT_TOP_UPS = 1000;

/** What was given like this, by whomever; `unknown` where the record does not go back to the first. */
export function sumOf(records: readonly TopUpRecord[], { kind, market }: Gift["topUp"], unknown: bigint): bigint {
  if (records.length >= KEPT_TOP_UPS) {
    return unknown;
  }
  const own = records.filter((record) => record.kind === kind && (record.market ?? null) === (market ?? null));
  return own.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
}

/** The fund's record of top-ups, the newest first. */
export async function topUps(fund: SuiteQueries["insuranceFund"]): Promise<TopUpRecord[]> {
  return pages((after: TopUpRecord | undefined) => fund.topUps({ limit: PAGE, startAfter: after?.id }));
}
