# SPDX-License-Identifier: Apache-2.0
"""I26 and E47: every table equals the fold of the log; where one does not, nothing is written until that is mended.

Reading goes on, and so does entering an order: a stop is never harder to enter than on any other day.
"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from journeys.office import AGENCY, CLERK, KEY, REVIEWER, Office, an_order
from journeys.test_resume import Stop, again, stopping, taken
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.office.handout import pull
from lawgate.office.state import ReadOnlyError, differences
from lawgate.ports.log import ForkError, RollbackError

CASES = "cases.sqlite"


@pytest.fixture(scope="module")
def busy(opened: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A refused request, a decided batch, a package that was handed out, a batch received, an order."""
    top = tmp_path_factory.mktemp("busy")
    office = opened.copy(top / "office")
    torn = shutil.copytree(office.lab / "thirty", top / "torn")
    (torn / "rows.csv").write_bytes((torn / "rows.csv").read_bytes()[:-20])
    assert office.call("request", "receive", torn).exit_code == 1
    batch = office.decided(office.lab / "proper")
    package = office.prepared(batch, [0, 1]).manifest.package
    house = office.house
    pull(house.release.release, package, KEY, house.courier(top / "out"))
    assert office.call("request", "receive", office.lab / "second").exit_code == 0
    (top / "order.toml").write_bytes(an_order("order-state", AGENCY))
    assert office.call("order", "enter", top / "order.toml", "--by", CLERK).exit_code == 0
    assert office.broken() == []
    assert differences(office.house.decide) == []
    return office


@pytest.fixture
def one(busy: Office, tmp_path: Path) -> Office:
    return busy.copy(tmp_path / "office")


def sql(office: Office, text: str, *values: object) -> list[tuple[object, ...]]:
    con = sqlite3.connect(office.folder / CASES)
    with con:
        found = con.execute(text, values).fetchall()
    con.close()
    return found


def columns(office: Office, table: str) -> list[str]:
    return [str(row[1]) for row in sql(office, f"PRAGMA table_info({table})") if row[1] != "seq"]


