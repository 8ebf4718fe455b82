# SPDX-License-Identifier: Apache-2.0
"""A freeze on expansion: what the log shows was answered before it goes on, and nothing beyond that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from differential.batches import book_files
from lawgate.authority.freezes import Asked, Then, beyond, freezing, frozen, gone_with, nothing_packed, then_of, untold
from lawgate.authority.gates import Found, docket_of
from lawgate.docket.printing import print_order
from lawgate.docket.standing import standing
from lawgate.law.read import digest_of, plan_digest, read_rulebook
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import FIELDS
from lawgate.model.fault import LawgateError
from lawgate.model.order import EVERY, Covered, Effect, EffectKind, Order
from lawgate.model.period import Span
from lawgate.model.request import Registers, Staff
from lawgate.protocol import manifest as manifests
from lawgate.protocol.manifest import Manifest, Sealed

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = NOON.date()
FILES = book_files()
AGENCY, OTHER, PROVISION, AGREEMENT = "us.doj", "us.dhs", "i2", "agr-2025-04"
FREEZE = Effect(EffectKind.FREEZE_EXPANSION, EVERY, EVERY, EVERY, EVERY, EVERY, 0)
ORDER = Order("order-f", "A Court", "1:30-cv-1", "stay", "ab" * 32, NOON, NOON, NOON, None, (FREEZE,), "")
BIG = """id = "big"
requester = "us.doj"
provision = "i2"
channel = "folder"
rows_a_request = 200
rows_a_year = 300
matching_standard = "matches_on_file"
explanation = "0000000000000000000000000000000000000000000000000000000000000000"
citation = "26 U.S.C. 6103(p)(1)"
reason = "HYPOTHETICAL: made up for a test."
in_force = { start = 2020-01-01, end = "until further notice" }
"""


def digest(char: str) -> str:
    return char * 64


SAMPLES = {
    "digest": digest("0"),
    "id": "none",
    "id*": [],
    "code": "none",
    "code*": [],
    "instant": instant(NOON),
    "count": 1,
    "number": 0,
    "flag": False,
}
"""What a leaf says where a test does not care."""


@dataclass
class Log:
    """A log and the texts of rulebooks that are kept."""

    files: dict[str, bytes] = field(default_factory=lambda: dict(FILES))
    leaves: list[tuple[int, StageLeaf]] = field(default_factory=list)
    kept: dict[str, Mapping[str, bytes]] = field(default_factory=dict)

    def write(self, kind: str, at: datetime, **body: object) -> int:
        made = {name: SAMPLES[type_.rstrip("?")] for name, type_ in FIELDS[kind].items()}
        self.leaves.append((len(self.leaves), StageLeaf(kind, instant(at), made | body)))
        return len(self.leaves) - 1

    def decided(self, at: datetime) -> None:
        """A leaf that names the rulebook as it is, with its text kept."""
        found = digest_of(self.files)
        self.kept[found] = dict(self.files)
        self.write("decision-batch", at, rulebook=found)

    def handed_out(
        self,
        at: datetime,
        rows: int = 3,
        to: str = AGENCY,
        package: str = "pkg-1",
        asked: int = 3,
        provision: str = "i2",
    ) -> None:
        self.write("request", at, batch=package, requester=to, provision=provision, row_count=asked)
        made = self.write("prepared", at, package=package, batch=package)
        self.write("handout", at, package=package, prepared_leaf=made, rows=rows, recipient=to)

    def law_of(self, name: str) -> Mapping[str, bytes]:
        if name not in self.kept:
            raise LawgateError("not kept")
        return self.kept[name]

    def then(self, order: Order = ORDER) -> Then | None:
        return then_of(lambda: self.leaves, self.law_of, DAY, order)

    def asked(self, **other: object) -> Asked:
        law = read_rulebook(self.files, DAY)
        made = Asked(
            AGENCY, PROVISION, "", ("mailing_address",), 3, law, plan_digest(self.files), frozenset(), nothing_packed
        )
        return replace(made, **other)

    def beyond(self, order: Order = ORDER, **other: object) -> bool:
        return beyond(self.asked(**other), self.then(order))


@pytest.fixture
def log() -> Log:
    """A log in which the department was given three records a day before the freeze."""
    made = Log()
    made.decided(NOON - timedelta(days=1))
    made.handed_out(NOON - timedelta(days=1))
    return made


def test_what_was_answered_before_goes_on(log: Log) -> None:
    assert not log.beyond()
    assert not log.beyond(rows=49)
    assert not log.beyond(agreement=AGREEMENT)
    assert log.beyond(rows=50), "no practice of before answers so many"


@pytest.mark.parametrize("start", ["2020-01-01", DAY.isoformat(), (DAY + timedelta(days=3)).isoformat()])
def test_a_practice_written_later_is_new_whatever_day_it_states(log: Log, start: str) -> None:
    log.files["practices/big.toml"] = BIG.replace("2020-01-01", start).encode()
    log.decided(NOON)
    assert log.beyond(rows=50)
    assert not log.beyond(rows=3)


def test_a_practice_that_was_there_goes_on_until_it_is_changed(log: Log) -> None:
    log.files["practices/big.toml"] = BIG.encode()
    log.decided(NOON - timedelta(seconds=1))
    assert not log.beyond(rows=50)
    log.files["practices/big.toml"] = BIG.replace("= 200", "= 250").encode()
    assert log.beyond(rows=50)
    del log.files["practices/big.toml"]
    assert log.beyond(rows=50), "what ended is not answered by"


def test_a_practice_that_begins_on_the_day_of_the_freeze_is_new(log: Log) -> None:
    for day, left in ((DAY, True), (DAY - timedelta(days=1), False)):
        log.files["practices/big.toml"] = BIG.replace("2020-01-01", day.isoformat()).encode()
        log.leaves.clear()
        log.decided(NOON - timedelta(hours=1))
        assert log.beyond(rows=50) is left


def test_only_the_last_rulebook_before_the_freeze_was_in_force(log: Log) -> None:
    log.files["practices/big.toml"] = BIG.encode()
    log.decided(NOON - timedelta(hours=2))
    few, big = dict(FILES), dict(log.files)
    log.files = few
    log.decided(NOON - timedelta(hours=1))
    log.files = big
    assert log.beyond(rows=50)


def test_an_added_field_is_beyond(log: Log) -> None:
    assert log.beyond(fields=("mailing_address", "wages"))
    assert log.beyond(fields=())
    text = log.files["provisions/i2.toml"]
    log.files["provisions/i2.toml"] = text.replace(b'title = "', b'title = "Another ', 1)
    assert log.beyond(), "a provision that was changed since is another one"


def test_an_agreement_that_is_new_or_was_changed_is_beyond(log: Log) -> None:
    name = f"agreements/{AGREEMENT}.toml"
    text = log.files.pop(name)
    log.decided(NOON - timedelta(hours=1))
    log.files[name] = text
    assert log.beyond(agreement=AGREEMENT)
    assert log.beyond(agreement=None), "which agreement it rests on nobody can tell"
    log.leaves.pop()
    log.files[name] = text.replace(b'title = "', b'title = "Another ', 1)
    assert log.beyond(agreement=AGREEMENT)
    assert not log.beyond(), "another request does not rest on it"


def test_another_plan_of_matching_is_beyond(log: Log) -> None:
    log.files["match/names.toml"] += b"\n"
    assert log.beyond()


def test_somebody_who_was_given_nothing_before_is_an_added_recipient(log: Log) -> None:
    assert log.beyond(agency=OTHER)
    log.handed_out(NOON, to=OTHER, package="pkg-2")
    assert log.beyond(agency=OTHER), "what slipped at the very second shows nothing"
    assert log.beyond(elsewhere=frozenset({"person.b.1"}))


def test_a_practice_that_names_its_requester_shows_the_recipient() -> None:
    log = Log()
    log.files["practices/big.toml"] = BIG.encode()
    log.decided(NOON - timedelta(hours=1))
    assert (log.beyond(), log.beyond(agency=OTHER)) == (False, True)


def test_the_volume_of_a_year_is_that_of_the_practice_of_before(log: Log) -> None:
    for package, days, rows in (("pkg-2", 400, 2000), ("pkg-3", 365, 2400), ("pkg-4", 10, 90)):
        log.handed_out(NOON - timedelta(days=days), rows, package=package)
    then = log.then()
    for rows, left in ((7, False), (8, True)):
        gone = gone_with(log.leaves, "pkg-new", rows, NOON)
        assert beyond(log.asked(gone=gone), then) is left, "2400 + 90 + 3, and so many more, of 2500"
    # Handed out before: the same package once more is no more.
    assert not beyond(log.asked(gone=gone_with(log.leaves, "pkg-4", 97, NOON)), then)
    log.handed_out(NOON, 1000, asked=5000, package="pkg-5")
    assert not beyond(log.asked(gone=gone_with(log.leaves, "pkg-new", 7, NOON)), then), "of another practice"
    log.write("handout", NOON, package="pkg-6", prepared_leaf=0, rows=1, recipient=AGENCY)
    assert beyond(log.asked(gone=gone_with(log.leaves, "pkg-new", 7, NOON)), then), "whatever it was, it counts"


def test_what_cannot_be_shown_was_not_there(log: Log) -> None:
    assert then_of(lambda: log.leaves, untold, DAY, ORDER) is None
    assert then_of(list, log.law_of, DAY, ORDER) is None
    (kept,) = log.kept
    log.kept[kept] = {**log.kept[kept], "practices/big.toml": BIG.encode()}
    assert log.then() is None, "a text under another one's digest"
    log.kept[kept] = {"rulebook.toml": b"("}
    assert log.then() is None
    assert log.beyond()


def test_only_what_the_log_has_before_the_freeze_counts(log: Log) -> None:
    early = replace(ORDER, effective_at=NOON - timedelta(days=1))
    assert log.beyond(early), "the same second is not before"
    assert not log.beyond(replace(early, effective_at=NOON - timedelta(days=1) + timedelta(seconds=1)))
    assert log.beyond(replace(ORDER, learned_at=NOON - timedelta(days=2)))


def test_a_clock_set_back_later_makes_nothing_earlier(log: Log) -> None:
    log.write("alarm", NOON, code="anything")
    log.files["practices/big.toml"] = BIG.encode()
    log.decided(NOON - timedelta(hours=1))
    assert log.beyond(rows=50)


def test_nor_does_a_clerk_whose_clock_was_ahead(log: Log) -> None:
    log.write("order-bar", NOON - timedelta(seconds=100), order=ORDER.id)
    log.files["practices/big.toml"] = BIG.encode()
    log.decided(NOON - timedelta(seconds=50))
    assert log.beyond(rows=50)


MANIFEST = Manifest(
    "pkg-9", "b-9", PROVISION, "use", AGENCY, "rk-1", digest("a"), ("person.a.1",), ("person.a.2",),
    ("mailing_address",), (2021,), 3, digest("b"), digest("c"), (Sealed("0001.age", digest("d"), 9),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("scope", "meant"),
    [
        ({}, True),
        ({"requesters": (AGENCY,)}, True),
        ({"requesters": ("us.other",)}, False),
        ({"requesters": ("person.a.1",)}, True),
        ({"recipients": ("PERSON.A.2",)}, True),
        ({"recipients": ("person.x.9",)}, True),
        ({"recipients": ("person.x.8",)}, False),
        ({"rows_at_least": 4}, False),
    ],
)
def test_a_freeze_is_held_against_every_name_as_every_order_is(log: Log, scope: dict[str, object], meant: bool) -> None:
    order = replace(ORDER, effects=(replace(FREEZE, **scope),))
    stands = standing({"0001-order-f.toml": print_order(order)}, NOON)
    assert freezing(stands)
    assert not freezing(standing({}, NOON))

    def humans(ids: object) -> frozenset[str]:
        # Whoever receives is known under another id too.
        found = {each.casefold() for each in ids}
        return frozenset(found | ({"person.x.9"} if "person.a.2" in found else set()))

    names: tuple[Covered, ...] = manifests.covered(MANIFEST, humans)
    for agency, ids in ((AGENCY, ()), (OTHER, ("order-f",) if meant else ())):
        assert frozen((stands, stands), names, log.asked(agency=agency), log.then) == ids


class Gate:
    """What a look reads of a freeze: the docket, the registers, the law of now and the log."""

    def __init__(self, log: Log, order: Order = ORDER, staff: tuple[Staff, ...] = (), rows: int = 1) -> None:
        self.log, self.rulebook = log, read_rulebook(log.files, DAY)
        asked = log.write(
            "request", NOON, batch="b-9", requester=AGENCY, provision=PROVISION, agreement=AGREEMENT, row_count=3
        )
        parsed = log.write("parse", NOON, batch="b-9", request_leaf=asked)
        plan = plan_digest(log.files)
        log.write("decision-batch", NOON, batch="b-9", parse_leaf=parsed, match_plan=plan, rulebook=digest("9"))
        records = tuple(Sealed(f"{n:04d}.age", digest("d"), 9) for n in range(1, rows + 1))
        self.manifest = replace(MANIFEST, records=records)
        self.registers = Registers({}, {}, {}, digest("0"), staff)
        self.order, self.law_of = order, log.law_of

    def covering(self, **manifest: object) -> tuple[str, ...] | None:
        """The orders that bar the package."""
        sources = SimpleNamespace(
            texts=lambda: {"0001-order-f.toml": print_order(self.order)}, lifting=lambda: None, law_of=self.law_of
        )
        found = Found(
            NOON, replace(self.manifest, **manifest), self.log.leaves, self.registers, None, self.rulebook, None
        )
        return docket_of(sources, found).covering


def test_the_look_at_a_package_lets_go_on_what_was_before(log: Log) -> None:
    assert Gate(log).covering() == ()


def test_a_freeze_on_another_agency_bars_nothing(log: Log) -> None:
    other = replace(ORDER, effects=(replace(FREEZE, requesters=("us.other",)),))
    assert Gate(log, other).covering(batch_rows=50) == ()


@pytest.mark.parametrize(
    "manifest",
    [
        {"fields": ("mailing_address", "wages")},
        {"batch_rows": 50},
        {"agency": OTHER},
        {"provision": "i9"},
        {"batch": "b-none"},
    ],
)
def test_the_look_bars_what_goes_beyond(log: Log, manifest: dict[str, object]) -> None:
    assert Gate(log).covering(**manifest) == ("order-f",)


@pytest.mark.parametrize(("serves", "ids"), [((OTHER,), ("order-f",)), ((OTHER, AGENCY), ())])
def test_the_look_bars_a_recipient_who_serves_elsewhere_only(
    log: Log, serves: tuple[str, ...], ids: tuple[str, ...]
) -> None:
    staff = tuple(Staff(agency, frozenset({"Person.A.2"}), Span(DAY, None)) for agency in serves)
    assert Gate(log, staff=staff).covering() == ids


@pytest.mark.parametrize(("rows", "ids"), [(7, ()), (8, ("order-f",))])
def test_the_look_counts_the_year(log: Log, rows: int, ids: tuple[str, ...]) -> None:
    log.handed_out(NOON - timedelta(hours=2), 2490, package="pkg-2")
    assert Gate(log, rows=rows).covering() == ids


def test_the_look_bars_where_no_text_of_before_is_kept(log: Log) -> None:
    gate = Gate(log)
    gate.law_of = untold
    assert gate.covering() == ("order-f",)


def test_a_request_that_cannot_be_found_rests_on_nothing(log: Log) -> None:
    gate = Gate(log)
    log.leaves = [(at, leaf) for at, leaf in log.leaves if leaf.kind != "parse"]
    assert gate.covering() == ("order-f",)
