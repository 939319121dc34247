"""What the scripts refuse, as a user sees it. Run by `python3 -m unittest discover -s chain -t chain`."""
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def run(script, *arguments, **variables):
    done = subprocess.run(
        [ROOT / "scripts" / script, *arguments], capture_output=True, text=True, env={**os.environ, **variables}, timeout=60)
    return done.returncode, done.stdout + done.stderr


class CommandLine(unittest.TestCase):
    def refused(self, script, arguments, words, **variables):
        code, text = run(script, *arguments, **variables)
        self.assertNotEqual(code, 0, text)
        self.assertNotIn("Traceback", text)
        for word in words:
            self.assertIn(word, text)

    def test_localnet_says_what_it_expected_and_found(self):
        with tempfile.TemporaryDirectory() as folder:
            cases = [
                (["up", "--validators", "0"], ["1 to 20", "'0'"]),
                (["up", "--validators", "abc"], ["1 to 20", "'abc'"]),
                (["up", "--port", "-5"], ["1024 to 31000", "'-5'"]),
                (["up", "--port", "99999"], ["1024 to 31000", "'99999'"]),
                (["skip", "7w"], ["s, m, h or d", "'7w'"]),
                (["skip", "99999999d"], ["at most 3650d", "'99999999d'"]),
                (["kill", "0"], ["the network is down"]),
                (["start", "0"], ["the network is down"]),
                (["skip", "1d"], ["the network is down"]),
            ]
            for arguments, words in cases:
                with self.subTest(arguments=arguments):
                    self.refused("localnet", arguments, words, BALLAST_LOCALNET=folder, BALLAST_LOCALNET_CACHE=folder)

    def test_localnet_refuses_a_folder_that_is_none(self):
        with tempfile.NamedTemporaryFile() as file:
            self.refused("localnet", ["status"], [file.name], BALLAST_LOCALNET=file.name)
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "network.json").write_text("{")
            self.refused("localnet", ["status"], ["network.json"], BALLAST_LOCALNET=folder)

    def test_gas_looks_for_what_it_needs_before_it_measures(self):
        self.refused("gas", ["--artifacts", "nowhere"], ["there is no artifact", "nowhere"])

    def test_build_wasm_explains_itself(self):
        code, text = run("build-wasm", "--help")
        self.assertEqual(code, 0)
        self.assertIn("--only", text)
        self.refused("build-wasm", ["--only"], ["--only needs the name of a contract"])
        self.refused("build-wasm", ["--only", "."], ["there is no contract ."])
        self.refused("build-wasm", ["--only", "nosuch"], ["there is no contract nosuch", "perp-market"])
        self.refused("build-wasm", ["--toolchain", "nosuch"], ["optimizer, rust or debian", "nosuch"])

    def test_schema_takes_no_other_argument(self):
        self.refused("schema", ["--check", "extra"], ["extra"])


if __name__ == "__main__":
    unittest.main()
