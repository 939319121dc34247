"""What the files of a validator's home say: genesis, `config.toml`, `app.toml`."""
import json
import re

from . import Failure

# Fees and validators' stake, and the two tokens that the tests use as collateral and as something else.
FEE = "ustake"
COLLATERAL = "uusd"
OTHER = "ustk"
GAS_PRICE = f"0{FEE}"

# As chains of today have it; unlimited would hide a message that no block can hold.
BLOCK_GAS = 300_000_000

ACCOUNT_BALANCE = {FEE: 10**15, COLLATERAL: 10**18, OTHER: 10**15}
VALIDATOR_BALANCE = {FEE: 10**15}
VALIDATOR_STAKE = 10**12

# `{port}` and `{peers}` are filled in; a key is "section.name", or "name" above the first section.
NODE = {
    "rpc.laddr": '"tcp://127.0.0.1:{rpc}"',
    # A contract of 800 KiB is more than 1 MB in the base64 of a broadcast, the default limit.
    "rpc.max_body_bytes": "10000000",
    "rpc.pprof_laddr": '""',
    "p2p.laddr": '"tcp://127.0.0.1:{p2p}"',
    "p2p.persistent_peers": '"{peers}"',
    "p2p.seeds": '""',
    "p2p.pex": "false",
    "p2p.addr_book_strict": "false",
    "p2p.allow_duplicate_ip": "true",
    # Three blocks a second; a round whose proposer is dead is given up soon.
    "consensus.timeout_commit": '"300ms"',
    "consensus.timeout_propose": '"1s"',
    "consensus.timeout_prevote": '"500ms"',
    "consensus.timeout_precommit": '"500ms"',
}
APPLICATION = {
    "minimum-gas-prices": f'"{GAS_PRICE}"',
    "api.enable": "false",
    # Nobody asks it over gRPC; but a node answers simulations of transactions, over RPC too, only with this server on.
    "grpc.enable": "true",
    "grpc.address": '"127.0.0.1:{grpc}"',
    "grpc-web.enable": "false",
    "state-sync.snapshot-interval": "0",
    # The defaults, written out: what a node answers and holds in memory unless its operator says otherwise.
    "wasm.query_gas_limit": "3000000",
    "wasm.memory_cache_size": "100",
}


def write_node(home, ports, peers):
    """Makes `config.toml` and `app.toml` of a home what the local network needs; all else stays at wasmd's defaults."""
    values = {**ports, "peers": ",".join(peers)}
    edit(home / "config" / "config.toml", {key: text.format(**values) for key, text in NODE.items()})
    edit(home / "config" / "app.toml", {key: text.format(**values) for key, text in APPLICATION.items()})


def edit(path, wanted):
    """Replaces values in a TOML file, comments left alone. A key that is not there exactly once is an error: its name has changed."""
    section, found, lines = "", dict.fromkeys(wanted, 0), []
    for line in path.read_text().splitlines():
        if header := re.fullmatch(r"\[([^\[\]]+)\]\s*", line):
            section = header[1] + "."
        elif assignment := re.match(r"([\w-]+)\s*=", line):
            key = section + assignment[1]
            if key in wanted:
                found[key] += 1
                line = f"{assignment[1]} = {wanted[key]}"
        lines.append(line)
    if strange := [key for key, times in found.items() if times != 1]:
        raise Failure(f"{path}: expected once, found otherwise: {', '.join(strange)}")
    path.write_text("\n".join(lines) + "\n")


def write_genesis(path, balances):
    """Funds `balances` (address to coins by denomination), and takes out what would change balances by itself."""
    genesis = json.loads(path.read_text())
    state = genesis["app_state"]
    state["auth"]["accounts"] += [
        {"@type": "/cosmos.auth.v1beta1.BaseAccount", "address": address, "pub_key": None, "account_number": "0", "sequence": "0"}
        for address in balances
    ]
    state["bank"]["balances"] += [
        {"address": address, "coins": [{"denom": name, "amount": str(coins[name])} for name in sorted(coins)]}
        for address, coins in balances.items()
    ]
    # No inflation: what a token's supply is stays what genesis says.
    state["mint"]["minter"]["inflation"] = "0.000000000000000000"
    state["mint"]["params"].update(
        inflation_rate_change="0.000000000000000000", inflation_max="0.000000000000000000", inflation_min="0.000000000000000000")
    genesis["consensus"]["params"]["block"]["max_gas"] = str(BLOCK_GAS)
    path.write_text(json.dumps(genesis, indent=1))
