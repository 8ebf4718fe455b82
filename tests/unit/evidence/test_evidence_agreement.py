# SPDX-License-Identifier: Apache-2.0
"""Good bundles hold for the program, verify.py and verify.html alike, and all say the same about them."""

from unit.evidence import evidence_made as made
from unit.evidence.verifier_runs import by_node, by_program, by_py, verify_py

SAMPLES = made.samples()


def test_every_sample_holds_three_times_and_in_the_same_words(need) -> None:
    module = verify_py()
    cases = {name: (bundle.render(), made.TEXT.encode(), ()) for name, bundle in SAMPLES.items()}
    said = dict(zip(cases, by_node(need("nodejs"), cases.values()), strict=True))
    for name, case in cases.items():
        found = by_py(module, case)
        assert (found["code"], found["where"]) == ("holds", ""), name
        assert found["mark"] == "SYNTHETIC"
        assert said[name] == found, name
        assert by_program(case) == "holds", name
