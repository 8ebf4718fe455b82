# SPDX-License-Identifier: Apache-2.0
"""Every reason why a hand-out may not happen now: one table, no way round it.

A check names the facts it needs. When any of them is unknown (`None`) it bars; so not knowing can never remove a bar.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from lawgate.model.fault import Refused
from lawgate.model.period import Span
from lawgate.model.request import RecipientKey
from lawgate.protocol.manifest import text_digest

CLOCK_SECONDS = 120.0
FRESH_SECONDS = 60.0
"""How old a published head may be at a hand-out: whoever keeps witnesses away cannot hand out on an old one."""
REGISTRARS = 2


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found out about one package, just now. `None` means unknown. There are no defaults on purpose.

    `covering` are the orders that cover it; `orders_missing` the orders of the log whose text is gone; `clock_apart`
    the machine's time less the latest witness's, in seconds; the counts are rows. `key_text` is the SHA-256 (hex) of
    the recipient text the package was prepared for; `request_holds` says whether law and records are still those the
    request was decided on and it holds as a whole under the law and registers of today. `custody` is how many keepers
    hold a key of each record, and `bulk` says whether the whole request has so many rows that one is not enough.
    `approvals` and `key_registration` are the codes of what those lack; `notice` the orders whose notice is not served,
    or whose clock does not stand at yes.
    """

    covering: tuple[str, ...] | None
    orders_missing: tuple[str, ...] | None
    published: bool | None
    clock_apart: float | None
    decision_logged: bool | None
    review_logged: bool | None
    prepared_logged: bool | None
    contents_match: bool | None
    review_signed: bool | None
    reviewer_apart: bool | None
    set_packed: str | None
    set_reviewed: str | None
    rows_packed: int | None
    rows_accepted: int | None
    rows_a_package: int | None
    reviewed_that_day: int | None
    reviewed_a_day: int | None
    key: RecipientKey | None
    key_usable: bool | None
    key_prepared: str | None
    key_asked: str | None
    key_text: str | None
    request_holds: bool | None
    agency: str | None
    safeguard: Span | None
    today: date | None
    custody: int | None
    bulk: bool | None
    approvals: tuple[str, ...] | None
    notice: tuple[str, ...] | None
    key_registration: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Last:
    """What must be known besides, after the leaf was written and before the first byte of a key."""

    handout_logged: bool | None
    lease_left: float | None


@dataclass(frozen=True, slots=True)
class Bar:
    """One reason: a stable code, whether it is `unknown` or `not_met`, order ids if any, and a plain sentence."""

    code: str
    because: str
    orders: tuple[str, ...]
    says: str


class Barred(Refused):
    """A hand-out that does not happen. `bars` holds every reason, `code` is `barred`, `step` how far it had come."""

    def __init__(self, bars: tuple[Bar, ...], step: str = "looked") -> None:
        """All reasons at once; `step` is `looked`, `logged` (the leaf was written) or `begun` (the sealed tar went)."""
        told = (bar.says + (f" ({', '.join(bar.orders)})" if bar.orders else "") for bar in bars)
        super().__init__("barred", "; ".join(told))
        self.bars = bars
        self.step = step


@dataclass(frozen=True, slots=True)
class Check:
    """A code, the facts it needs by name, a test over exactly those, and what to tell when it does not hold."""

    code: str
    needs: tuple[str, ...]
    test: Callable[..., bool]
    says: str


