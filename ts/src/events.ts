/**
 * Events of the suite's contracts as typed records. Names and attributes are those of `packages/types/src/events.rs`,
 * which a test compares with this list. On chain a contract's own events carry the prefix `wasm-`.
 */

/** How the text of an attribute is read. `?` marks what only some events of that name carry. */
type Kind = "integer" | "number" | "text" | "flag" | "integer?" | "number?" | "text?" | "flag?";

/** Amounts, identifiers of 64 bits and times become `bigint`, small numbers `number`, prices stay text. */
type Value<K extends Kind> = K extends `integer${string}`
  ? bigint
  : K extends `number${string}`
    ? number
    : K extends `flag${string}`
      ? boolean
      : string;

const account = { account: "integer", owner: "text", subaccount: "number" } as const;
const order = { market: "number", side: "text", ticks: "integer", sequence: "integer" } as const;
const trigger = {
  market: "number",
  condition: "text",
  trigger_price: "text",
  sequence: "integer",
  account: "integer",
  client_order_id: "integer?",
} as const;
const proposal = { proposal_id: "integer" } as const;
const step = { proposal_id: "integer", step: "number", contract: "text", market: "number" } as const;
const stakeChange = { staker: "text", amount: "integer", power: "integer", total: "integer" } as const;
const change = { id: "integer", kind: "text", status: "text", ready_at: "integer" } as const;

