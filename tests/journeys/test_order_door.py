# SPDX-License-Identifier: Apache-2.0
"""A stop is entered whatever else of the office is broken; what fails afterwards is told, and made up later."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from journeys.office import AGENCY, CLERK, KEY, REVIEWER, Office, an_order
from lawgate.docket.printing import print_order
from lawgate.docket.reading import read_order
from lawgate.model.order import PROVISIONAL, WITHOUT_PAPER
from lawgate.office.handout import pull
from lawgate_lab.played import signing_key


def _not_a_database(office: Office) -> None:
    (office.folder / "cases.sqlite").write_bytes(b"not a database at all, but long enough to be looked at" * 40)


def _no_rulebook(office: Office) -> None:
    shutil.rmtree(office.folder / "rulebooks")


def _no_log_key(office: Office) -> None:
    (office.folder / "keys" / "log.key").rename(office.folder / "keys" / "elsewhere")


def _no_settings(office: Office) -> None:
    (office.folder / "settings.toml").write_text("(")


def _no_log(office: Office) -> None:
    (office.folder / "log" / "head").write_text("nothing")


def entered(office: Office, place: Path) -> tuple[int, str, str]:
    text = place / "order.toml"
    if not text.exists():
        text.write_bytes(an_order("order-door", AGENCY))
    done = office.call("order", "enter", text, "--by", CLERK)
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize("broken", [_not_a_database, _no_rulebook])
def test_it_is_in_force_although_the_house_cannot_be_opened(
    office: Office, tmp_path: Path, broken: Callable[[Office], None]
) -> None:
    broken(office)
    status, out, err = entered(office, tmp_path)
    assert (status, "order-door.toml is in force" in out) == (0, True)
    assert "THE ORDER BINDS, but names and stored decisions were not looked at" in err
    assert "order-door" in office.call("order", "list").stdout


def _packages_open_to_others(office: Office) -> None:
    (office.folder / "packages").chmod(0o755)


def _packages_a_file(office: Office) -> None:
    shutil.rmtree(office.folder / "packages")
    (office.folder / "packages").write_bytes(b"no folder")


def _packages_gone(office: Office) -> None:
    shutil.rmtree(office.folder / "packages")


@pytest.mark.parametrize("broken", [_packages_open_to_others, _packages_a_file, _packages_gone])
def test_packages_that_cannot_be_read_keep_no_order_out_and_count_as_covered(
    office: Office, tmp_path: Path, broken: Callable[[Office], None]
) -> None:
    """A2. A restored backup has such rights: what had left may be what the order is about, so it is listed."""
    package = office.prepared(office.decided(office.lab / "proper"), [0, 1]).manifest.package
    house = office.house
    pull(house.release.release, package, KEY, house.courier(tmp_path / "out"))
    broken(office)
    (tmp_path / "order.toml").write_bytes(an_order("order-door", "us.nobody"))
    status, out, err = entered(office, tmp_path)
    assert (status, "order-door.toml is in force" in out) == (0, True), err
    done = office.call("stop", "--by", CLERK, "--reason", "why")
    assert (done.exit_code, "in force for 72 hours" in done.stdout) == (0, True), done.stderr
    packages = office.folder / "packages"
    if packages.is_file():
        packages.unlink()
    packages.mkdir(exist_ok=True)
    packages.chmod(0o700)
    lists = [leaf for _, leaf in office.house.decide.log.leaves() if leaf.kind == "in-force"]
    assert [leaf.number("exposed_rows") for leaf in lists] == [2, 2]
    assert len(office.call("order", "list").stdout.splitlines()) == 2


def test_whoever_enters_an_order_is_told_what_had_left(office: Office, tmp_path: Path) -> None:
    """Nobody has to know of `as-of` to learn that the order came too late for somebody."""
    package = office.prepared(office.decided(office.lab / "proper"), [0, 1]).manifest.package
    house = office.house
    pull(house.release.release, package, KEY, house.courier(tmp_path / "out"))
    (tmp_path / "order.toml").write_bytes(an_order("order-other", "us.nobody"))
    status, out, _ = entered(office, tmp_path)
    assert (status, "nothing that it covers had left since it took effect" in out) == (0, True)
    (tmp_path / "order.toml").write_bytes(an_order("order-door", AGENCY))
    status, out, _ = entered(office, tmp_path)
    assert "is in force: it binds, REPORTED" in out
    assert "ALREADY GONE before it was entered: 1 hand-outs, 2 rows" in out


def test_a_stop_for_nobody_says_so(office: Office) -> None:
    """Whoever stops in a hurry believes that it is stopped."""
    done = office.call("stop", "--by", CLERK, "--reason", "why", "--recipient", "us.nobody-at-all")
    assert (done.exit_code, "CHECK THE SPELLING: recipients: us.nobody-at-all" in done.stderr) == (0, True), done.stderr


def test_what_will_be_known_later_is_not_known_now(office: Office) -> None:
    done = office.call("order", "as-of", "2140-01-01T00:00:00Z")
    assert done.exit_code == 0, done.stderr
    assert "at 2140-01-01T00:00:00+00:00, as known at 2140" not in done.stdout
    assert f"as known at {datetime.now(UTC).date()}" in done.stdout


@pytest.mark.parametrize("broken", [_no_log_key, _no_settings, _no_log])
def test_it_binds_although_nothing_can_be_logged(
    office: Office, tmp_path: Path, broken: Callable[[Office], None]
) -> None:
    whole = shutil.copytree(office.folder, tmp_path / "whole")
    broken(office)
    status, _, err = entered(office, tmp_path)
    assert (status, "order-door.toml is in the docket and binds" in err) == (2, True)
    assert "order-door" in office.call("order", "list").stdout
    for name in ("keys/log.key", "settings.toml", "log/head"):
        shutil.copy(whole / name, office.folder / name)
    status, out, _ = entered(office, tmp_path)
    assert (status, "is in force" in out) == (0, True)
    assert [p.name for p in (office.folder / "docket").iterdir()] == ["0001-order-door.toml"]
    leaves = [leaf.kind for _, leaf in office.house.decide.log.leaves()]
    assert leaves[-2:] == ["order-bar", "in-force"]


def test_orders_that_bind_are_made_up_in_the_log_without_their_text(office: Office) -> None:
    """A5. What a stop's officer is told to do exists, and needs no text that was made at the time."""
    key = office.folder / "keys" / "log.key"
    key.rename(office.folder / "keys" / "elsewhere")
    done = office.call("stop", "--by", CLERK, "--reason", "why")
    assert (done.exit_code, "`lawgate order complete`" in done.stderr) == (2, True), done.stderr
    (office.folder / "keys" / "elsewhere").rename(key)
    done = office.call("order", "complete")
    assert (done.exit_code, "the log has every order" in done.stdout) == (0, True), done.stderr
    leaves = [leaf for _, leaf in office.house.decide.log.leaves()]
    assert [leaf.kind for leaf in leaves[-2:]] == ["order-bar", "in-force"]
    assert leaves[-2].text("person") == CLERK


