# SPDX-License-Identifier: Apache-2.0
"""Whether a recipient key counts (T28, I6): this very key, two registrars, a witnessed wait, no revocation."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawgate.authority.keys import KeyRules, KeyState, Registered, key_usable
from lawgate.drivers.keys import verify
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.model.form import key_cooloff
from lawgate.model.period import Span
from lawgate.model.request import Person, RecipientKey, Registers, Tenure
from lawgate.protocol.recipient_key import parse, render
from lawgate_lab.registering import registration
from unit.release.approvers import EVER, HOUSE, START, key_of, person

WAIT = timedelta(hours=72)
RULES = KeyRules(WAIT, frozenset({"custodian.registrar"}))
ONE, TWO = "person.c.11", "person.c.12"
KEY = RecipientKey("rk-1", "us.agency-a", "age1right", (ONE, TWO), EVER)


@dataclass
class Keys:
    """A log with registrations in it, their papers, and the register of people."""

    people: dict[str, Person] = field(
        default_factory=lambda: {each: person(each, "custodian.registrar", HOUSE) for each in (ONE, TWO)}
    )
    leaves: list[tuple[int, StageLeaf]] = field(default_factory=list)
    papers: list[Registered] = field(default_factory=list)

    def register(
        self, key: RecipientKey = KEY, at: datetime = START, by: Sequence[str] = (ONE, TWO), keys: Sequence[str] = ()
    ) -> None:
        signs = [(each, key_of(own).sign) for each, own in zip(by, keys or by, strict=True)]
        paper, leaf = registration(key, signs, at)
        self.papers.append(paper)
        self.leaves.append((len(self.leaves), leaf))

    def revoke(self, key: str = "rk-1", leaf: int = 0, at: datetime = START, reason: str = "lost") -> None:
        body = {"key": key, "registered_leaf": leaf, "reason": reason, "person": ONE}
        self.leaves.append((len(self.leaves), StageLeaf("key-revoked", instant(at), body)))

    def state(self, key: RecipientKey = KEY, now: datetime | None = START + WAIT, rules: KeyRules = RULES) -> KeyState:
        registers = Registers(self.people, {}, {}, "0" * 64)
        return key_usable(key, self.leaves, self.papers, registers, rules, now, verify)


def registered() -> Keys:
    made = Keys()
    made.register()
    return made


def test_a_key_counts_when_the_wait_is_over_and_not_a_second_before() -> None:
    made = registered()
    assert made.state().short == ()
    assert made.state().usable_from == START + WAIT
    assert made.state(now=START + WAIT - timedelta(seconds=1)).short == ("E_KEY_COOLOFF",)
    assert made.state(now=None).short == ("E_KEY_COOLOFF",)


def test_i6_only_the_very_key_that_was_registered() -> None:
    made = registered()
    assert made.state(replace(KEY, age="age1wrong")).short == ("E_KEY_UNREGISTERED",)
    assert made.state(replace(KEY, id="rk-2")).short == ("E_KEY_UNREGISTERED",)
    assert made.state(replace(KEY, agency="us.agency-b")).short == ("E_KEY_PAPER",)
    assert Keys().state().short == ("E_KEY_UNREGISTERED",)


def test_t28_a_swapped_key_waits_again_and_the_one_before_it_is_gone() -> None:
    made = registered()
    later = START + WAIT + timedelta(days=30)
    made.register(replace(KEY, age="age1swapped"), at=later)
    assert made.state(replace(KEY, age="age1swapped"), later + timedelta(minutes=1)).short == ("E_KEY_COOLOFF",)
    assert made.state(KEY, later + WAIT).short == ("E_KEY_UNREGISTERED",)
    made.register(KEY, at=later + timedelta(hours=1))
    assert made.state(KEY, later + timedelta(hours=2)).short == ("E_KEY_COOLOFF",)


def test_revoked_is_revoked_at_once_and_for_good() -> None:
    made = registered()
    made.revoke()
    assert made.state().short == ("E_KEY_REVOKED",)
    assert made.state(now=START + 100 * WAIT).short == ("E_KEY_REVOKED",)
    again = START + timedelta(hours=1)
    made.register(at=again)
    assert made.state(now=again + WAIT).short == ()


@pytest.mark.parametrize("reason", ["compromised", "another-reason"])
def test_a_compromised_key_never_counts_again_under_any_id(reason: str) -> None:
    made = registered()
    made.register(replace(KEY, id="rk-2"), at=START + timedelta(minutes=1))
    assert made.state(replace(KEY, id="rk-2"), START + 2 * WAIT).short == ()
    made.revoke(at=START + timedelta(hours=1), reason=reason)
    again = START + timedelta(hours=2)
    made.register(at=again)
    made.register(replace(KEY, id="rk-3"), at=again)
    made.register(replace(KEY, id="rk-4", age="age1other"), at=again)
    for key in (KEY, replace(KEY, id="rk-2"), replace(KEY, id="rk-3")):
        assert made.state(key, again + 100 * WAIT).short == ("E_KEY_COMPROMISED",), key.id
    assert made.state(replace(KEY, id="rk-4", age="age1other"), again + WAIT).short == ()


@pytest.mark.parametrize("reason", ["lost", "replaced", "withdrawn"])
def test_a_key_revoked_for_another_known_reason_can_be_registered_again(reason: str) -> None:
    made = registered()
    made.revoke(at=START + timedelta(hours=1), reason=reason)
    again = START + timedelta(hours=2)
    made.register(at=again)
    assert made.state(now=again + WAIT).short == ()


def test_the_paper_of_a_revoked_registration_registers_nothing_again() -> None:
    made = registered()
    made.revoke(at=START + timedelta(hours=1))
    _, leaf = made.leaves[0]
    made.leaves.append((2, replace(leaf, at=instant(START + timedelta(hours=2)))))
    assert made.state(now=START + 10 * WAIT).short == ("E_KEY_PAPER",)


def test_nor_does_an_old_paper_ever() -> None:
    made = registered()
    made.leaves = [(0, replace(made.leaves[0][1], at=instant(START + timedelta(days=1, seconds=1))))]
    assert made.state(now=START + 10 * WAIT).short == ("E_KEY_PAPER",)


def test_a_leaf_cannot_make_the_wait_shorter() -> None:
    """Where the log stood still a leaf could claim an older moment: the one the registrars signed counts too."""
    made = registered()
    index, leaf = made.leaves[0]
    made.leaves[0] = index, replace(leaf, at=instant(START - WAIT))
    assert made.state(now=START).short == ("E_KEY_PAPER",)
    made.leaves[0] = index, replace(leaf, body={**leaf.body, "usable_from": instant(START + 2 * WAIT)})
    assert made.state().short == ("E_KEY_COOLOFF",)


def test_a_rulebook_lengthens_the_wait_for_keys_that_are_there() -> None:
    longer = replace(RULES, cooloff=timedelta(hours=100))
    assert registered().state(rules=longer).short == ("E_KEY_COOLOFF",)
    assert registered().state(now=START + timedelta(hours=100), rules=longer).short == ()


@pytest.mark.parametrize(("stated", "hours"), [(None, 72), (72, 72), (100, 100), (1, 72), (0, 72)])
def test_nothing_shortens_the_wait(stated: object, hours: int) -> None:
    assert key_cooloff(stated) == timedelta(hours=hours)


@pytest.mark.parametrize("stated", [-1, True, "72", 1.5, 10**9])
def test_a_wait_that_is_none_has_no_end(stated: object) -> None:
    rules = replace(RULES, cooloff=key_cooloff(stated))
    assert registered().state(now=datetime.max.replace(tzinfo=UTC) - timedelta(days=1), rules=rules).short


@pytest.mark.parametrize("keys", [(ONE, ONE), ("person.c.1", TWO), (TWO, ONE)])
def test_both_registrars_sign_with_their_own_keys(keys: tuple[str, str]) -> None:
    made = Keys()
    made.register(keys=keys)
    assert made.state().short == ("E_KEY_PAPER",)


def test_one_human_under_two_ids_is_one_registrar() -> None:
    made = Keys()
    made.people[TWO] = person(TWO, "custodian.registrar", HOUSE, key=ONE)
    made.register(keys=(ONE, ONE))
    assert made.state().short == ("E_KEY_PAPER",)
    named = Keys()
    named.people = {each: replace(known, human="the one") for each, known in named.people.items()}
    named.register()
    assert named.state().short == ("E_KEY_PAPER",)


def test_a_registrar_holds_the_office_that_day_and_none_of_the_recipients() -> None:
    for tenures in (
        (Tenure("custodian.registrar", HOUSE, Span(date(2020, 1, 1), date(2030, 5, 6))),),
        (Tenure("custodian.clerk", HOUSE, EVER),),
        (Tenure("custodian.registrar", HOUSE, EVER), Tenure("clerk", "us.agency-a.part", EVER)),
    ):
        made = Keys()
        made.people[TWO] = replace(made.people[TWO], holds=tenures)
        made.register()
        assert made.state().short == ("E_KEY_PAPER",)
    unlisted = registered()
    assert unlisted.state(rules=replace(RULES, offices=frozenset())).short == ("E_KEY_PAPER",)


def test_the_registers_own_registrars_are_those_who_signed() -> None:
    assert registered().state(replace(KEY, registrars=(ONE, "person.c.13"))).short == ("E_KEY_PAPER",)


def test_without_its_paper_or_with_one_signature_a_leaf_registers_nothing() -> None:
    made = registered()
    (paper,) = made.papers
    made.papers = [replace(paper, signatures=paper.signatures[:1])]
    assert made.state().short == ("E_KEY_PAPER",)
    made.papers = []
    assert made.state().short == ("E_KEY_PAPER",)


def test_a_fingerprint_of_another_key_registers_nothing() -> None:
    made = registered()
    text = render(replace(parse(made.papers[0].paper), fingerprint="0000 " * 7 + "0000"))
    made.papers = [Registered(text, tuple(key_of(each).sign(text) for each in (ONE, TWO)))]
    assert made.state().short == ("E_KEY_PAPER",)


@pytest.mark.parametrize(
    "other", [{"id": "rk-2"}, {"agency": "us.agency-b"}, {"age": "age1wrong"}], ids=lambda each: next(iter(each))
)
def test_i6_a_paper_about_another_key_registers_nothing(other: dict[str, str]) -> None:
    made = registered()
    elsewhere = Keys()
    elsewhere.register(replace(KEY, **other))
    made.papers = elsewhere.papers
    assert made.state().short == ("E_KEY_PAPER",)


@pytest.mark.parametrize("other", [{"people": [ONE, "person.c.13"]}, {"people": [ONE]}, {"owner": "us.agency-b"}])
def test_a_leaf_that_says_something_else_than_the_paper(other: dict[str, object]) -> None:
    made = registered()
    index, leaf = made.leaves[0]
    made.leaves[0] = index, replace(leaf, body={**leaf.body, **other})
    assert made.state().short == ("E_KEY_PAPER",)


def test_keys_of_another_use_are_no_recipient_keys() -> None:
    made = registered()
    made.leaves = [(at, replace(leaf, body={**leaf.body, "use": "accounting-vrf"})) for at, leaf in made.leaves]
    assert made.state().short == ("E_KEY_UNREGISTERED",)


@given(st.lists(st.sampled_from(["right", "wrong", "revoke", "other"]), max_size=6), st.integers(0, 200))
def test_a_key_that_counts_was_registered_last_and_waited(acts: list[str], hours: int) -> None:
    """Over any history: it counts only if its own registration is the last of its id, unrevoked, and old enough."""
    made, at, last = Keys(), START, ("", START)
    for act in acts:
        at += timedelta(hours=30)
        if act == "revoke":
            own = [index for index, leaf in made.leaves if leaf.kind == "key-registered" and leaf.text("key") == "rk-1"]
            made.revoke(leaf=max(own, default=0), at=at)
            last = ("", at)
        else:
            known = {"right": KEY, "wrong": replace(KEY, age="age1wrong"), "other": replace(KEY, id="rk-2")}[act]
            made.register(known, at=at)
            last = last if act == "other" else (act, at)
    now = at + timedelta(hours=hours)
    assert (made.state(now=now).short == ()) == (last[0] == "right" and now >= last[1] + WAIT)
