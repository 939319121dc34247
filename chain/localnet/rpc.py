"""The few questions that are asked of a running node."""
import datetime
import json
import urllib.error
import urllib.request


def status(endpoint):
    """`{"height", "time", "catchingUp"}` of a node, or None where it does not answer."""
    try:
        with urllib.request.urlopen(endpoint + "/status", timeout=2) as answer:
            sync = json.load(answer)["result"]["sync_info"]
    except (urllib.error.URLError, OSError, ValueError, KeyError):
        return None
    # Nanoseconds are more digits than Python reads.
    time = datetime.datetime.fromisoformat(sync["latest_block_time"][:19] + "+00:00").timestamp()
    return {"height": int(sync["latest_block_height"]), "time": int(time), "catchingUp": sync["catching_up"]}
