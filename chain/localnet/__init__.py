"""The local network: wasmd built from the Go module proxy, one validator or several, all on loopback. See docs/chain.md."""


class Failure(Exception):
    """What the user is told, without a traceback."""