def test_whoever_completes_is_not_named_as_who_entered(office: Office, tmp_path: Path) -> None:
    """A6. The name stays beside the docket until the log can have it."""
    key = office.folder / "keys" / "log.key"
    key.rename(office.folder / "keys" / "elsewhere")
    assert entered(office, tmp_path)[0] == 2
    (office.folder / "keys" / "elsewhere").rename(key)
    assert office.call("stop", "--by", REVIEWER, "--reason", "why").exit_code == 0
    bars = [leaf for _, leaf in office.house.decide.log.leaves() if leaf.kind == "order-bar"]
    assert [leaf.text("person") for leaf in bars] == [CLERK, REVIEWER]


def test_what_was_typed_wrong_is_told_in_words_that_fit_and_enters_nothing(office: Office, tmp_path: Path) -> None:
    (tmp_path / "order.toml").write_bytes(an_order("order-door", AGENCY))
    (tmp_path / "bad.toml").write_bytes(b"two\nlines")
    stop, order = ("stop", "--by", CLERK), ("order", "enter", tmp_path / "order.toml", "--by")
    for words, status, code in (
        ((*order, "Jane Doe 900-00-0000"), 1, "order_person"),
        (("stop", "--by", "Jane Doe 900-00-0000", "--reason", "why"), 1, "order_person"),
        ((*stop, "--reason", "two\nlines"), 1, "stop_reason"),
        ((*stop, "--reason", "why", "--recipient", "no id"), 1, "stop_recipients"),
        ((*stop, "--reason", "why", "--second", REVIEWER, "--signature", tmp_path / "none"), 2, "E_IO"),
        (("order", "act", tmp_path / "none", "--by", CLERK), 2, "E_IO"),
        (("order", "act", tmp_path / "bad.toml", "--by", CLERK), 1, "order_toml"),
    ):
        done = office.call(*words)
        assert (done.exit_code, code in done.stderr) == (status, True), (words, done.stderr)
        assert "NOTHING WAS ENTERED" in done.stderr
        assert "900-00" not in done.output and "--unreadable" not in done.output
    done = office.call("order", "enter", tmp_path / "bad.toml", "--by", CLERK)
    assert (done.exit_code, "--unreadable NAME at once" in done.stderr) == (1, True)
    assert list((office.folder / "docket").iterdir()) == []
    assert office.call("order", "list").stdout == "no order has been entered\n"


