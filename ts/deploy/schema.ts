/**
 * What may stand in a configuration file: every field by its name and type, so that a field with a typing mistake is refused
 * before anything is sent, and not left out of what is deployed.
 */
import { z } from "zod";
import { defaults } from "./defaults.js";

/** An object with these fields and no other. */
function object<T extends z.ZodRawShape>(shape: T) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `unknown field "${issue.keys.join('", "')}", expected ${Object.keys(shape).join(", ")}`
        : undefined,
  });
}

const text = z.string().min(1);
/** A number of atoms. */
const atoms = z.string().regex(/^\d+$/, "expected a whole number of atoms, as text");
const decimal = z.string().regex(/^\d+(\.\d+)?$/, "expected a decimal number, as text");
const count = z.int().min(0);
const share = z.int().min(0).max(4_294_967_295);

/** Parameters of a contract: what is left out has its default, what is named has the default's type. */
function parameters(contract: Parameters<typeof defaults>[0], kind: string, without: string[] = []) {
  const fields = Object.entries(defaults<Record<string, unknown>>(contract, kind)).filter(([name]) => !without.includes(name));
  return object(Object.fromEntries(fields.map(([name, value]) => [name, like(value).optional()])));
}

/** A value of the same type as another. */
function like(value: unknown): z.ZodType {
  switch (typeof value) {
    case "number":
      return z.int();
    case "boolean":
      return z.boolean();
    case "string":
      return /^\d+$/.test(value) ? atoms : /^\d+\.\d+$/.test(value) ? decimal : text;
    default:
      break;
  }
  if (value === null || Array.isArray(value)) {
    // What it may be instead is checked by the contract.
    return z.any();
  }
  return object(Object.fromEntries(Object.entries(value as object).map(([name, inner]) => [name, like(inner)])));
}

const denom = z.union(
  [
    object({ native: text }),
    object({ cw20: text }),
    object({ new_cw20: object({ name: text, symbol: text, balances: z.record(z.string(), atoms), minter: text.optional() }) }),
  ],
  { error: 'expected {"native": "DENOM"}, {"cw20": "ADDRESS"} or {"new_cw20": {name, symbol, balances, minter}}' },
);

const feed = object({
  id: text,
  symbol: text,
  expo: z.int(),
  quorum: z.int().min(1),
  max_age_secs: z.int().min(1),
  feeders: z.array(text).min(1),
  initial_price: decimal.optional(),
});

const standing = object({ risk_weight_ppm: share, open_interest_cap: atoms, reserve_target: atoms, isolated: z.boolean() });

const chain = z.union(
  [
    object({ local: text, deployer: text }),
    object({
      rpc: z.string().regex(/^(https?|wss?):\/\/[^\s/]/, "expected http://, https://, ws:// or wss:// and a host"),
      chain_id: text,
      address_prefix: text,
      gas_price: z.string().regex(/^\d+(\.\d+)?[a-zA-Z][a-zA-Z0-9/:._-]*$/),
    }),
  ],
  { error: 'expected {rpc (as in "https://HOST:PORT"), chain_id, address_prefix, gas_price (as in "0.025uDENOM")}, or {local, deployer}' },
);

/** A configuration file. Read when it is needed: it asks for the contracts' defaults. */
export function configurationSchema() {
  const market = object({
    symbol: text,
    base_decimals: count,
    tick_size: decimal,
    lot_size: atoms,
    isolated: z.boolean().optional(),
    pyth: object({ contract: text, feed_id: text }).optional(),
    feed: feed.optional(),
    max_confidence_ppm: share,
    min_price: decimal,
    max_price: decimal,
    parameters: parameters("perp-market", "market").optional(),
    standing,
    reserve: atoms.optional(),
  });
  return object({
    chain,
    // It is part of every contract's address.
    salt: text.refine((salt) => Buffer.byteLength(salt) <= 47, "expected at most 47 bytes").optional(),
    artifacts: text.optional(),
    collateral: denom,
    collateral_decimals: z.int().min(0).max(18),
    governance: object({
      token: denom,
      guardian: text.optional(),
      settings: parameters("governance", "settings", ["contracts"]).optional(),
    }),
    price_feed: object({ adverse_delay_secs: count.optional() }).optional(),
    insurance_fund: object({
      parameters: parameters("insurance-fund", "parameters").optional(),
      share_token: object({ name: text, symbol: text, decimals: count }).optional(),
      mutual: atoms.optional(),
    }).optional(),
    perp_market: object({ parameters: parameters("perp-market", "exchange").optional() }).optional(),
    markets: z.array(market),
  });
}

/** The first thing that is wrong, in a line: where, what was expected, and what was found where that says more. */
export function firstProblem(value: unknown): string | undefined {
  const checked = configurationSchema().safeParse(value);
  const issue = checked.error?.issues[0];
  if (issue === undefined) {
    return undefined;
  }
  const where = issue.path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("").replace(/^\./, "");
  const found = issue.path.reduce<unknown>((inner, part) => (inner as Record<PropertyKey, unknown> | undefined)?.[part], value);
  const shown = issue.code === "unrecognized_keys" ? "" : `, found ${JSON.stringify(found) ?? "nothing"}`;
  return `${where === "" ? "" : `${where}: `}${issue.message}${shown}`;
}
