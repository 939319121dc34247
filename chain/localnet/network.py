"""The network as a whole: made, started, stopped, looked at. Its folder holds all of its state:

    network.json      what clients read: endpoint, chain id, denominations, accounts, validators
    validator-N/      home of validator N
    validator-N.pid   which process it is
    validator-N.log   what it printed; kept by `down`, until the next `up`
    clock-offset      by how many seconds the clocks of all validators are ahead
"""
import contextlib
import fcntl
import json
import pathlib
import shutil
import socket
import subprocess
import time

from . import Failure, configuration, ending, processes, rpc

CHAIN_ID = "ballast-local-1"
ACCOUNTS = pathlib.Path(__file__).resolve().parent.parent / "accounts.json"
# Derived from the same mnemonic as the test accounts, far away from them.
VALIDATOR_INDEX = 1000
FIRST_PORT = 26600
LAST_PORT = 32000
PORTS_A_VALIDATOR = 3
# A busy machine may take long; a node that ends is noticed at once.
START_PATIENCE = 120.0


class Network:
    """A local network in `folder`, run by the binary `wasmd` (needed to create and to start)."""

    # Seconds to wait for a block.
    patience = START_PATIENCE

    def __init__(self, folder, wasmd=None):
        self.folder, self.wasmd = folder, wasmd

    @contextlib.contextmanager
    def alone(self):
        """Keeps other commands off this folder until done."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = open(self.folder / "lock", "w")
        except OSError as error:
            raise Failure(f"{self.folder}: {error.strerror}") from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def description(self):
        """What `network.json` holds, or None where there is no network."""
        path = self.folder / "network.json"
        try:
            return json.loads(path.read_text())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise Failure(f"{path} cannot be read ({error}): remove its folder when nothing runs there") from error

    def home(self, number):
        return self.folder / f"validator-{number}"

    def record(self, number):
        return self.folder / f"validator-{number}.pid"

    def log(self, number):
        return self.folder / f"validator-{number}.log"

    # What is there

    def status(self):
        """One entry a validator: number, process id or None, endpoint, height and whether it is catching up (None where silent)."""
        known = self.description()
        entries = []
        for validator in known["validators"] if known else []:
            pid = processes.running(self.record(validator["number"]))
            answer = rpc.status(validator["rpc"]) if pid else None
            entries.append({**validator, "pid": pid, **(answer or {"height": None, "time": None, "catchingUp": None})})
        return entries

    # Time

    def clock(self):
        return self.folder / "clock-offset"

    def skip(self, seconds):
        """Puts the clocks of all validators forward together, and waits until a block is that much later."""
        self.is_up()
        validators = [validator for validator in self.status() if validator["time"] is not None]
        if not validators:
            raise Failure("no validator answers")
        target = validators[0]["time"] + seconds
        ahead = int(self.clock().read_text()) if self.clock().exists() else 0
        beside = self.folder / "clock-offset.new"
        beside.write_text(f"{ahead + seconds}\n")
        beside.replace(self.clock())
        deadline = time.monotonic() + START_PATIENCE
        while (answer := rpc.status(validators[0]["rpc"])) is None or answer["time"] < target:
            ending.look()
            if time.monotonic() > deadline:
                raise Failure(f"no block after {seconds} s were skipped:\n{self.last_lines(validators[0]['number'])}")
            time.sleep(0.05)
        return answer["time"]

    # Up and down

    def up(self, validators, first_port):
        """Makes sure that a network of that many validators makes blocks. Says what it did: "already up", "resumed" or "created"."""
        known = self.description()
        if known is None:
            self.clear()
            try:
                self.create(validators, first_port)
                self.start_all()
                ending.look()
            except BaseException:
                self.down()
                raise
            return "created"
        if validators not in (None, len(known["validators"])):
            raise Failure(f"a network of {len(known['validators'])} validators is there, {validators} asked for: `down` first")
        silent = [entry["number"] for entry in self.status() if entry["pid"] is None]
        if not silent:
            self.await_blocks()
            return "already up"
        if len(silent) < len(known["validators"]):
            raise Failure(f"validator {silent[0]} is stopped: `start {silent[0]}`, or `down` first")
        try:
            self.start_all()
            ending.look()
        except BaseException:
            self.stop_all()
            raise
        return "resumed"

    def down(self):
        """Stops everything and forgets the chain; logs stay."""
        self.stop_all()
        self.clear(logs=False)

    def stop_all(self):
        for record in sorted(self.folder.glob("validator-*.pid")):
            processes.stop(record)

    def clear(self, logs=True):
        """Removes what an earlier network left; nothing of it may be running."""
        self.stop_all()
        for path in self.folder.glob("validator-*"):
            if path.is_dir():
                shutil.rmtree(path)
            elif logs or path.suffix != ".log":
                path.unlink()
        self.clock().unlink(missing_ok=True)
        (self.folder / "network.json").unlink(missing_ok=True)

    # One validator

    def kill(self, number):
        """Kills a validator at once, as a power cut would."""
        self.known(number)
        processes.kill(self.record(number))

    def start(self, number):
        """Starts a validator that was killed, and waits until it has caught up."""
        validator = self.known(number)
        if processes.running(self.record(number)) is None:
            self.launch(number)
        self.await_blocks([validator])

    def is_up(self):
        if self.description() is None:
            raise Failure("the network is down")

    def known(self, number):
        self.is_up()
        for validator in (self.description() or {"validators": []})["validators"]:
            if validator["number"] == number:
                return validator
        raise Failure(f"there is no validator {number}")

    def start_all(self):
        for validator in self.description()["validators"]:
            self.launch(validator["number"])
        self.await_blocks()

    def launch(self, number):
        command = [self.wasmd, "start", "--log_no_color", "--home", self.home(number)]
        processes.start(self.record(number), command, self.log(number), {"BALLAST_CLOCK_OFFSET": str(self.clock())})

    def await_blocks(self, validators=None):
        """Waits until each of these validators (or all) has a block that it did not have before, and has caught up."""
        before, deadline = {}, time.monotonic() + self.patience
        waiting = list(validators or self.description()["validators"])
        while waiting:
            ending.look()
            validator = waiting[0]
            number, answer = validator["number"], rpc.status(validator["rpc"])
            if answer and not answer["catchingUp"] and answer["height"] > before.setdefault(number, max(answer["height"], 1)):
                waiting.pop(0)
                continue
            if processes.running(self.record(number)) is None:
                raise Failure(f"validator {number} ended:\n{self.last_lines(number)}")
            if time.monotonic() > deadline:
                raise Failure(f"validator {number} made no block in {self.patience:.0f} s:\n{self.last_lines(number)}")
            time.sleep(0.1)

    def last_lines(self, number, count=15):
        return "\n".join(self.log(number).read_text(errors="replace").splitlines()[-count:])

    # A new chain

    def create(self, validators, first_port):
        """Writes the homes of a new chain, and `network.json` last."""
        numbers = list(range(validators or 1))
        ports = free_ports(len(numbers), first_port)
        test = json.loads(ACCOUNTS.read_text())
        operators = []
        for number in numbers:
            self.run(number, "init", f"validator-{number}", "--chain-id", CHAIN_ID, "--default-denom", configuration.FEE)
            index = VALIDATOR_INDEX + number
            key = self.run(number, "keys", "add", "operator", "--recover", "--index", str(index), *KEYRING, "--output", "json", given=test["mnemonic"])
            operators.append(json.loads(key)["address"])
        genesis = self.home(0) / "config" / "genesis.json"
        configuration.write_genesis(genesis, {
            **{account["address"]: configuration.ACCOUNT_BALANCE for account in test["accounts"]},
            **{address: configuration.VALIDATOR_BALANCE for address in operators},
        })
        stake = f"{configuration.VALIDATOR_STAKE}{configuration.FEE}"
        gentxs = self.home(0) / "config" / "gentx"
        gentxs.mkdir()
        for number in numbers:
            if number:
                shutil.copy(genesis, self.home(number) / "config" / "genesis.json")
            self.run(number, "genesis", "gentx", "operator", stake, "--chain-id", CHAIN_ID, *KEYRING,
                     "--moniker", f"validator-{number}", "--output-document", str(gentxs / f"{number}.json"))
        self.run(0, "genesis", "collect-gentxs")
        nodes = [self.run(number, "comet", "show-node-id").strip() for number in numbers]
        for number in numbers:
            if number:
                shutil.copy(genesis, self.home(number) / "config" / "genesis.json")
            peers = [f"{nodes[other]}@127.0.0.1:{ports[other]['p2p']}" for other in numbers if other != number]
            configuration.write_node(self.home(number), ports[number], peers)
        self.describe(numbers, ports, operators, test)

    def describe(self, numbers, ports, operators, test):
        """Writes `network.json`."""
        endpoint = [f"http://127.0.0.1:{ports[number]['rpc']}" for number in numbers]
        description = {
            "chainId": CHAIN_ID,
            "rpc": endpoint[0],
            "addressPrefix": test["addressPrefix"],
            "gasPrice": configuration.GAS_PRICE,
            "denominations": {"fee": configuration.FEE, "collateral": configuration.COLLATERAL, "other": configuration.OTHER},
            "validators": [
                {"number": number, "rpc": endpoint[number], "operator": operators[number], "home": str(self.home(number)), "log": str(self.log(number))}
                for number in numbers
            ],
            "wasmd": str(self.wasmd),
            "mnemonicFile": str(ACCOUNTS),
            "mnemonic": test["mnemonic"],
            "accounts": {
                account["name"]: {"address": account["address"], "hdPath": test["hdPath"].format(index=index)}
                for index, account in enumerate(test["accounts"])
            },
        }
        (self.folder / "network.json").write_text(json.dumps(description, indent=2) + "\n")

    def run(self, number, *arguments, given=None):
        """Runs a wasmd command in a validator's home, and returns what it printed."""
        command = [self.wasmd, *arguments, "--home", self.home(number)]
        done = subprocess.run(command, input=given, capture_output=True, text=True)
        if done.returncode != 0:
            raise Failure(f"wasmd {' '.join(arguments[:2])}: {done.stderr.strip()[-2000:]}")
        return done.stdout


KEYRING = ("--keyring-backend", "test")


def free_ports(validators, first):
    """Ports `{p2p, rpc, grpc}` for each validator: the first block of consecutive ones from `first` upwards that nobody listens on."""
    count = validators * PORTS_A_VALIDATOR
    for base in range(first or FIRST_PORT, LAST_PORT - count, 20):
        if all(free(port) for port in range(base, base + count)):
            names = ("p2p", "rpc", "grpc")
            return [
                {name: base + PORTS_A_VALIDATOR * number + place for place, name in enumerate(names)}
                for number in range(validators)
            ]
    raise Failure(f"no {count} free ports between {first or FIRST_PORT} and {LAST_PORT}")


def free(port):
    """Whether nobody listens on a loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
