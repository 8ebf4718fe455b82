# SPDX-License-Identifier: Apache-2.0
"""An order that names nobody known is entered all the same, and whoever enters it is told."""

import dataclasses
from pathlib import Path

import pytest

from journeys.office import AGENCY, CLERK, KEY, Office, an_order, today
from lawgate.docket.printing import print_order
from lawgate.docket.reading import read_order
from lawgate.law.read import read_rulebook
from lawgate.model.order import EVERY
from lawgate.office.names import unknown_names

GOOD = {"provisions": ("i2",), "requesters": (AGENCY, "person.doj.1"), "recipients": (KEY, AGENCY), "years": (2021,)}


def naming(**scope: object) -> bytes:
    """An order with these parts of a scope."""
    order = read_order(an_order("order-names", AGENCY), "order")
    (effect,) = order.effects
    return print_order(dataclasses.replace(order, effects=(dataclasses.replace(effect, **scope),)))


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ({}, ()),
        ({"requesters": EVERY}, ()),
        ({"fields": ("mailing_address",)}, ()),
        ({"requesters": ("us.dojj", AGENCY)}, ("requesters: us.dojj",)),
        ({"requesters": (KEY,)}, (f"requesters: {KEY}",)),
        ({"recipients": ("rk-doj-11",)}, ("recipients: rk-doj-11",)),
        ({"fields": ("mailing-address",)}, ("fields: mailing-address",)),
        ({"provisions": ("i-2",)}, ("provisions: i-2",)),
    ],
)
def test_what_nobody_knows_is_named(opened: Office, scope: dict[str, object], said: tuple[str, ...]) -> None:
    desk = opened.house.decide
    provision = next(iter(_provisions(opened)))
    good = {**GOOD, "provisions": (provision,)}
    assert unknown_names(desk, naming(**{**good, **scope})) == said


def _provisions(office: Office) -> list[str]:
    return sorted(read_rulebook(office.house.decide.law(), today()).provisions)


def test_the_order_is_in_force_and_the_slip_is_told(office: Office, tmp_path: Path) -> None:
    text = tmp_path / "order.toml"
    text.write_bytes(naming(requesters=("us.dojj",)))
    done = office.call("order", "enter", text, "--by", CLERK)
    assert done.exit_code == 0
    assert "is in force" in done.stdout
    assert "CHECK THE SPELLING: requesters: us.dojj is not known here" in done.stderr


def test_the_order_is_in_force_although_the_registers_cannot_be_read(office: Office, tmp_path: Path) -> None:
    (office.folder / "registers" / "people.toml").write_text("(")
    text = tmp_path / "order.toml"
    text.write_bytes(naming())
    done = office.call("order", "enter", text, "--by", CLERK)
    assert done.exit_code == 0
    assert "could not be compared with the registers" in done.stderr
