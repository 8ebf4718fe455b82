# SPDX-License-Identifier: Apache-2.0
"""Edge cases whose result is an event, not a decision: each is played in an office, under the code the rulebook gives.

`PLAYS` has a play for each code. It does what the case says happens and asserts, sentence by sentence, the state that
the rulebook fixes; a case that runs and has no play fails, and so does a play that no case asks for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from journeys.accounting import WITHHELD, nobody, numbers, seal, sealing
from journeys.notice_plays import NOTICE_PLAYS
from journeys.office import AGENCY, CLERK, KEY, Office, Still, an_order, today
from journeys.order_plays import ORDER_PLAYS
from journeys.test_log_state import WRITING
from lawgate.docket.printing import print_order
from lawgate.docket.reading import read_order
from lawgate.model.fault import Refused
from lawgate.model.order import EVERY, Effect, EffectKind
from lawgate.office.accounting import make_root
from lawgate.office.handout import pull
from lawgate.office.notices import notices, read_trigger
from lawgate.office.orders import OrderDesk, enter_order
from lawgate.office.quarantine import GIVE_BACK, SET_APART
from lawgate.office.recall import open_recall
from lawgate.office.recall_desk import prior_disclosures
from lawgate.office.statement import statement
from lawgate.office.statement_page import html, page
from scenarios import tally
from scenarios.book import Scenario, read_edges

EVENTS = [each for each in read_edges().edges if each.event and each.runs]
TRIGGER = 'kind = "{kind}"\nday = {day}\npaper = "{paper}"\npackage = "{package}"\nrows = [0, 1]\n'


@dataclass(frozen=True)
class Gone:
    """An office that handed a package of two people out, and received a second request."""

    office: Office
    batch: str
    package: str
    leaf: int


@pytest.fixture(scope="module")
def gone(opened: Office, tmp_path_factory: pytest.TempPathFactory) -> Gone:
    """The office nobody plays in."""
    top = tmp_path_factory.mktemp("events")
    office = opened.copy(top / "office")
    batch = office.decided(office.lab / "proper")
    package = office.prepared(batch, [0, 1], declined=[2]).manifest.package
    house = office.house
    leaf = pull(house.release.release, package, KEY, house.courier(top / "out")).handout
    assert office.call("request", "receive", office.lab / "second").exit_code == 0
    make_root(house.accounting(), CLERK)
    return Gone(office, batch, package, leaf)


def recipient_frozen(place: Gone, out: Path) -> None:
    """An order binds only the recipient, who may not use what it has."""
    office = place.office
    enter(office.house.orders, EffectKind.FREEZE_RECIPIENT)
    # "Nothing more goes to that recipient, ..."
    received = [each.id for each in office.house.decide.cases.batches() if each.state == "received"]
    assert office.call("decide", *received).exit_code == 0
    assert {row["outcome"] for row in office.rows(received[0])} == {"HOLD"}
    done = office.call("pull", place.package, "--key", KEY, "--out", out / "pulled")
    assert (done.exit_code, "barred" in done.stderr, list((out / "pulled").iterdir())) == (1, True, []), done.output
    # "... and a notice to freeze what was sent is issued."
    assert office.call("recall", "freeze", "order-kept", "--by", CLERK, "--out", out / "told").exit_code == 0
    (notice,) = (out / "told").iterdir()
    assert "frozen" in notice.read_text()
    (leaf,) = (leaf for _, leaf in office.house.decide.log.leaves() if leaf.kind == "freeze-notice")
    assert [leaf.text(key) for key in ("order", "recipient")] == ["order-kept", AGENCY]
    assert leaf.number("source_leaf") == place.leaf


def log_broken(place: Gone, out: Path) -> None:
    """One entry of the log is changed where it lies."""
    office = place.office
    entries = max((office.folder / "log/tile/entries/000.p").iterdir(), key=lambda tile: int(tile.name))
    data = bytearray(entries.read_bytes())
    data[len(data) // 2] ^= 1
    entries.write_bytes(data)
    (received,) = (each.id for each in office.house.decide.cases.batches() if each.state == "received")
    names = {"decided": place.batch, "received": received, "package": place.package, "lab": office.lab, "out": out}
    # "The check of the log fails ..."
    checked = office.call("log", "verify")
    assert (checked.exit_code, "BROKEN entry_differs" in checked.stderr) == (1, True), checked.output
    # "... and the system only reads from then on."
    before = log_files(office)
    for words in WRITING:
        done = office.call(*(word.format(**names) for word in words))
        assert (done.exit_code, "E_LOG" in done.stderr) == (2, True), (words, done.output)
    assert not out.exists() or not list(out.iterdir())
    assert [office.call(*words).exit_code for words in (("order", "list"), ("log", "policy"))] == [0, 0]
    # An order binds all the same; its leaves are made up when the log is whole.
    out.mkdir(exist_ok=True)
    (out / "order.toml").write_bytes(an_order("order-meanwhile", AGENCY))
    done = office.call("order", "enter", out / "order.toml", "--by", CLERK)
    assert (done.exit_code, "E_UNLOGGED" in done.stderr, "and binds" in done.stderr) == (2, True, True)
    assert log_files(office) == before


def log_files(office: Office) -> dict[Path, bytes]:
    """Everything the log consists of."""
    return {file: file.read_bytes() for file in sorted((office.folder / "log").rglob("*")) if file.is_file()}


def nothing_to_show(place: Gone, _out: Path) -> None:
    """The only disclosure about a taxpayer may not be shown now."""
    office, moment = place.office, Still(datetime.now(UTC).replace(microsecond=0))
    one = numbers(office, place.package)[0]
    other = nobody(office, place.package)
    seal(office, sealing(place.package, WITHHELD, '"until further notice"'))
    make_root(office.house.accounting(), CLERK)
    # "The answer is the same, word for word, as when there is nothing to show ..."
    answers = [said(office, number, moment) for number in (one, other)]
    assert answers[0] == answers[1]
    # "... once the reason ends, the disclosure is shown."
    seal(office, "")
    make_root(office.house.accounting(), CLERK)
    assert statement(office.house.accounting(), one).acts == 1
    assert said(office, one, moment) != said(office, other, moment)


def said(office: Office, number: str, moment: Still) -> list[bytes]:
    """What the person reads, in both languages."""
    desk = office.house.accounting()
    standing = replace(desk.release, decide=replace(desk.release.decide, clock=moment))
    data = statement(replace(desk, release=standing), number).data
    return [html(page(data, language)) for language in ("en", "es")]


def called_back(place: Gone, out: Path) -> None:
    """The custodian finds that it should not have sent a package."""
    for kept_by in (EffectKind.LEAVE_IN_PLACE, EffectKind.PRESERVE, None):
        office = place.office.copy(out / str(kept_by))
        desk = office.house.recall
        if kept_by is not None:
            enter(office.house.orders, kept_by)
        acts = [each.acts for each in prior_disclosures(desk)]
        # "It is called back, and set apart instead of destroyed if an order keeps records in place ..."
        found = open_recall(desk, place.leaf, "custodian_error", CLERK)
        assert (found.rows, found.demand) == (2, GIVE_BACK if kept_by is None else SET_APART)
        assert [b"DO NOT DESTROY" in each.text for each in found.letters] == [kept_by is not None]
        # "... the acts are counted ..."
        assert [each.acts for each in prior_disclosures(desk)] == acts == [2]
        # "... and letters to the people wait for the event the statute names."
        assert "notice" not in kinds(office)
        assert told(office, place.package, "error-found") == []
        assert told(office, place.package, "charge") == ["taxpayer"] * 2


def enter(desk: OrderDesk, kind: EffectKind) -> None:
    """Enter an order of one effect over everything the agency has."""
    order = read_order(an_order("order-kept", AGENCY), "order")
    effect = Effect(kind, EVERY, EVERY, (AGENCY,), EVERY, EVERY, 0)
    enter_order(desk, print_order(replace(order, effects=(effect,))), CLERK)


def kinds(office: Office) -> list[str]:
    """The kinds of all leaves."""
    return [leaf.kind for _, leaf in office.house.decide.log.leaves()]


def told(office: Office, package: str, kind: str) -> list[str]:
    """To whom letters are written when this has happened."""
    desk, text = office.house.accounting(), TRIGGER.format(kind=kind, day=today(), paper="d" * 64, package=package)
    try:
        return [each.to for each in notices(desk, read_trigger(desk, text.encode()), dict[str, bytes]().__setitem__)]
    except Refused as refused:
        assert refused.code == "E_TRIGGER"
        return []


PLAYS: dict[str, Callable[[Gone, Path], None]] = {
    **{play.__name__: play for play in (recipient_frozen, log_broken, nothing_to_show, called_back)},
    **NOTICE_PLAYS,
    **ORDER_PLAYS,
}


@pytest.mark.parametrize("edge", EVENTS, ids=[each.id for each in EVENTS])
def test_event(edge: Scenario, gone: Gone, tmp_path: Path) -> None:
    PLAYS[edge.event["code"]](replace(gone, office=gone.office.copy(tmp_path / "office")), tmp_path / "out")
    tally.RAN.add(edge.id)


def test_each_play_is_that_of_an_event_which_runs() -> None:
    assert sorted(each.event["code"] for each in EVENTS) == sorted(PLAYS)