def tables(office: Office) -> set[str]:
    kinds = sql(office, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    return {str(row[0]) for row in kinds}


def held(office: Office) -> list[str]:
    """Codes of what keeps the office from writing; each is found by `log verify` as well."""
    with pytest.raises(ReadOnlyError) as stopped:
        office.house.hold(False)
    codes = [each.code for each in stopped.value.differences]
    assert set(codes) <= {each.code for each in office.house.check_log() if each.broken}
    return codes


def test_i26_every_column_of_every_table_is_held_against_the_log(one: Office) -> None:
    assert tables(one) == {"batch", "package"}, "a table that nobody holds against the log"
    decide, tried = one.house.decide, 0
    sql(one, "PRAGMA foreign_keys = OFF")
    for table, rows in (("batch", 3), ("package", 1)):
        ids = [str(row[0]) for row in sql(one, f"SELECT id FROM {table} ORDER BY seq")]
        assert len(ids) == rows
        for id, column in ((id, column) for id in ids for column in columns(one, table)):
            ((was,),) = sql(one, f"SELECT {column} FROM {table} WHERE id = ?", id)
            other = {"state": "received" if was != "received" else "decided", "figures": '{"other": 1}'}
            new = other.get(column, was + 1 if isinstance(was, int) else f"{was}x")
            sql(one, f"UPDATE {table} SET {column} = ? WHERE id = ?", new, id)
            assert differences(decide), (table, id, column)
            if column in ("accepted", "rows"):
                assert set(held(one)) <= {"case_store_differs", "case_store_behind"}
            sql(one, f"UPDATE {table} SET {column} = ? WHERE id = ?", was, new if column == "id" else id)
            tried += 1
    print(f"{tried} single cells changed, every one of them found")
    assert differences(decide) == []


def test_i26_a_row_too_many_or_too_few_is_found(busy: Office, tmp_path: Path) -> None:
    """A batch that was decided cannot be missing by any crash; a package or a received batch can be made up."""
    (state,) = set(sql(busy, "SELECT id FROM batch WHERE state = 'decided'"))
    spoilt = {
        "DELETE FROM package": "case_store_behind",
        f"DELETE FROM batch WHERE id = '{state[0]}'": "case_store_differs",
        "DELETE FROM batch WHERE state = 'received'": "case_store_behind",
        "INSERT INTO batch SELECT 99, 'made-up', request_id, provision, agency, recipient_key, state, as_of, figures, "
        "sent, accepted, rejected, parse_leaf, decision_leaf FROM batch WHERE state = 'decided'": "case_store_differs",
        "INSERT INTO package SELECT 99, 'strayed', 'nowhere', rows, prepared_leaf FROM package": "case_store_differs",
        "INSERT INTO package SELECT 99, 'made-up', batch, rows, prepared_leaf FROM package": "case_store_differs",
    }
    for at, (statement, code) in enumerate(spoilt.items()):
        office = busy.copy(tmp_path / str(at))
        sql(office, statement)
        assert code in held(office), statement


def test_i26_the_docket_is_held_against_the_log(one: Office) -> None:
    (text,) = (one.folder / "docket").iterdir()
    text.write_bytes(text.read_bytes().replace(b"order-state", b"order-other"))
    assert held(one) == ["docket_differs"]


def test_i26_a_leaf_that_fits_nothing_is_found(one: Office) -> None:
    log = one.house.orders.log  # the door for orders is the one that nothing holds
    moment = one.house.decide.clock.now()
    body = {"package": "nobody", "handout_leaf": 0, "envelope": "00" * 32, "size": 1}
    log.append(StageLeaf("sent", instant(moment), body))
    log.publish()
    assert held(one) == ["leaf_misplaced"]


PAPER = "{lab}/proper/cover.toml"
ANSWERED = ("--recipient", AGENCY, "--rows", "1", "--paper", PAPER, "--by", CLERK, "--state")
WRITING: tuple[tuple[str, ...], ...] = (
    ("records", "import", "{lab}/records"),
    ("request", "receive", "{lab}/thirty"),
    ("decide", "{received}"),
    ("redecide",),
    ("review", "show", "{decided}", "0", "--by", REVIEWER, "--reveal", "to test"),
    ("review", "hand-in", "{decided}", "{lab}/proper/cover.toml", "{lab}/proper/cover.toml.sig"),
    ("prepare", "{decided}"),
    ("pull", "{package}", "--key", KEY, "--out", "{out}"),
    ("log", "close", "--next-origin", "next/log"),
    ("recall", "open", "0", "--because", "custodian_error", "--by", CLERK, "--out", "{out}"),
    ("recall", "renew", "recall-0-1", "--by", CLERK, "--out", "{out}"),
    ("recall", "freeze", "order-state", "--by", CLERK, "--out", "{out}"),
    ("recall", "answer", "recall-0-1", *ANSWERED, "kept"),
    ("recall", "certificate", "0", *ANSWERED, "retained"),
    ("person", "index", "--by", CLERK),
    ("person", "corrections", "mailing_address", PAPER, "{out}", "--number-from", PAPER),
    ("person", "notices", PAPER, "{out}"),
    ("reconcile", "run"),
    ("reconcile", "take", PAPER, PAPER),
    ("audit", "{lab}", "--paper", PAPER, "--signature", PAPER, "--signature", PAPER, "--out", "{out}"),
)
READING: tuple[tuple[str, ...], ...] = (
    ("status",),
    ("report", "{decided}"),
    ("review", "list", "{decided}"),
    ("log", "policy"),
    ("log", "prove", "0"),
    ("order", "list"),
    ("recall", "status"),
    ("recall", "overdue"),
    ("public", "build", "{site}"),
)


def test_e47_every_writing_command_stops_and_reading_goes_on(one: Office, tmp_path: Path) -> None:
    names = {
        "decided": sql(one, "SELECT id FROM batch WHERE state = 'decided'")[0][0],
        "received": sql(one, "SELECT id FROM batch WHERE state = 'received'")[0][0],
        "package": sql(one, "SELECT id FROM package")[0][0],
        "lab": one.lab,
        "out": tmp_path / "out",
        "site": tmp_path / "site",
    }
    sql(one, "UPDATE batch SET accepted = accepted + 1 WHERE state = 'decided'")
    before = [leaf for _, leaf in one.house.decide.log.leaves()]
    for words in WRITING:
        done = one.call(*(word.format(**names) for word in words))
        assert (done.exit_code, "E_READ_ONLY" in done.stderr) == (2, True), (words, done.output)
    assert [leaf for _, leaf in one.house.decide.log.leaves()] == before, "something was written"
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())
    for words in READING:
        done = one.call(*(word.format(**names) for word in words))
        assert done.exit_code == 0, (words, done.output)
    (tmp_path / "stop.toml").write_bytes(an_order("order-stop", AGENCY))
    done = one.call("order", "enter", tmp_path / "stop.toml", "--by", CLERK)
    assert (done.exit_code, "order-stop.toml is in force" in done.stdout) == (0, True), done.output
    assert "order-bar" in [leaf.kind for _, leaf in one.house.decide.log.leaves()][len(before) :]
    assert "E_READ_ONLY" in one.call("request", "receive", one.lab / "thirty").stderr


