# SPDX-License-Identifier: Apache-2.0
"""Mutated bundles are refused, and the program, verify.py and verify.html come to the same verdict about each."""

import random
from collections import Counter

from unit.evidence import evidence_made as made
from unit.evidence.evidence_mutants import CHANGES, Mutant, may_hold, mutant
from unit.evidence.verifier_runs import by_node, by_program, by_py, verify_py

MUTANTS = {"ci": 2_000, "full": 20_000}
AT_ONCE = 500


def mutants(count: int) -> list[Mutant]:
    rng, texts = random.Random(4), {name: each.render().decode() for name, each in made.samples().items()}
    return [mutant(rng, name, texts[name]) for name in rng.choices(sorted(texts), k=count)]


def test_every_mutant_is_refused_with_one_verdict(size: str, need) -> None:
    """Those that only say less, sealed anew, may hold; nobody may differ about any of them."""
    node, module = need("nodejs"), verify_py()
    seen: Counter[str] = Counter()
    held: Counter[str] = Counter()
    refused = 0
    count = MUTANTS[size]
    # So many must be refused; those that may hold come on top.
    waiting = iter(mutants(count * 2))
    while refused < count:
        part = [next(waiting) for _ in range(AT_ONCE)]
        cases = [(each.data, each.policy, ()) for each in part]
        for each, case, said in zip(part, cases, by_node(node, cases), strict=True):
            found = by_py(module, case)
            where = f"{each.sample} {each.how} sealed={each.sealed}"
            assert (said["code"], said["said"]) == (found["code"], found["said"]), where
            assert by_program(case) == found["code"], where
            seen[each.how] += 1
            refused += not found["ok"]
            if found["ok"]:
                assert may_hold(each), where
                held[each.how] += 1
    assert set(seen) == {change.__name__ for change in CHANGES} | {"respelt", "policy_given"}
    assert sum(held.values()) < sum(seen.values()) / 5
    assert refused >= count
