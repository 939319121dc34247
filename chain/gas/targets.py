"""The targets: how often the gas of a cw20 transfer a message may take, and what comparable suites need on the same chain.

The state of a row is native collateral, price cached, one position and no orders held, code not pinned, unless it says otherwise.
"""
from dataclasses import dataclass

MARKET, FUND, FEED, GOVERNANCE = "perp-market", "insurance-fund", "price-feed", "governance"


@dataclass(frozen=True)
class Row:
    """What is measured in an empty setting: a message; or, with `less`, what each of so many more things adds to that state."""
    label: str
    target: float
    comparable: str
    contract: str
    message: str
    state: str
    token: str = "any"
    less: str = ""
    more_by: int = 1


SETTLED = "1 fill, positions that are settled"
BANKRUPT = "bankrupt, claim, 1 fill, asks the oracle"
TARGETS = [
    Row("deposit, native", 1.15, "1.23", MARKET, "deposit", "1 position", "native"),
    Row("deposit, cw20", 1.7, "-", MARKET, "receive.deposit", "1 position", "cw20"),
    Row("withdraw with an open position, price cached", 1.25, "-", MARKET, "withdraw", "1 position", "native"),
    Row("withdraw with an open position, price refreshed", 1.9, "3.3 to 6.1", MARKET, "withdraw", "1 position, asks the oracle", "native"),
    Row("place a resting limit order, cached", 1.2, "1.58 to 1.60 (no margin check)", MARKET, "place_order", "rests, 1 position"),
    Row("place a resting limit order, refreshed", 1.85, "-", MARKET, "place_order", "rests, 1 position, asks the oracle"),
    Row("cancel one order", 1.0, "1.9 to 4.6", MARKET, "cancel_order", "1 of 1, 1 position"),
    Row("market order, one fill, a position on each side, both settled, cached", 1.4, "3.9 to 8.2; the book: 3.04, as its maker must claim",
        MARKET, "place_order", SETTLED),
    Row("market order, one fill, a position on each side, both settled, refreshed", 2.0, "-", MARKET, "place_order", SETTLED + ", asks the oracle"),
    Row("each further fill", 0.18, "0.16 a tick, makers' claims not included", MARKET, "place_order", "10 fills, positions that are settled",
        less=SETTLED, more_by=9),
    Row("close a position, one fill", 1.35, "2.7", MARKET, "place_order", "1 fill that closes a position"),
    Row("funding crank for one market, price refreshed (five feeders)", 1.65, "3.5 to 6.6", MARKET, "accrue_funding", "an interval ended"),
    Row("push one price", 0.98, "0.97 to 5.2, growing", FEED, "push_prices", "1 feed"),
    Row("liquidate a solvent account into the book, price refreshed", 2.0, "4.8, growing", MARKET, "liquidate", "solvent, 1 fill, asks the oracle"),
    Row("liquidate a bankrupt account, price refreshed, fund pays, native", 3.4, "4.9, growing", MARKET, "liquidate", BANKRUPT, "native"),
    Row("liquidate a bankrupt account, price refreshed, fund pays, cw20", 4.1, "-", MARKET, "liquidate", BANKRUPT, "cw20"),
    Row("each account deleveraged", 0.12, "has none", MARKET, "liquidate", "bankrupt, claim, 8 counterparties",
        less="bankrupt, claim, 2 counterparties", more_by=6),
    Row("stake (the fund is the cw20)", 1.35, "-", FUND, "stake", "the second", "native"),
    Row("ask to leave", 1.2, "-", FUND, "request_exit", "a part"),
    Row("leave", 1.25, "-", FUND, "complete_exit", "in time", "native"),
    Row("governance: stake", 1.3, "1.32", GOVERNANCE, "stake", "more", "native"),
    Row("governance: propose (one message, deposit)", 1.55, "2.45", GOVERNANCE, "propose", "a bank send, with a deposit", "native"),
    Row("governance: vote", 1.12, "2.35", GOVERNANCE, "vote", "counts"),
    Row("governance: execute a bank send", 1.3, "1.91", GOVERNANCE, "execute", "a bank send"),
    Row("governance: execute a contract call", 2.0, "-", GOVERNANCE, "execute", "a parameter of the market"),
]


def taken(row, measured):
    """What the row takes, by whatever each measured message has a number for: its gas, and the parts of it."""
    def of(state):
        return measured[(row.contract, row.message, state, "empty", row.token)]
    whole, less = of(row.state), of(row.less) if row.less else {}
    return {name: (amount - less.get(name, 0)) / row.more_by for name, amount in whole.items()}