def test_e47_a_desk_that_is_used_without_the_command_line_is_held_too(one: Office) -> None:
    sql(one, "UPDATE package SET rows = rows + 1")
    log = one.house.decide.log
    with pytest.raises(ReadOnlyError):
        log.append(
            StageLeaf("alarm", instant(one.house.decide.clock.now()), {"code": "a", "subject": "", "detail": ""})
        )


def test_e47_fsck_says_what_it_takes_and_that_opens_the_office_again(one: Office) -> None:
    (was,) = sql(one, "SELECT accepted FROM batch WHERE state = 'decided'")
    sql(one, "UPDATE batch SET accepted = accepted + 1 WHERE state = 'decided'")
    told = one.call("log", "fsck")
    assert (told.exit_code, "case_store_differs" in told.stderr, "as the log has it" in told.stderr) == (1, True, True)
    assert "accepted" in told.stderr, "the column is named"
    assert held(one) == ["case_store_differs"], "fsck mends nothing"
    sql(one, "UPDATE batch SET accepted = ? WHERE state = 'decided'", *was)
    one.house.hold(False)
    assert one.call("log", "fsck").exit_code == 0


def test_a_step_that_broke_off_shuts_all_others_and_can_be_taken_up(office: Office, tmp_path: Path) -> None:
    request, names = office.lab / "proper", list[str]()
    taken(office.copy(tmp_path / "whole"), request, names.append)
    saves = [at for at, name in enumerate(names) if name == "before cases.save"]
    for number, place in enumerate(saves):
        each = office.copy(tmp_path / f"at-{number}")
        with pytest.raises(Stop):
            taken(each, request, stopping(place))
        assert held(each) == ["case_store_behind"]
        done = each.call("request", "receive", each.lab / "second")
        assert (done.exit_code, "E_READ_ONLY" in done.stderr) == (2, True)
        again(each, request)
        each.house.hold(False)
        assert each.call("request", "receive", each.lab / "second").exit_code == 0


def test_set_back_and_fork_are_seen_before_anything_is_written(one: Office, tmp_path: Path) -> None:
    log = one.folder / "log"
    early = shutil.copytree(log, tmp_path / "early")
    order = tmp_path / "order.toml"
    order.write_bytes(an_order("order-late", AGENCY))
    assert one.call("order", "enter", order, "--by", CLERK).exit_code == 0
    shutil.rmtree(log)
    shutil.copytree(early, log)
    with pytest.raises(RollbackError):
        one.house.hold(False)
    done = one.call("redecide")
    assert (done.exit_code, "E_SET_BACK" in done.stderr) == (2, True)
    house = one.house
    alarm = {"code": "a", "subject": "", "detail": ""}
    for _ in range(6):  # the old log goes on past the size that the witness remembers, with other leaves
        house.orders.log.append(StageLeaf("alarm", instant(house.decide.clock.now()), alarm))
    with pytest.raises(ForkError):
        one.house.hold(False)
    assert "E_FORK" in one.call("redecide").stderr
    assert {"set_back", "forked"} & {each.code for each in one.house.check_log() if each.broken}
