# SPDX-License-Identifier: Apache-2.0
"""Small provisions made by hand, with one letter for each of their clauses."""

from collections.abc import Callable
from datetime import date

import pytest

from lawgate.law.expression import Is
from lawgate.law.rulebook import Clause, Element, Provision
from lawgate.model.outcome import Outcome
from lawgate.model.period import Span

Make = Callable[..., Provision]
FIELDS = ("mailing_address", "phone")


@pytest.fixture
def provision_of() -> Make:
    """A provision from elements, each a list of (level, not_met, undetermined)."""

    def make(*elements: list[tuple[str, Outcome, Outcome]], modal: str = "shall") -> Provision:
        made = []
        for i, clauses in enumerate(elements):
            own = tuple(
                Clause(f"e{i}", f"c{i}{k}", level, level, Is("f", True), not_met, undetermined, f"says {i}{k}")
                for k, (level, not_met, undetermined) in enumerate(clauses)
            )
            made.append(Element(f"e{i}", f"cite {i}", f"question {i}", f"cure {i}", own))
        return Provision("p", "cite", "t", modal, Span(date(2020, 1, 1), None), FIELDS, tuple(made), {})

    return make
