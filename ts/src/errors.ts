/**
 * What a chain says when a message fails. A contract's own error reaches the client as text in the log of the transaction,
 * or in the error of a query or simulation; the error of a contract that was called by another is hidden by the chain
 * (all that is left is a codespace and a code).
 */

/** What kind of failure it was. */
export type FailureKind =
  /** A contract refused; `contractError` is what it said. */
  | "contract"
  /** A contract that was called by another refused, and the chain hides what it said. */
  | "hidden"
  /** Not enough gas was given. */
  | "out_of_gas"
  /** The sender cannot pay the coins attached, or the fee. */
  | "insufficient_funds"
  /** Another transaction of the sender came first: ask for the sequence and send again. */
  | "sequence"
  /** Nothing of ours is at that address. */
  | "not_found"
  | "other";

/** A failed transaction, simulation or query, read. */
export class BallastError extends Error {
  override readonly name = "BallastError";

  constructor(
    readonly kind: FailureKind,
    /** Everything the chain said. */
    readonly log: string,
    /** Number of the message in the transaction, where the chain says it. */
    readonly messageIndex: number | undefined,
    /** What the contract said, where the chain shows it. */
    readonly contractError: string | undefined,
    /** The transaction, where one was included. */
    readonly transactionHash?: string,
    options?: ErrorOptions,
  ) {
    super(contractError ?? log, options);
  }
}

const OUT_OF_GAS = /out of gas/i;
const INSUFFICIENT = /insufficient (funds|fee)|spendable balance .* is smaller/i;
const SEQUENCE = /account sequence mismatch|incorrect account sequence/i;
const NOT_FOUND = /no such contract|contract: not found/i;
const HIDDEN = /dispatch: (?:submessages|messages)|codespace: \w+, code: \d+/;
const INDEX = /message index: (\d+)/;
const QUERY_PREFIX = /^.*?(?:rpc error: code = \w+ desc = |Query failed with \(\d+\): )/s;
const WRAPPED = [
  /: (?:execute|instantiate|migrate|query|sudo|reply) wasm contract failed/,
  /: (?:execute|instantiate|migrate|query) contract failed/,
];

function contractText(log: string): string | undefined {
  const end = WRAPPED.map((pattern) => log.search(pattern))
    .filter((at) => at >= 0)
    .sort((a, b) => a - b)[0];
  if (end === undefined) {
    return undefined;
  }
  return log
    .slice(0, end)
    .replace(QUERY_PREFIX, "")
    .replace(/^.*?failed to execute message; message index: \d+: /s, "")
    .replace(/^dispatch: (?:submessages|messages): /, "");
}

/** Reads a log. */
export function decodeLog(log: string, transactionHash?: string, cause?: unknown): BallastError {
  const index = INDEX.exec(log)?.[1];
  const messageIndex = index === undefined ? undefined : Number(index);
  const text = contractText(log);
  const kind: FailureKind = SEQUENCE.test(log)
    ? "sequence"
    : OUT_OF_GAS.test(log)
      ? "out_of_gas"
      : NOT_FOUND.test(log)
        ? "not_found"
        : text !== undefined && !HIDDEN.test(text)
          ? "contract"
          : HIDDEN.test(log)
            ? "hidden"
            : INSUFFICIENT.test(log)
              ? "insufficient_funds"
              : "other";
  const contractError = kind === "contract" ? text : undefined;
  return new BallastError(kind, log, messageIndex, contractError, transactionHash, { cause });
}

/** Reads anything that CosmJS throws; what is read already stays as it is. */
export function decodeError(error: unknown): BallastError {
  if (error instanceof BallastError) {
    return error;
  }
  return decodeLog(error instanceof Error ? error.message : String(error), undefined, error);
}

/**
 * Waits for a promise, and throws what it throws as a [`BallastError`].
 *
 * @throws BallastError
 */
export async function decoded<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw decodeError(error);
  }
}
