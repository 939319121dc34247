"""Processes that outlive the command that started them, known by process id *and* start: never by name.

A process id is used again sooner or later. A record holds the boot and the clock tick at which its process began, so that nothing
else is ever taken for it, or killed in its place.
"""
import json
import os
import pathlib
import signal
import subprocess
import time


def start(record, command, log, environment=None):
    """Starts `command` with its output appended to `log` and `environment` besides ours, and writes which process it is to `record`."""
    with open(log, "ab") as sink:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, **(environment or {})})
    try:
        record.write_text(json.dumps({"pid": process.pid, "begun": begun(process.pid), "boot": boot()}))
    except BaseException:
        process.kill()
        process.wait()
        raise


def running(record):
    """The process id that `record` speaks of where that very process runs, otherwise None."""
    try:
        known = json.loads(record.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    alive = known["boot"] == boot() and known["begun"] is not None and known["begun"] == begun(known["pid"])
    return known["pid"] if alive else None


def stop(record, patience=20.0):
    """Asks the process of `record` to end and waits; after `patience` seconds it is killed. Forgets the record."""
    pid = running(record)
    if pid is not None:
        send(pid, signal.SIGTERM)
        if not gone(record, patience):
            kill(record)
    record.unlink(missing_ok=True)


def kill(record):
    """Kills the process of `record` at once, as a power cut would, and waits until it is gone. The record stays."""
    pid = running(record)
    if pid is not None:
        send(pid, signal.SIGKILL)
        gone(record, 20.0)


def gone(record, patience):
    """Waits until the process of `record` is gone, at most `patience` seconds; whether it is."""
    deadline = time.monotonic() + patience
    while (pid := running(record)) is not None:
        if time.monotonic() > deadline:
            return False
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            pass
        time.sleep(0.05)
    return True


def send(pid, which):
    """Sends a signal; a process that has just ended needs none."""
    try:
        os.kill(pid, which)
    except ProcessLookupError:
        pass


def begun(pid):
    """The clock tick since boot at which process `pid` began; None where it has ended (also if nobody has collected it yet)."""
    try:
        status = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the program's name in brackets and may hold anything, also brackets and spaces.
    fields = status[status.rindex(")") + 2:].split()
    return None if fields[0] in "ZX" else int(fields[19])


def boot():
    """Which boot of the machine this is."""
    return pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