/** Every event of every contract, with its attributes. */
export const EVENTS = {
  // perp-market
  ballast_deposit: { ...account, amount: "integer" },
  ballast_withdraw: { ...account, amount: "integer" },
  ballast_withdrawal_queued: { ...account, id: "integer", amount: "integer" },
  ballast_withdrawal_paid: { ...account, id: "integer", amount: "integer", left: "integer" },
  ballast_withdrawal_failed: { id: "integer", account: "integer", amount: "integer", returned: "flag" },
  ballast_withdrawal_cancelled: { id: "integer", account: "integer", amount: "integer" },
  ballast_transfer: { from: "integer", to: "integer", owner: "text", amount: "integer" },
  ballast_order_placed: {
    ...order,
    account: "integer",
    size: "integer",
    reduce_only: "flag",
    expires_at: "integer?",
    client_order_id: "integer?",
  },
  ballast_order_removed: {
    ...order,
    account: "integer",
    size: "integer",
    reason: "text",
    client_order_id: "integer?",
    remover: "integer?",
    fee: "integer?",
  },
  ballast_trigger_order_placed: {
    ...trigger,
    side: "text",
    size: "integer",
    reduce_only: "flag",
    expires_at: "integer?",
  },
  ballast_trigger_order_executed: {
    ...trigger,
    price: "text",
    filled: "integer",
    remaining: "integer",
    status: "text",
    keeper: "integer?",
    fee: "integer?",
  },
  ballast_trigger_order_removed: {
    ...trigger,
    remaining: "integer",
    reason: "text",
    keeper: "integer?",
    fee: "integer?",
  },
  ballast_delegate: { ...account, delegate: "text", expires_at: "integer" },
  ballast_trade: {
    ...order,
    size: "integer",
    value: "integer",
    maker: "integer",
    taker: "integer",
    maker_fee: "integer",
    taker_fee: "integer",
  },
  ballast_funding_settled: { account: "integer", market: "number", payment: "integer" },
  ballast_funding_rate: { market: "number", rate: "integer", intervals: "integer", price: "text" },
  ballast_premium: { market: "number", amount: "integer" },
  ballast_liquidation: {
    ...account,
    market: "number",
    status: "text",
    bankrupt: "flag",
    equity: "integer",
    maintenance_margin: "integer",
    closed_in_book: "integer",
    deleveraged: "integer",
    settled: "integer",
    fee: "integer",
    keeper_fee: "integer",
    bounty: "integer",
    asked: "integer",
    paid: "integer",
    avoided: "integer",
    counterparty_loss: "integer",
    carried: "integer",
    deficit: "integer",
    leftover: "integer",
    claim_id: "integer",
    price: "text",
  },
  ballast_claim: { account: "integer", market: "number", claim_id: "integer", amount: "integer" },
  ballast_claim_failed: {
    account: "integer",
    market: "number",
    claim_id: "integer",
    amount: "integer",
    first_failed_at: "integer",
    error: "text",
  },
  ballast_deleveraged: {
    account: "integer",
    market: "number",
    counterparty: "integer",
    size: "integer",
    value: "integer",
    loss: "integer",
    entry_price: "text",
  },
  ballast_deleverage_skipped: { account: "integer", market: "number", counterparty: "integer", entry_price: "text" },
  ballast_deficit: { market: "number", account: "integer", amount: "integer", total: "integer" },
  ballast_deficit_repaid: { market: "number", amount: "integer", total: "integer" },
  ballast_flush: { market: "number", amount: "integer", result: "text" },
  ballast_risk: {
    market: "number",
    revision: "integer",
    level: "text",
    reduce_only: "flag",
    fee_share_ppm: "number",
    premium_rate_ppm: "number",
    open_interest_cap: "integer",
  },
  ballast_freeze: { until: "integer" },
  ballast_market: { market: "number", symbol: "text" },
  ballast_settling: { market: "number", price: "text", since: "integer" },
  ballast_settled: { market: "number", account: "integer", size: "integer", value: "integer" },
  ballast_delisted: { market: "number", symbol: "text", retired_fees: "integer" },
  ballast_change: change,
  ballast_price: { market: "number", price: "text", confidence: "text", published_at: "integer" },
  ballast_sync: { amount: "integer" },

  // insurance-fund
  ballast_fund_top_up: {
    contract: "text",
    market: "number?",
    kind: "text",
    amount: "integer",
    to_debt: "integer",
    to_other_debt: "integer",
    to_reserve: "integer",
    to_mutual: "integer",
    to_rewards: "integer",
    to_surplus: "integer",
  },
  ballast_fund_claim: {
    contract: "text",
    market: "number",
    account: "text",
    claim_id: "integer",
    amount: "integer",
    paid: "integer",
    uncovered: "integer",
    replay: "flag",
    from_reserve: "integer",
    reserve_bound: "text",
    from_mutual: "integer",
    mutual_bound: "text",
    from_stake: "integer",
    stake_bound: "text",
    from_emergency: "integer",
    emergency_bound: "text",
  },
  ballast_fund_level: { from: "text", to: "text", coverage_ppm: "integer" },
  ballast_fund_drawdown: { contract: "text", market: "number", open: "flag", net_loss: "integer" },
  ballast_fund_poke: { contract: "text", revision: "integer", result: "text" },
  ballast_fund_sync: { amount: "integer" },
  ballast_fund_stake: { staker: "text", amount: "integer", shares: "integer" },
  ballast_fund_exit_requested: {
    staker: "text",
    shares: "integer",
    value: "integer",
    ready_at: "integer",
    ends_at: "integer",
  },
  ballast_fund_exit_completed: { staker: "text", amount: "integer", asked: "integer" },
  ballast_fund_exit_cancelled: {
    staker: "text",
    reason: "text",
    value: "integer",
    shares: "integer",
    shares_lost: "integer",
  },
  ballast_fund_drip: { amount: "integer" },
  ballast_fund_slash: { amount: "integer", from_active: "integer", from_queued: "integer" },
  ballast_fund_unowned: { from_staked: "integer", from_rewards: "integer" },
  ballast_fund_rebase: { exponent: "number" },
  ballast_fund_emergency: { action: "text", treasury: "text", amount: "integer" },
  ballast_fund_treasury: { treasury: "text" },
  ballast_fund_change: change,
  ballast_fund_surplus_recipient: { recipient: "text" },
  ballast_fund_surplus_paid: { recipient: "text", amount: "integer" },
  ballast_fund_claimant: {
    contract: "text",
    market: "number",
    risk_weight_ppm: "number",
    open_interest_cap: "integer",
    reserve_target: "integer",
    isolated: "flag",
  },

  // price-feed
  ballast_price_pushed: {
    id: "text",
    feeder: "text",
    price: "integer",
    conf: "integer",
    publish_time: "integer",
  },
  ballast_feed: { id: "text", symbol: "text", quorum: "number", feeders: "text" },
  ballast_feed_removed: { id: "text" },
  ballast_adverse_delay: { adverse_delay_secs: "integer" },
  ballast_feed_change: change,

  // governance
  ballast_governance_staked: stakeChange,
  ballast_governance_unstaked: { ...stakeChange, claimable_at: "integer" },
  ballast_governance_claimed: { staker: "text", amount: "integer" },
  ballast_governance_proposed: {
    ...proposal,
    proposer: "text",
    speed: "text",
    start_height: "integer",
    total_power: "integer",
    voting_ends_at: "integer",
    content_hash: "text",
    settings_revision: "number",
    deposit: "text",
  },
  ballast_governance_voted: {
    ...proposal,
    voter: "text",
    vote: "text",
    power: "integer",
    yes: "integer",
    no: "integer",
    abstain: "integer",
    veto: "integer",
    replaces: "text",
  },
  ballast_governance_decided: { ...proposal, outcome: "text", at: "integer" },
  ballast_governance_execution: { ...proposal, result: "text", failures: "number", failure: "text" },
  ballast_governance_closed: { ...proposal, status: "text" },
  ballast_governance_deposit: {
    ...proposal,
    amount: "integer",
    token: "text",
    recipient: "text",
    result: "text",
  },
  ballast_governance_settings: { revision: "number" },
  ballast_governance_guardian: { guardian: "text" },
  ballast_governance_cancelled: { ...proposal, guardian: "text", content_hash: "text" },
  ballast_governance_freeze: { guardian: "text", until: "integer", next_freeze_at: "integer", markets: "number" },
  ballast_governance_freeze_failed: { market: "text" },
  ballast_governance_protected: { ...step, changes: "text", expires_at: "integer" },
  ballast_governance_confirmed: proposal,
  ballast_governance_reverted: { ...step, fields: "text" },
  ballast_governance_bootstrap: { by: "text", messages: "number" },
} as const satisfies Record<string, Record<string, Kind>>;

