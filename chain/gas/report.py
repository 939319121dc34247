"""gas/report.json, gas/README.md, and the comparison with what is committed."""
import hashlib
import json

from . import floors, targets

# A ratio may grow by so much without the report being written anew.
TOLERANCE = 0.02
# What a curve that must be flat may grow by from its smallest to its largest size: numbers get a few digits longer.
FLAT = 0.02
KEY = ("contract", "message", "state", "setting", "token")
COUNTS = ("predicted", "entries", "queries", "sends", "reads", "writes", "deletes", "steps", "bytes_read", "bytes_written")


def key(entry):
    return tuple(entry[name] for name in KEY)


def build(transactions, results, artifacts, toolchain):
    """The report as a dictionary. Every message must have been accepted."""
    refused = [f"{key(entry)}: {result['log']}" for entry, result in zip(transactions, results) if result["code"] != 0]
    if refused:
        raise SystemExit("gas: the chain refused what the embedded chain accepts:\n" + "\n".join(refused))
    plain = [(entry, result) for entry, result in zip(transactions, results) if not entry.get("curve")]
    measured = {
        key(entry): {"gas": result["gas"], **(parts({**entry, "gas": result["gas"]}) or {})} for entry, result in plain}
    send = measured[("bank", "send", "to compare with", "empty", "native")]["gas"]
    transfer = measured[("cw20", "transfer", "to compare with", "empty", "any")]["gas"]
    messages = [
        {**{name: entry[name] for name in KEY}, "gas": result["gas"], "ratio": round(result["gas"] / transfer, 4),
         **{name: entry[name] for name in COUNTS}, "event_bytes": result["event_bytes"], "message_bytes": len(entry["transaction"]) * 3 // 4}
        for entry, result in plain
    ]
    curves = {}
    for entry, result in zip(transactions, results):
        if entry.get("curve"):
            line = curves.setdefault((entry["curve"], f"{entry['message']} ({entry['state']})", entry["flat"]), [])
            line.append({"size": entry["size"], "gas": result["gas"]})
    return {
        "bank_send": send,
        "cw20_transfer": transfer,
        "toolchain": toolchain,
        "artifacts": [artifact(path) for path in artifacts],
        "targets": [target(row, measured, transfer) for row in targets.TARGETS],
        "messages": messages,
        "curves": [{"of": of, "message": message, "flat": flat, "points": points} for (of, message, flat), points in curves.items()],
    }


def target(row, measured, transfer):
    found = targets.taken(row, measured)
    return {"message": row.label, "ratio": round(found.pop("gas") / transfer, 4), "target": row.target, "comparable": row.comparable,
            "parts": {name: round(amount) for name, amount in found.items()}}


def artifact(path):
    content = path.read_bytes()
    return {"name": path.name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def differences(committed, now):
    """What `--check` fails for: one line each. Nothing where ratios only fell or grew within the tolerance."""
    found = []
    old = {key(entry): entry["ratio"] for entry in committed["messages"]}
    new = {key(entry): entry["ratio"] for entry in now["messages"]}
    for name in old.keys() | new.keys():
        text = " ".join(name)
        if name not in old:
            found.append(f"{text}: is not in gas/report.json")
        elif name not in new:
            found.append(f"{text}: is in gas/report.json and was not measured")
        elif new[name] > old[name] * (1 + TOLERANCE):
            found.append(f"{text}: {old[name]:.3f} grew to {new[name]:.3f}, by {100 * (new[name] / old[name] - 1):.1f} %")
    before = {entry["message"]: entry["ratio"] for entry in committed["targets"]}
    for entry in now["targets"]:
        ratio = before.get(entry["message"])
        if ratio is None:
            found.append(f"{entry['message']}: is not among the targets of gas/report.json")
        elif entry["ratio"] > ratio * (1 + TOLERANCE):
            found.append(f"{entry['message']}: {ratio:.3f} grew to {entry['ratio']:.3f}")
    return sorted(found)


def is_above(entry):
    """Whether a row misses its target, to the thousandth that is shown."""
    return round(entry["ratio"], 3) > entry["target"]


def unexplained(now):
    """Rows above their target that have no floor, or whose floor is within the target: then the target can be reached."""
    found = []
    for entry in now["targets"]:
        if is_above(entry):
            floor = floors.gas(entry["message"])
            if floor is None or floor <= entry["target"] * now["cw20_transfer"]:
                found.append(f"{entry['message']}: {entry['ratio']:.3f} is above {entry['target']}, and no floor in chain/gas/floors.py says why")
    return found


def growing(now):
    """Curves that must be flat and are not."""
    found = []
    for curve in now["curves"]:
        if curve["flat"] and len(curve["points"]) > 1:
            points = sorted(curve["points"], key=lambda point: point["size"])
            first, most = points[0], max(points, key=lambda point: point["gas"])
            if most["gas"] > first["gas"] * (1 + FLAT):
                found.append(f"{curve['message']} among {curve['of']}: {first['gas']:,} at {first['size']:,}, {most['gas']:,} at {most['size']:,}")
    return found


PARTS = ("entries", "coins", "reads", "writes", "rest")


# Storage prices of a chain of the Cosmos SDK; bytes are those of key and value and 33 before each key.
def parts(entry):
    """Where a message's gas goes: entries into contracts, coins, reads, writes, and the rest, which is compute, events, message."""
    if not entry["entries"]:
        return None
    reads = 1_000 * entry["reads"] + 3 * (33 * (entry["reads"] + entry["steps"]) + entry["bytes_read"]) + 30 * entry["steps"]
    writes = 2_000 * entry["writes"] + 30 * (33 * entry["writes"] + entry["bytes_written"]) + 1_000 * entry["deletes"]
    coins = 19_000 * entry["sends"]
    return {
        "entries": entry["predicted"] - reads - writes - coins, "coins": coins, "reads": reads, "writes": writes,
        "rest": entry["gas"] - entry["predicted"],
    }


HEAD = """# Gas on a chain

What every execute message takes on the local chain (wasmd 0.60, Cosmos SDK 0.53), next to a native send and the transfer of a
cw20 in the same run. Written by `scripts/gas --write`; `scripts/gas --check`, which `.ci/run` calls, fails where a ratio is more than 2 %
above this file, a message is missing, or a curve that must be flat is not.

The state before each message is that of the metering scenario of the same name (`packages/testing/src/metering/scenarios`), played by the
contracts on the embedded chain and taken over into the chain's first block, record by record: contracts of their own for every row,
32-byte addresses of contracts and 20-byte addresses of people as on a chain, every signer with one transaction before. The chain runs
`artifacts/*.wasm`; its clock stands still at the time of those states. Each message is a transaction of its own with one signature, no memo, no fee, and
more than enough gas; the figure is the `gas_used` of its block. Where only a contract of the suite may send a message (governance as the owner, the
market to the fund), it is signed with a secp256r1 key whose address is that contract's, which costs 500 gas less than a person's key.

Empty: two markets, nobody else. Busy: {crowd} accounts with orders, as many with positions in both markets, stakers, voters, proposals, recorded
claims, everybody waiting for something. Reads and writes are counted on the embedded chain in all contracts that the message enters.
"""


def markdown(report, crowd):
    lines = [HEAD.format(crowd=crowd)]
    transfer = report["cw20_transfer"]
    lines += [f"A native send took {report['bank_send']:,} gas, the transfer of a cw20 {transfer:,}: ratios are to the latter.", ""]
    lines += ["## Targets", "",
              "A target that the prices of design section 11 forbid has its floor beside it: what the message cannot do without, line by line below.", "",
              "| message | ratio | target | floor | comparable suites |", "|---|--:|--:|--:|---|"]
    for entry in report["targets"]:
        above = is_above(entry)
        floor = f"{floors.gas(entry['message']) / transfer:.3f}" if above and floors.of(entry["message"]) else ""
        mark = " (above)" if above else ""
        lines.append(f"| {entry['message']} | {entry['ratio']:.3f}{mark} | {entry['target']} | {floor} | {entry['comparable']} |")
    lines += floors_section(report)
    lines += ["", "Where their gas goes, by the prices of design section 11: entries into contracts (the transaction's base, its signature and the first "
              "contract in it), coins, storage reads and writes; the rest is compute, events and the size of the message. No layout of records "
              "takes entries or coins away: they are a floor.", "",
              f"| message | {' | '.join(PARTS)} | entries and coins alone, ratio |", "|---|--:|--:|--:|--:|--:|--:|"]
    for entry in report["targets"]:
        floor = (entry["parts"]["entries"] + entry["parts"]["coins"]) / transfer
        cells = " | ".join(f"{entry['parts'][name]:,}" for name in PARTS)
        lines.append(f"| {entry['message']} | {cells} | {floor:.2f} |")
    lines += ["", "## Artifacts", "", f"The limit is 819,200 bytes. Built by {report['toolchain']}; whole hashes are in `report.json`.", "", "| artifact | bytes | SHA-256 |", "|---|--:|---|"]
    lines += [f"| {entry['name']} | {entry['bytes']:,} | `{entry['sha256'][:16]}` |" for entry in report["artifacts"]]
    lines += growth_section(report)
    lines += ["", "# Every message", "",
              "Behind the ratio: storage reads and writes, and where the gas goes by the prices of design section 11: entries into contracts "
              "(the transaction's base in it), coins, bytes read, bytes written; the rest is compute, events and the size of the message."]
    contract = None
    for entry in report["messages"]:
        if entry["contract"] != contract:
            contract = entry["contract"]
            lines += ["", f"## {contract}", "", "| message | state | setting | token | gas | ratio | reads | writes | entries | coins | read | written | rest |",
                      "|---|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"]
        split = parts(entry)
        cells = [f"{split[name]:,}" for name in PARTS] if split else ["-"] * 5
        lines.append(
            f"| `{entry['message']}` | {entry['state']} | {entry['setting']} | {entry['token']} | {entry['gas']:,} | {entry['ratio']:.2f} "
            f"| {entry['reads']} | {entry['writes']} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def floors_section(report):
    above = [entry for entry in report["targets"] if is_above(entry) and floors.of(entry["message"])]
    if not above:
        return []
    transfer = report["cw20_transfer"]
    lines = ["", "### Floors", "",
             "By the prices of design section 11 (bytes: 33 that the chain puts before each key, key, value). Each record is counted at the smallest "
             "size that holds what it must say; compute, events and the bytes of the transaction are left out, so that no message can be as cheap."]
    for entry in above:
        gas = floors.gas(entry["message"])
        taken = round(entry["ratio"] * transfer)
        lines += ["", f"**{entry['message']}**: target {entry['target']}, floor {gas / transfer:.3f}, taken {entry['ratio']:.3f}, "
                  f"which is {100 * (taken / gas - 1):.1f} % above the floor.", "", "| line | gas |", "|---|--:|"]
        lines += [f"| {line.what} | {line.gas:,} |" for line in floors.of(entry["message"])]
        lines.append(f"| floor | {gas:,} |")
    return lines


def growth_section(report):
    lines = ["", "## Growth", "", "![gas of messages as the suite fills](growth.svg)", "",
             "Flat means: at most 2 % more at the largest size than at the smallest.", "", "| among | message | sizes | gas | flat |", "|---|---|---|---|---|"]
    for curve in report["curves"]:
        points = sorted(curve["points"], key=lambda point: point["size"])
        sizes, gas = ("; ".join(f"{point[name]:,}" for point in points) for name in ("size", "gas"))
        lines.append(f"| {curve['of']} | `{curve['message']}` | {sizes} | {gas} | {'yes' if curve['flat'] else 'each adds'} |")
    return lines if report["curves"] else []


def dump(report):
    """JSON with one message a line, so that a change of one is a change of one line."""
    text = json.dumps({name: value for name, value in report.items() if not isinstance(value, list)}, indent=2)[:-2]
    for name in ("artifacts", "targets", "messages", "curves"):
        entries = ",\n    ".join(json.dumps(entry) for entry in report[name])
        text += f',\n  "{name}": [\n    {entries}\n  ]'
    return text + "\n}\n"
