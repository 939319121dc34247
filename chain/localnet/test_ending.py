"""Run by `python3 -m unittest discover -s chain -t chain`."""
import pathlib
import signal
import subprocess
import sys
import unittest

CHAIN = pathlib.Path(__file__).resolve().parent.parent

# A process that is sent the signal, with `{}` for what it does then.
PROGRAM = """
import os, sys
sys.path.insert(0, {chain!r})
from localnet import ending

class Finalized:
    def __del__(self):
        os.kill(os.getpid(), {number})

ending.arrange()
try:
    {does}
finally:
    print("cleaned up", flush=True)
print("went on")
"""


class Ending(unittest.TestCase):
    def run_program(self, number, does):
        program = PROGRAM.format(chain=str(CHAIN), number=int(number), does=does)
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.stdout, "cleaned up\n", done.stderr)
        self.assertEqual(done.returncode, 128 + number)

    def test_a_signal_ends_the_program_where_it_is(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number=number):
                self.run_program(number, f"os.kill(os.getpid(), {int(number)})")

    def test_a_signal_in_a_finalizer_is_not_lost(self):
        self.run_program(signal.SIGTERM, "one = Finalized(); del one; ending.look()")

    def test_another_signal_does_not_interrupt_what_takes_everything_down(self):
        number = int(signal.SIGTERM)
        program = PROGRAM.format(chain=str(CHAIN), number=number, does=f"os.kill(os.getpid(), {number})")
        program = program.replace("finally:", f"finally:\n    os.kill(os.getpid(), {number})")
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (128 + number, "cleaned up\n"), done.stderr)

    def test_what_was_ignored_stays_so(self):
        program = PROGRAM.format(chain=str(CHAIN), number=int(signal.SIGHUP), does=f"os.kill(os.getpid(), {int(signal.SIGHUP)}); ending.look()")
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, timeout=60,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        self.assertEqual((done.returncode, done.stdout), (0, "cleaned up\nwent on\n"), done.stderr)


if __name__ == "__main__":
    unittest.main()
