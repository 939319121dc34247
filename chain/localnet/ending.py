"""Ended from outside, a command still takes down what it started: the signal becomes an exception where the program is.

Python swallows what a finalizer raises, and a signal may come just there. So it is remembered, and whatever waits for something
calls `look`, which raises again.
"""
import signal
import sys

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_asked = []


def arrange():
    """From now on these signals end the program with 128 and their number, as the shell puts it. One that is ignored already, as
    `nohup` does, stays so."""
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number, _):
    _asked.append(number)
    # Only the first one: another one must not interrupt what takes everything down.
    if len(_asked) == 1:
        sys.exit(128 + number)


def look():
    """Ends the program where that was asked for and got lost."""
    if _asked:
        sys.exit(128 + _asked[0])
