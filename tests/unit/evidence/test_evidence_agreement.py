# SPDX-License-Identifier: Apache-2.0
"""Good bundles hold for the program, verify.py and verify.html alike, and all say the same about them."""

import random
from collections.abc import Callable

from lawgate.drivers.keys import KeySigner
from lawgate.drivers.keys import verify as holds
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.evidence_check import check
from lawgate.ledger.note import COSIGNATURE
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


NAMES = ("a", "b", "quorum", "none", "g", "all", "any", "1", "c", "x+y")
POLICIES = {"ci": 1_000, "full": 20_000}


def a_policy(rng: random.Random) -> bytes:
    """A policy of a few witnesses and groups whose names get in each other's way."""
    lines, names = [f"log {made.LOG.key.vkey}"], list[str]()
    for seed in range(1, rng.randint(2, 4)):
        key = rng.choice(NAMES[:-1])
        name = rng.choice((key, rng.choice(NAMES)))
        lines.append(f"witness {name} {KeySigner(key, COSIGNATURE, bytes([seed] * 32)).key.vkey}")
        names.append(name)
    for _ in range(rng.randint(0, 3)):
        name, members = rng.choice(NAMES), rng.sample(names, rng.randint(1, len(names)))
        lines.append(f"group {name} {rng.choice(('any', 'all', '1', '2', '0', '01'))} {' '.join(members)}")
        names = [*(each for each in names if each not in members), name]
    return "\n".join([*lines, f"quorum {rng.choice(names)}", ""]).encode()


def refused(by: Callable[[], object]) -> bool:
    """Whether the policy is why the bundle is refused."""
    try:
        by()
    except MalformedError as error:
        return error.code == "policy"
    return False


def test_no_name_of_a_policy_means_two_things(size: str, need) -> None:
    """Whatever names meet in a policy, all three take it or none does."""
    rng, module, data = random.Random(230), verify_py(), made.samples()["package"].render()
    policies = [a_policy(rng) for _ in range(POLICIES[size])]
    said = by_node(need("nodejs"), [(data, each, ()) for each in policies])
    taken = 0
    for policy, node in zip(policies, said, strict=True):
        found = by_py(module, (data, policy, ()))["code"]
        assert (found == "policy") == refused(lambda text=policy: check(data, text, holds)), policy
        assert node["code"] == found, policy
        taken += found != "policy"
    assert taken > POLICIES[size] // 40