/** Name of an event, without the prefix. */
export type EventName = keyof typeof EVENTS;

type Attributes<N extends EventName> = (typeof EVENTS)[N];
type Optional<A> = { [K in keyof A]: A[K] extends `${string}?` ? K : never }[keyof A];

/** The attributes of an event, read. */
export type EventData<N extends EventName> = {
  readonly [K in Exclude<keyof Attributes<N>, Optional<Attributes<N>>>]: Value<Attributes<N>[K] & Kind>;
} & {
  readonly [K in Optional<Attributes<N>>]?: Value<Attributes<N>[K] & Kind>;
};

/** One event, of one of the contracts. */
export type BallastEvent<N extends EventName = EventName> = {
  [K in N]: {
    /** Its name, without the prefix. */
    readonly name: K;
    /** Which contract says so. Whoever reads the events of a transaction must look: anybody can deploy a contract that writes the same. */
    readonly contract: string;
    readonly data: EventData<K>;
  };
}[N];

/** An event as CosmJS hands it out. */
export interface ChainEvent {
  readonly type: string;
  readonly attributes: readonly { readonly key: string; readonly value: string }[];
}

/** An event of one of our names whose attributes are not what they should be. */
export class EventError extends Error {
  override readonly name = "EventError";

  constructor(
    readonly event: string,
    readonly attribute: string,
    readonly expected: string,
    readonly found: string | undefined,
  ) {
    super(`${event}: expected ${attribute} to be ${expected}, found ${found === undefined ? "none" : `"${found}"`}`);
  }
}

function read(event: string, attribute: string, kind: Kind, text: string): bigint | number | boolean | string {
  const wrong = (expected: string) => new EventError(event, attribute, expected, text);
  switch (kind) {
    case "integer":
    case "integer?":
      if (!/^-?\d+$/.test(text)) {
        throw wrong("an integer");
      }
      return BigInt(text);
    case "number":
    case "number?": {
      const number = Number(text);
      if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(number)) {
        throw wrong("a small integer");
      }
      return number;
    }
    case "flag":
    case "flag?":
      if (text !== "true" && text !== "false") {
        throw wrong("true or false");
      }
      return text === "true";
    case "text":
    case "text?":
      return text;
  }
}

function isOurs(name: string): name is EventName {
  return Object.hasOwn(EVENTS, name);
}

/**
 * Reads one event; undefined where it is none of ours.
 *
 * @throws EventError where an attribute is missing or cannot be read.
 */
export function parseEvent(event: ChainEvent): BallastEvent | undefined {
  const name = event.type.replace(/^wasm-/, "");
  if (event.type === name || !isOurs(name)) {
    return undefined;
  }
  const found = new Map(event.attributes.map(({ key, value }) => [key, value]));
  const data: Record<string, unknown> = {};
  for (const [key, kind] of Object.entries(EVENTS[name]) as [string, Kind][]) {
    const text = found.get(key);
    if (text !== undefined) {
      data[key] = read(name, key, kind, text);
    } else if (!kind.endsWith("?")) {
      throw new EventError(name, key, "there", undefined);
    }
  }
  return { name, contract: found.get("_contract_address") ?? "", data } as BallastEvent;
}

/**
 * All of our events of a transaction, in order; of some contracts only, where they are named.
 *
 * @throws EventError as `parseEvent`.
 */
export function parseEvents(events: readonly ChainEvent[], contracts?: readonly string[]): BallastEvent[] {
  return events
    .map(parseEvent)
    .filter((event) => event !== undefined)
    .filter((event) => contracts === undefined || contracts.includes(event.contract));
}

/** The events of one name. */
export function eventsOf<N extends EventName>(events: readonly BallastEvent[], name: N): BallastEvent<N>[] {
  return events.filter((event) => event.name === name) as unknown as BallastEvent<N>[];
}
