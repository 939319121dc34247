"""What a message cannot do without, line by line, by the gas table of design section 11: the floor of a row above its target.

A line is a contract that must be entered, coins that must move, or a record that must be read or written, at the smallest size
that holds what it must say: a name of one byte, numbers in as many bytes as they need, 20 bytes for a person's address. Compute,
events and the bytes of the transaction are left out, so no message can be as cheap as its floor.
"""
from dataclasses import dataclass

STORE = 33  # What a chain puts before each key: its own prefix and the contract's address.


@dataclass(frozen=True)
class Line:
    """One part of a floor, and why it is needed."""
    what: str
    gas: int


def entry(what, gas):
    return Line(what, gas)


def read(what, key, value):
    return Line(f"read {what} ({key} + {value} bytes)", 1_000 + 3 * (STORE + key + value))


def write(what, key, value):
    return Line(f"write {what} ({key} + {value} bytes)", 2_000 + 30 * (STORE + key + value))


# What every deposit does in the market. Keys: the length of the name, the name, what it is of. An account: its owner (21), quote
# (5), a position (size 5, value 5, entry price 4, index 6), counts of orders (2), when risk and positions changed (6). The vault:
# what is held (5), used and allowed of two outflow limits (12), when (5).
DEPOSITED = [
    read("the collateral that is accepted", 1, 8),
    read("the number of the sender's account", 24, 2),
    read("the account", 7, 54),
    write("the account with its new quote: it is what a withdrawal is checked against", 7, 54),
    read("the vault", 1, 22),
    write("the vault: what is held, and what the deposit allows to leave besides the outflow limits", 1, 22),
]

FLOORS = {
    "deposit, native": [
        entry("the transaction and its contract", 99_000),
        entry("the coins that are attached", 19_000),
        *DEPOSITED,
    ],
    "deposit, cw20": [
        entry("the transaction and the token", 99_000),
        entry("the market, which the token tells", 63_000),
        entry("the token's balance of the market, asked: what arrived is credited, whatever a token with fees says was sent", 5_000),
        # cw20-base: "balance", the address as text, the amount as text.
        read("the sender's balance (cw20-base's own record)", 52, 12),
        write("the sender's balance", 52, 12),
        read("the market's balance", 72, 14),
        write("the market's balance", 72, 14),
        read("the market's balance, when it is asked", 72, 14),
        *DEPOSITED,
    ],
}


def of(label):
    """The lines of a row's floor, none where it has none."""
    return FLOORS.get(label, [])


def gas(label):
    """Their sum; `None` where the row has no floor."""
    return sum(line.gas for line in of(label)) if label in FLOORS else None