def test_what_ended_is_not_said_to_be_in_force(office: Office, tmp_path: Path) -> None:
    """A9. The screen says how an order stands; `ends` of a court's order ends nothing, whatever its kind is called."""
    before = datetime.now(UTC).replace(microsecond=0) - timedelta(days=4)
    order = replace(read_order(an_order("order-door", AGENCY, before), "order"), kind=PROVISIONAL)
    ended = print_order(replace(order, court=WITHOUT_PAPER, ends=before + timedelta(hours=72)))
    (tmp_path / "order.toml").write_bytes(print_order(replace(order, ends=before + timedelta(hours=72))))
    status, _, err = entered(office, tmp_path)
    assert (status, "order_kind" in err, "NOTHING WAS ENTERED" in err) == (1, True, True)
    (office.folder / "docket" / "0001-order-door.toml").write_bytes(ended)
    (tmp_path / "order.toml").write_bytes(ended)
    status, out, _ = entered(office, tmp_path)
    assert (status, out.splitlines()[0]) == (0, "0001-order-door.toml DOES NOT BIND: EXPIRED")


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1899-12-31T00:00:00Z"])
def test_a_moment_at_the_end_of_the_calendar_is_refused(office: Office, at: str) -> None:
    for words in (("order", "as-of", at), ("order", "as-of", "2025-01-01T00:00:00Z", "--known", at)):
        done = office.call(*words)
        assert (done.exit_code, "E_TIME" in done.stderr, "to mend" in done.stderr) == (1, True, True), done.output


def test_acts_are_listed_with_what_they_wait_for(office: Office, tmp_path: Path) -> None:
    assert entered(office, tmp_path)[0] == 0
    (tmp_path / "court.pdf").write_bytes(b"the paper of a court")
    words = ("order", "paper", "stay", "order-door", "--document", tmp_path / "court.pdf", "--id", "act-1")
    paper = office.call(*words).stdout_bytes
    (tmp_path / "act.toml").write_bytes(paper)
    (tmp_path / "sig").write_bytes(signing_key(office.seed, CLERK).sign(paper))
    signed = f"{CLERK},custodian.docket,{tmp_path / 'sig'}"
    done = office.call("order", "stay", tmp_path / "act.toml", "--by", CLERK, "--signed", signed)
    assert done.exit_code == 0, done.stderr
    lines = office.call("order", "list").stdout.splitlines()
    assert lines[0].startswith("order-door  stay  REPORTED")
    assert lines[1].startswith("act-1  act on order-door  stay  waits: two humans of the custodian")


def test_it_goes_in_although_the_docket_cannot_be_read(office: Office, tmp_path: Path) -> None:
    (office.folder / "docket" / "0001-lost.toml").symlink_to("/nowhere")
    status, _, err = entered(office, tmp_path)
    assert (status, "0002-order-door.toml is in the docket and binds" in err) == (2, True)


def test_a_folder_without_a_docket_is_told(tmp_path: Path, office: Office) -> None:
    shutil.rmtree(office.folder / "docket")
    status, _, err = entered(office, tmp_path)
    assert (status, "could not be kept" in err) == (2, True)
