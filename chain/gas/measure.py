"""Starts a chain in the state before every message, sends the messages, and reads what each took.

`cargo ballast gas --genesis` plays every scenario of the metering list on the embedded chain up to its message, each in contracts of
its own, and writes all their records, balances and accounts as parts of one genesis state, together with the signed messages. The
chain that starts from it runs the artifacts. Its clock stands still, so that a price that is cached stays so and figures do not
depend on how busy the machine is.
"""
import base64
import hashlib
import http.client
import json
import os
import time
import urllib.request

from localnet import Failure, ending
from localnet.network import CHAIN_ID, Network

# The chain's state is large before its first block.
PATIENCE = 600.0


class MeasuredNetwork(Network):
    """A local network of one validator that starts from an exported state."""

    patience = PATIENCE

    def __init__(self, folder, wasmd, export, artifacts):
        super().__init__(folder, wasmd)
        self.export, self.artifacts = export, artifacts
        self.chain = json.loads((export / "chain.json").read_text())

    def create(self, validators, first_port):
        super().create(validators, first_port)
        if self.chain["chain_id"] != CHAIN_ID:
            raise Failure(f"messages are signed for {self.chain['chain_id']}, the network is {CHAIN_ID}")
        path = self.home(0) / "config" / "genesis.json"
        genesis = json.loads(path.read_text())
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.chain["time"]))
        genesis["genesis_time"] = moment
        genesis["initial_height"] = self.chain["height"]
        # All that is measured fits into one block.
        genesis["consensus"]["params"]["block"].update(max_gas="-1", max_bytes="20000000")
        state = genesis["app_state"]
        state["bank"]["supply"] = []
        # The long lists are put in as text: they need not be understood here.
        # The validator's first transaction is signed for account 0, which a chain that begins above height 1 does not assume.
        accounts = state["auth"]["accounts"]
        accounts.sort(key=lambda account: account["address"] != self.operator())
        for number, account in enumerate(accounts):
            account["account_number"] = str(number)
        lists = {"accounts": accounts, "balances": state["bank"]["balances"]}
        for name, there in lists.items():
            there.append(f"@{name}@")
        wasm = state["wasm"]
        wasm["codes"] = [self.code(code) for code in self.chain["codes"]]
        wasm["contracts"] = ["@contracts@"]
        last = max(code["id"] for code in self.chain["codes"])
        wasm["sequences"] = [
            {"id_key": base64.b64encode(b"\x04lastCodeId").decode(), "value": str(last + 1)},
            {"id_key": base64.b64encode(b"\x04lastContractId").decode(), "value": "1"},
        ]
        text = json.dumps(genesis)
        for name in ("accounts", "balances", "contracts"):
            entries = (self.export / f"{name}.json").read_text().strip()
            text = text.replace(f'"@{name}@"', entries[1:-1])
        path.write_text(text)

    def code(self, code):
        wasm = (self.artifacts / self.artifact(code["name"])).read_bytes()
        return {
            "code_id": str(code["id"]),
            "code_info": {
                "code_hash": base64.b64encode(hashlib.sha256(wasm).digest()).decode(),
                "creator": self.operator(),
                "instantiate_config": {"permission": "Everybody", "addresses": []},
            },
            "code_bytes": base64.b64encode(wasm).decode(),
            "pinned": False,
        }

    def artifact(self, name):
        for path in (f"{name}.wasm", f"test/{name}.wasm"):
            if (self.artifacts / path).exists():
                return path
        raise Failure(f"there is no artifact {name}.wasm in {self.artifacts}: run scripts/build-wasm --tests")

    def operator(self):
        return self.description()["validators"][0]["operator"]

    def launch(self, number):
        os.environ["BALLAST_CLOCK_STANDS_AT"] = str(self.chain["time"])
        super().launch(number)

    # Messages

    def send_all(self):
        """Sends every message and returns, in the same order, what became of it: gas, code, log, bytes of events and data."""
        endpoint = self.description()["rpc"]
        waiting = {}
        for index, entry in enumerate(self.chain["transactions"]):
            raw = base64.b64decode(entry["transaction"])
            waiting[hashlib.sha256(raw).digest()] = index
            ending.look()
            refused = broadcast(endpoint, entry["transaction"])
            if refused:
                raise Failure(f"{title(entry)}: not taken into a block: {refused}")
        results, height, deadline = [None] * len(waiting), self.chain["height"], time.monotonic() + PATIENCE
        while waiting:
            ending.look()
            try:
                # The results of the latest block may not be written yet.
                reached = int(call(endpoint, "status", {})["sync_info"]["latest_block_height"]) - 1
                while height <= reached and waiting:
                    self.read_block(endpoint, height, waiting, results)
                    height += 1
            except (OSError, http.client.HTTPException):
                # Busy with a block: asked again below.
                pass
            if time.monotonic() > deadline:
                raise Failure(f"{len(waiting)} messages are in no block after {PATIENCE:.0f} s")
            time.sleep(0.1)
        return results

    def read_block(self, endpoint, height, waiting, results):
        txs = call(endpoint, "block", {"height": str(height)})["block"]["data"]["txs"] or []
        if not txs:
            return
        found = call(endpoint, "block_results", {"height": str(height)})["txs_results"]
        for raw, result in zip(txs, found):
            index = waiting.pop(hashlib.sha256(base64.b64decode(raw)).digest(), None)
            if index is not None:
                events = [event for event in result.get("events") or [] if event["type"].startswith("wasm")]
                text = sum(len(attribute["key"]) + len(attribute["value"] or "") for event in events for attribute in event["attributes"])
                results[index] = {"gas": int(result["gas_used"]), "code": result["code"], "log": result["log"], "event_bytes": text}


def broadcast(endpoint, transaction):
    """Why a transaction is not taken, if it is not. A node that is busy with a large block closes connections: it is asked again,
    and may know the transaction by then."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            answer = call(endpoint, "broadcast_tx_sync", {"tx": transaction})
            return answer["log"] if answer["code"] != 0 else None
        except Failure as failure:
            if "already exists in cache" in str(failure):
                return None
            raise
        except (OSError, http.client.HTTPException):
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


def call(endpoint, method, params):
    request = urllib.request.Request(
        endpoint, json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode(),
        {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        found = json.load(answer)
    if "error" in found:
        raise Failure(f"{method}: {found['error']}")
    return found["result"]


def title(entry):
    return f"{entry['contract']} {entry['message']} ({entry['state']}, {entry['setting']}, {entry['token']})"
