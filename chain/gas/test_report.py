"""Run by `python3 -m unittest discover -s chain -t chain`."""
import copy
import unittest
import xml.dom.minidom

from gas import floors, plot, report, targets

COUNTS = dict.fromkeys(report.COUNTS, 0)


def entry(contract, message, state, setting="empty", token="any", **more):
    return {"contract": contract, "message": message, "state": state, "setting": setting, "token": token, "transaction": "AAAA",
            **COUNTS, **more}


def result(gas, code=0):
    return {"gas": gas, "code": code, "log": "out of gas" if code else "", "event_bytes": 10}


def sample():
    """Every row of the targets at one and a half times the transfer; what further fills and accounts add is nothing."""
    sent = [(entry("bank", "send", "to compare with", token="native"), 50_000), (entry("cw20", "transfer", "to compare with"), 100_000)]
    for row in targets.TARGETS:
        for state in filter(None, (row.state, row.less)):
            sent.append((entry(row.contract, row.message, state, token=row.token, entries=1, predicted=140_000), 150_000))
    sent += [
        (entry("perp-market", "deposit", "1 position", "growth", curve="orders", size=size, flat=True), gas)
        for size, gas in ((10, 120_000), (1_000, 121_000))
    ]
    return report.build([one for one, _ in sent], [result(gas) for _, gas in sent], [], "rustc")


class Report(unittest.TestCase):
    def test_ratios_are_to_the_transfer_of_the_same_run(self):
        ratios = {one["message"]: one["ratio"] for one in sample()["targets"]}
        self.assertEqual(ratios["deposit, native"], 1.5)
        self.assertEqual(ratios["each further fill"], 0)

    def test_a_refused_message_is_an_error_with_the_chains_words(self):
        with self.assertRaisesRegex(SystemExit, "out of gas"):
            report.build([entry("bank", "send", "to compare with")], [result(1, code=11)], [], "rustc")

    def test_the_same_again_has_no_differences(self):
        self.assertEqual(report.differences(sample(), sample()), [])

    def test_growth_beyond_the_tolerance_is_told_with_its_size(self):
        now = sample()
        now["messages"][2]["ratio"] = 1.529
        self.assertEqual(report.differences(sample(), now), [])
        now["messages"][2]["ratio"] = 1.56
        self.assertEqual(
            report.differences(sample(), now), ["perp-market deposit 1 position empty native: 1.500 grew to 1.560, by 4.0 %"])

    def test_missing_messages_are_told_on_either_side(self):
        less = copy.deepcopy(sample())
        del less["messages"][0]
        self.assertEqual(len(report.differences(less, sample())), 1)
        self.assertIn("was not measured", report.differences(sample(), less)[0])

    def test_a_flat_curve_that_grows_is_told(self):
        now = sample()
        self.assertEqual(report.growing(now), [])
        now["curves"][0]["points"][1]["gas"] = 123_000
        self.assertEqual(len(report.growing(now)), 1)
        now["curves"][0]["flat"] = False
        self.assertEqual(report.growing(now), [])

    def test_a_row_above_its_target_needs_a_floor_above_it(self):
        now = sample()
        labels = {one.split(":")[0] for one in report.unexplained(now)}
        self.assertIn("cancel one order", labels)
        now["cw20_transfer"] = 112_328
        labels = {one.split(":")[0] for one in report.unexplained(now)}
        self.assertNotIn("deposit, native", labels)
        # Were the target above the floor, it could be reached.
        now["targets"][0]["target"] = 1.4
        self.assertTrue(any(one.startswith("deposit, native: 1.500 is above 1.4") for one in report.unexplained(now)))

    def test_a_floor_is_the_sum_of_its_lines(self):
        for label, lines in floors.FLOORS.items():
            self.assertIn(label, [row.label for row in targets.TARGETS])
            self.assertEqual(floors.gas(label), sum(line.gas for line in lines))
        self.assertIsNone(floors.gas("vote"))
        self.assertEqual(floors.read("x", 10, 20).gas, 1_000 + 3 * 63)
        self.assertEqual(floors.write("x", 10, 20).gas, 2_000 + 30 * 63)

    def test_parts_add_up_to_the_gas(self):
        one = entry("perp-market", "deposit", "x", entries=1, predicted=130_000, reads=2, bytes_read=100, writes=1, bytes_written=50, sends=1)
        split = report.parts({**one, "gas": 135_000})
        self.assertEqual(sum(split.values()), 135_000)
        self.assertEqual(split["writes"], 2_000 + 30 * 83)
        self.assertEqual(split["rest"], 5_000)

    def test_files_are_well_formed(self):
        now = sample()
        self.assertEqual(report.json.loads(report.dump(now)), now)
        self.assertIn("| deposit, native | 1.500 (above) | 1.15 |", report.markdown(now, 20))
        xml.dom.minidom.parseString(plot.svg(now["curves"]))


if __name__ == "__main__":
    unittest.main()
