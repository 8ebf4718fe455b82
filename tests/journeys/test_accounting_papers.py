# SPDX-License-Identifier: Apache-2.0
"""What follows from the accounting: pages in two languages, corrections, notices on their trigger, second hand-outs."""

from __future__ import annotations

import dataclasses
import json
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from journeys.accounting import CLERK, nobody, numbers
from journeys.office import KEY, Office, today
from lawgate.model.fault import Refused
from lawgate.office.accounting import make_root
from lawgate.office.handout import pull
from lawgate.office.notices import corrections, notices, read_trigger
from lawgate.office.statement import statement
from lawgate.wiring.main import _check_statement

TRIGGER = """kind = "{kind}"
day = {day}
paper = "{paper}"
package = "{package}"
rows = {rows}
"""


@pytest.fixture(scope="module")
def given(opened: Office, tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, str, str]:
    """An office with one package handed out and a second one only prepared; their ids."""
    top = tmp_path_factory.mktemp("papers")
    office = opened.copy(top / "office")
    one, two = (office.decided(office.lab / name) for name in ("proper", "second"))
    package = office.prepared(one, [0, 1], declined=[2]).manifest.package
    house = office.house
    pull(house.release.release, package, KEY, house.courier(top / "out"))
    kept = office.prepared(two, [0]).manifest.package
    make_root(office.house.accounting(), CLERK)
    return office, package, kept


@pytest.fixture
def mine(given: tuple[Office, str, str], tmp_path: Path) -> tuple[Office, str, str]:
    """The same, one's own."""
    return given[0].copy(tmp_path / "office"), *given[1:]