CHECKS = (
    Check("order", ("covering",), lambda ids: not ids, "an order or notice covers this package"),
    Check("docket", ("orders_missing",), lambda ids: not ids, "the docket lacks an order that the log names"),
    Check("witness", ("published",), bool, "the log is not published with enough witnesses"),
    Check("clock", ("clock_apart",), lambda s: abs(s) <= CLOCK_SECONDS, "clock and witnesses disagree on the time"),
    Check("fresh", ("clock_apart",), lambda s: s <= FRESH_SECONDS, "the newest head of the log is too old"),
    Check("decision_leaf", ("decision_logged",), bool, "the decision is not shown to be in the log"),
    Check("review_leaf", ("review_logged",), bool, "the review is not shown to be in the log"),
    Check("prepared_leaf", ("prepared_logged",), bool, "the package is not shown to be in the log"),
    Check("contents", ("contents_match",), bool, "the package is not the one that was prepared"),
    Check("review_signature", ("review_signed",), bool, "the review is not signed by a reviewer in office"),
    Check("reviewer_apart", ("reviewer_apart",), bool, "the reviewer belongs to the asking side"),
    Check("review_set", ("set_packed", "set_reviewed"), lambda a, b: a == b, "the review is over another set"),
    Check("rows_reviewed", ("rows_packed", "rows_accepted"), lambda a, b: 0 < a <= b, "more rows than reviewed"),
    Check("package_ceiling", ("rows_packed", "rows_a_package"), lambda a, b: a <= b, "too many rows in a package"),
    Check(
        "review_ceiling",
        ("reviewed_that_day", "reviewed_a_day"),
        lambda a, b: 0 < a <= b,
        "more rows in one day than a person may review",
    ),
    Check("key_registered", ("key",), lambda key: key is not None, "the recipient key is not registered"),
    Check(
        "key_registrars",
        ("key",),
        lambda key: len(set(key.registrars)) >= REGISTRARS,
        "the recipient key was not registered by two people",
    ),
    Check("key_usable", ("key_usable",), bool, "the recipient key cannot be sealed to"),
    Check("key_valid", ("key", "today"), lambda key, day: day in key.span, "the recipient key is not valid today"),
    Check("key_agency", ("key", "agency"), lambda key, a: key.agency == a, "the recipient key is another agency's"),
    Check(
        "key_prepared",
        ("key", "key_prepared", "key_asked"),
        lambda key, a, b: key.id == a == b,
        "the package was prepared for another key",
    ),
    Check(
        "key_text",
        ("key", "key_text"),
        lambda key, text: text_digest(key.age) == text,
        "the recipient key is not the one the package was prepared for, although it has the same id",
    ),
    Check("request", ("request_holds",), bool, "the request does not hold any more as it was decided"),
    Check("safeguard", ("safeguard", "today"), lambda span, day: day in span, "the safeguard standing is not current"),
    Check(
        "custody", ("custody", "bulk"), lambda n, bulk: n >= 1 + bulk, "one keeper alone holds keys of so many people"
    ),
    Check("approvals", ("approvals",), lambda lacks: not lacks, "the approvals of this package do not do"),
    Check("notice", ("notice",), lambda ids: not ids, "notice that an order wants is not served, or its time not over"),
    Check(
        "key_registration",
        ("key_registration",),
        lambda lacks: not lacks,
        "two people's registration of the recipient key is not shown, was revoked, or is too young",
    ),
)
BY_ORDER = ("order", "docket", "notice")
"""Checks whose fact is a list of orders; the others that are lists name what is lacking."""
LAST_CHECKS = (
    Check("handout_leaf", ("handout_logged",), bool, "the hand-out is not shown to be in the log"),
    Check("lease", ("lease_left",), lambda s: s > 0, "the lease has ended"),
)


def bars(facts: Facts) -> tuple[Bar, ...]:
    """Every bar that these facts leave; an empty tuple is the only yes."""
    return tuple(bar for check in CHECKS for bar in _bar(check, facts))


def last_bars(facts: Facts, last: Last) -> tuple[Bar, ...]:
    """The bars once more and those that can only be known after the leaf."""
    return bars(facts) + tuple(bar for check in LAST_CHECKS for bar in _bar(check, last))


def _bar(check: Check, facts: Facts | Last) -> tuple[Bar, ...]:
    values = [getattr(facts, name) for name in check.needs]
    if any(value is None for value in values):
        return (Bar(check.code, "unknown", (), check.says),)
    if check.test(*values):
        return ()
    orders = values[0] if check.code in BY_ORDER else ()
    return (Bar(check.code, "not_met", orders, check.says),)