class Reading(HTMLParser):
    """What a page is made of: tags with their attributes, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


def test_a_statement_is_written_and_checked_from_the_command_line(
    mine: tuple[Office, str, str], tmp_path: Path
) -> None:
    office, package, _ = mine
    number = numbers(office, package)[0]
    held, policy, out = tmp_path / "number", tmp_path / "policy", tmp_path / "out"
    held.write_text(f"{number[:3]}-{number[3:5]}-{number[5:]}\n")
    done = office.run("person", "statement", out, "--number-from", held)
    assert number not in done.stdout + done.stderr
    names = {f"statement.{end}" for end in ("json", "en.html", "es.html", "en.pdf", "es.pdf")}
    assert {file.name for file in out.iterdir()} == names
    for file in out.iterdir():
        assert number.encode() not in file.read_bytes()
    policy.write_text(office.house.log_policy)
    made = _check_statement((out / "statement.json").read_bytes(), policy.read_bytes(), held.read_text())
    assert (made.entries, made.acts) == (2, 1)
    for language, title in (("en", "Who was given records about you"), ("es", "A quién se entregaron registros")):
        page = Reading((out / f"statement.{language}.html").read_text("utf-8"))
        tags = [tag for tag, _ in page.tags]
        assert dict(page.tags)["html"] == {"lang": language}
        assert title in page.words
        assert ("SYNTHETIC" in page.words) == (language == "en")
        assert tags.count("h1") == 1
        assert {"main", "caption", "th"} <= set(tags)
        assert all(each.get("scope") for tag, each in page.tags if tag == "th")
        assert not {"script", "img", "link", "iframe"} & set(tags)
        pdf = (out / f"statement.{language}.pdf").read_bytes()
        assert b"<pdfaid:part>2</pdfaid:part>" in pdf
        assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
        assert f"/Lang({language})".encode() in pdf


def test_nothing_takes_a_number_on_the_command_line(mine: tuple[Office, str, str], tmp_path: Path) -> None:
    office, package, _ = mine
    number = numbers(office, package)[0]
    for words in (("statement", tmp_path / "x", "--number", number), ("statement", tmp_path / "x", number)):
        assert office.call("person", *words).exit_code == 2
    shown = office.call("person", "statement", tmp_path / "y", "--number-from", "-", "--language", "fr")
    assert "E_LANGUAGE" in shown.stderr


def test_a_prepared_package_is_an_entry_and_no_act(mine: tuple[Office, str, str]) -> None:
    office, _, kept = mine
    made = statement(office.house.accounting(), numbers(office, kept)[0])
    assert (made.entries, made.acts) == (1, 0)


def test_a_second_hand_out_is_shown_and_not_counted_again(mine: tuple[Office, str, str], tmp_path: Path) -> None:
    office, package, _ = mine
    house = office.house
    pull(house.release.release, package, KEY, house.courier(tmp_path / "again"))
    make_root(office.house.accounting(), CLERK)
    made = statement(office.house.accounting(), numbers(office, package)[0])
    assert (made.entries, made.acts) == (3, 1)


def test_a_correction_goes_to_whoever_was_given_the_value(mine: tuple[Office, str, str], tmp_path: Path) -> None:
    office, package, kept = mine
    desk, papers = office.house.accounting(), dict[str, bytes]()
    number = numbers(office, package)[0]
    made = corrections(desk, number, "mailing_address", "c" * 64, papers.__setitem__)
    assert [each.to for each in made] == ["us.doj"]
    paper = json.loads(papers[made[0].name])
    assert (paper["package"], paper["field"], paper["basis"]) == (package, "mailing_address", "c" * 64)
    assert number not in made[0].data.decode()
    leaf = dict(office.house.decide.log.leaves())[made[0].leaf]
    assert (leaf.kind, leaf.text("paper"), leaf.texts("orders")) == ("notice", sha256(made[0].data).hexdigest(), ())
    # Who got nothing is told nothing: another field, another person, a package that never went out.
    for who, field in ((number, "account_transcript"), (nobody(office, package), "mailing_address")):
        with pytest.raises(Refused, match="E_NOBODY"):
            corrections(desk, who, field, "c" * 64, papers.__setitem__)
    with pytest.raises(Refused, match="E_NOBODY"):
        corrections(desk, numbers(office, kept)[0], "mailing_address", "c" * 64, papers.__setitem__)
    # A field that was written wrongly is not answered as one that nobody was given.
    with pytest.raises(Refused, match="E_FIELD"):
        corrections(desk, number, "mailing_adress", "c" * 64, papers.__setitem__)
    assert len(papers) == 1
    assert office.broken() == []


def test_no_correction_passes_over_a_hand_out_that_came_after_the_index(
    mine: tuple[Office, str, str], tmp_path: Path
) -> None:
    office, _, kept = mine
    house, number = office.house, numbers(office, kept)[0]
    pull(house.release.release, kept, KEY, house.courier(tmp_path / "later"))
    papers = dict[str, bytes]()
    with pytest.raises(Refused, match="E_INDEX"):
        corrections(office.house.accounting(), number, "mailing_address", "c" * 64, papers.__setitem__)
    make_root(office.house.accounting(), CLERK)
    made = corrections(office.house.accounting(), number, "mailing_address", "c" * 64, papers.__setitem__)
    assert [each.to for each in made] == ["us.doj"]


def trigger(package: str, kind: str = "charge", rows: str = "[0]", day: str = "") -> bytes:
    return TRIGGER.format(
        kind=kind, day=day or today().isoformat(), paper="d" * 64, package=package, rows=rows
    ).encode()


@pytest.mark.parametrize("kind", ["charge", "proposed-discipline"])
def test_a_notice_follows_its_trigger(mine: tuple[Office, str, str], kind: str) -> None:
    office, package, _ = mine
    desk, papers = office.house.accounting(), dict[str, bytes]()
    made = notices(desk, read_trigger(desk, trigger(package, kind, "[0, 1]")), papers.__setitem__)
    assert [each.to for each in made] == ["taxpayer"] * 2
    said = json.loads(made[0].data)
    assert (said["event"], said["days_of_act"]) == (kind, today().isoformat())
    assert said["says_en"] and said["says_es"]
    assert len({json.loads(each.data)["row_id"] for each in made}) == 2
    assert [leaf.kind for _, leaf in office.house.decide.log.leaves()].count("notice") == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "error-found"},
        {"kind": "act"},
        {"kind": "law-enforcement-request"},
        {"rows": "[]"},
        {"rows": "[2]"},
        {"rows": "[true]"},
        {"day": "2999-01-01"},
        {"day": "2025-01-01T00:00:00"},
        {"day": '"soon"'},
    ],
)
def test_without_its_trigger_there_is_no_notice(mine: tuple[Office, str, str], wrong: dict[str, str]) -> None:
    office, package, _ = mine
    desk, papers = office.house.accounting(), dict[str, bytes]()
    with pytest.raises(Refused, match="E_TRIGGER"):
        notices(desk, read_trigger(desk, trigger(package, **wrong)), papers.__setitem__)
    assert papers == {}
    assert "notice" not in [leaf.kind for _, leaf in office.house.decide.log.leaves()]


def test_what_never_went_out_leads_to_no_notice(mine: tuple[Office, str, str]) -> None:
    office, _, kept = mine
    desk = office.house.accounting()
    for package in (kept, "no-such-package"):
        with pytest.raises(Refused, match="E_TRIGGER"):
            notices(desk, read_trigger(desk, trigger(package)), dict[str, bytes]().__setitem__)
    for broken in (b"", b"kind = 1", trigger(kept) + b"more = 1\n", b"\xff"):
        with pytest.raises(Refused, match="E_TRIGGER"):
            read_trigger(desk, broken)


def test_papers_of_one_row_cannot_be_told_apart_from_any_other(mine: tuple[Office, str, str]) -> None:
    """The same notice twice has two digests and two sets: nobody can try out what a leaf is about."""
    office, package, _ = mine
    desk = office.house.accounting()
    for _ in range(2):
        notices(desk, read_trigger(desk, trigger(package)), dict[str, bytes]().__setitem__)
    found = [leaf for _, leaf in office.house.decide.log.leaves() if leaf.kind == "notice"]
    assert len({leaf.text("paper") for leaf in found}) == len({leaf.text("set") for leaf in found}) == 2


def test_every_step_has_its_command(mine: tuple[Office, str, str], tmp_path: Path) -> None:
    office, package, _ = mine
    number = numbers(office, package)[0]
    for name, text in (("number", number), ("basis", "made up"), ("trigger", trigger(package).decode())):
        (tmp_path / name).write_text(text)
    asked = ("--number-from", tmp_path / "number")
    made = office.call("person", "index", "--by", CLERK)
    told = [
        office.call("person", "corrections", "mailing_address", tmp_path / "basis", tmp_path / "papers", *asked),
        office.call("person", "notices", tmp_path / "trigger", tmp_path / "papers"),
    ]
    assert (made.exit_code, [each.exit_code for each in told]) == (0, [0, 0]), made.output
    assert "the root is in leaf" in made.stdout
    assert ["for us.doj" in told[0].stdout, "for taxpayer" in told[1].stdout] == [True, True]
    assert len(list((tmp_path / "papers").iterdir())) == 2
    assert not any(number in each.output for each in (made, *told))
    assert office.call("person", "corrections", "nothing", tmp_path / "basis", tmp_path / "p", *asked).exit_code == 1


def test_what_was_logged_counts_even_if_the_office_fell_over_behind_it(mine: tuple[Office, str, str]) -> None:
    office, package, _ = mine
    desk = office.house.accounting()
    made = make_root(desk, CLERK)
    desk.index.logged(-1)
    assert statement(office.house.accounting(), numbers(office, package)[0]).entries == 2
    found = office.house.accounting().index.latest()
    assert found is not None
    assert found.leaf == made.leaf


def test_an_index_that_was_made_and_not_logged_gives_no_statement(mine: tuple[Office, str, str]) -> None:
    office, package, _ = mine
    desk = office.house.accounting()
    latest = desk.index.latest()
    assert latest is not None
    head = dataclasses.replace(latest.head, salt=b"\1" * 32)
    desk.index.replace([], [], lambda root, _: dataclasses.replace(latest, number=7, head=head, leaf=-1))
    with pytest.raises(Refused, match="E_INDEX"):
        statement(office.house.accounting(), numbers(office, package)[0])
    assert make_root(office.house.accounting(), CLERK).leaf > latest.leaf
