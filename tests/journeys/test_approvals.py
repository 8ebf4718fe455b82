# SPDX-License-Identifier: Apache-2.0
"""Approvals and objections from the command line: shown, signed, given, listed; and what nobody can take away."""

import re
from pathlib import Path

import pytest

from journeys.office import BOOK, KEY, REVIEWER, SEED, Office
from lawgate.office.approvals import to_approve
from lawgate_lab.played import signing_key

DISCLOSER, COUNSEL, PRIVACY = (f"person.custodian.{n}" for n in (21, 22, 23))


@pytest.fixture(scope="module")
def small(opened: Office, tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, str]:
    """An office nobody works in, with a package of three."""
    office = opened.copy(tmp_path_factory.mktemp("approvals") / "office")
    return office, office.prepared(office.decided(office.lab / "proper"), [0, 1, 2]).manifest.package


@pytest.fixture
def prepared(small: tuple[Office, str], tmp_path: Path) -> tuple[Office, str]:
    """A package of three, in an office of one's own in which three people are a bulk since."""
    office, package = small[0].copy(tmp_path / "office"), small[1]
    release = office.folder / "rulebooks" / BOOK / "parameters" / "release.toml"
    release.write_text(release.read_text().replace("value = 50\n", "value = 3\n"))
    return office, package


def said(office: Office, package: str, person: str, role: str, place: Path) -> tuple[Path, Path]:
    """The paper this person signs, and their signature."""
    paper, signature = place / f"{person}.json", place / f"{person}.sig"
    done = office.call("approve", "paper", package, paper, "--by", person, "--role", role)
    assert done.exit_code == 0, done.stderr
    signature.write_bytes(signing_key(SEED, person).sign(paper.read_bytes()))
    return paper, signature


def give(office: Office, package: str, person: str, role: str, place: Path) -> str:
    paper, signature = said(office, package, person, role, place)
    done = office.call("approve", "give", package, "--paper", paper, "--signature", signature)
    assert done.exit_code == 0, done.stderr
    return done.stdout


def refused(office: Office, *words: str | Path) -> list[str]:
    done = office.call(*words)
    assert done.exit_code == 1, done.stdout + done.stderr
    return re.findall(r"^(E_\w+)", done.stderr, re.MULTILINE)


def barred_by(office: Office) -> tuple[str, ...]:
    """What barred the last hand-out, as the log has it."""
    leaves = [leaf for _, leaf in office.house.decide.log.leaves()]
    assert leaves[-1].kind == "barred"
    return leaves[-1].texts("bars")


def test_two_people_approve_and_a_third_look_says_so(prepared: tuple[Office, str], tmp_path: Path) -> None:
    office, package = prepared
    shown = office.call("approve", "paper", package, tmp_path / "x", "--by", COUNSEL, "--role", "legal").stdout
    for words in (
        "records of 3 people, out of a request for 3",
        "us.doj",
        "under 26 U.S.C. 6103(i)(2)",
        "orders over it: none",
    ):
        assert words in shown
    assert "E_APPROVALS_LEGAL" in give(office, package, DISCLOSER, "disclosure", tmp_path)
    assert "enough: 2 of 2 approvals, one of them legal" in give(office, package, COUNSEL, "legal", tmp_path)
    assert office.call("approve", "list", package).stdout.count(": counts") == 2
    assert office.broken() == []


def test_an_approval_whose_paper_is_gone_does_not_count_and_is_found(
    prepared: tuple[Office, str], tmp_path: Path
) -> None:
    office, package = prepared
    give(office, package, DISCLOSER, "disclosure", tmp_path)
    give(office, package, COUNSEL, "legal", tmp_path)
    first, _ = sorted(office.room(package.rpartition("-p")[0]).glob("approval-*.json"))
    first.write_bytes(first.read_bytes() + b" ")
    assert to_approve(office.house.release, package).stands.count == 1
    assert office.broken() == [f"an approval of {package}: the paper is not the one the log names"]


def test_an_approval_is_taken_once_by_its_human_and_only_as_signed(
    prepared: tuple[Office, str], tmp_path: Path
) -> None:
    office, package = prepared
    paper, signature = said(office, package, COUNSEL, "legal", tmp_path)
    signature.write_bytes(signing_key(SEED, DISCLOSER).sign(paper.read_bytes()))
    one = ["approve", "give", package, "--paper", paper, "--signature", signature]
    assert refused(office, *one) == ["E_APPROVAL_BIND"]
    spoilt = tmp_path / "spoilt"
    spoilt.write_bytes(paper.read_bytes() + b"\n")
    assert refused(office, *one[:4], spoilt, *one[5:]) == ["E_APPROVAL_FORM"]
    signature.write_bytes(signing_key(SEED, COUNSEL).sign(paper.read_bytes()))
    assert office.call(*one).exit_code == 0
    assert refused(office, *one) == ["E_DUAL"]
    assert refused(office, "approve", "paper", package, spoilt, "--by", REVIEWER, "--role", "legal") == [
        "E_APPROVAL_OFFICE"
    ]
    assert refused(office, "approve", "list", "no-such") == ["E_UNPREPARED"]
    assert [leaf.kind for _, leaf in office.house.decide.log.leaves()].count("approval") == 1


def test_an_objection_stays_and_whoever_approves_names_it(prepared: tuple[Office, str], tmp_path: Path) -> None:
    office, package = prepared
    give(office, package, DISCLOSER, "disclosure", tmp_path)
    stale = said(office, package, COUNSEL, "legal", tmp_path)
    text = tmp_path / "why.txt"
    text.write_text("The reasons are one sentence, copied.\n")
    batch = package.rpartition("-p")[0]
    assert office.call("object", batch, "--by", PRIVACY, "--text", text).exit_code == 0
    assert refused(office, "approve", "give", package, "--paper", stale[0], "--signature", stale[1]) == [
        "E_APPROVAL_BIND"
    ]
    listed = office.call("approve", "list", package).stdout
    assert "does not count: E_APPROVAL_BIND" in listed
    assert "    The reasons are one sentence, copied." in listed
    assert f"objection to {batch} by {PRIVACY}" in office.call("status").stdout
    give(office, package, DISCLOSER, "disclosure", tmp_path)
    assert "enough: 2 of 2" in give(office, package, COUNSEL, "legal", tmp_path)


def test_a_superior_cannot_take_an_objection_away(prepared: tuple[Office, str], tmp_path: Path) -> None:
    """R73: there is no command for it; deleting the file is found, nothing more is approved, and the leaf stays."""
    office, package = prepared
    text = tmp_path / "why.txt"
    text.write_text("No.\n")
    assert office.call("object", package, "--by", PRIVACY, "--text", text).exit_code == 0
    give(office, package, DISCLOSER, "disclosure", tmp_path)
    give(office, package, COUNSEL, "legal", tmp_path)
    assert to_approve(office.house.release, package).stands.short == ()
    (kept,) = office.room(package.rpartition("-p")[0]).glob("objection-*.json")
    assert office.broken() == []
    kept.unlink()
    assert office.broken() == [f"an objection of {package}: the paper is not the one the log names"]
    assert to_approve(office.house.release, package).stands.short == ("E_OBJECTION_GONE",)
    again = office.call("approve", "paper", package, tmp_path / "x", "--by", COUNSEL, "--role", "legal")
    assert "E_OBJECTION_GONE" in again.stderr
    assert f"objection to {package} by {PRIVACY}" in office.call("status").stdout
    assert "no such command" in office.call("unobject", package).stderr.lower()


def test_an_objection_that_is_not_taken(prepared: tuple[Office, str], tmp_path: Path) -> None:
    office, package = prepared
    batch = package.rpartition("-p")[0]
    for subject, person, text, code in (
        (batch, "person.nobody", "No.", "E_OBJECTION_PERSON"),
        ("no-such", PRIVACY, "No.", "E_OBJECTION_SUBJECT"),
        (batch, PRIVACY, " \n", "E_OBJECTION_TEXT"),
        (batch, PRIVACY, "\x1b[2J", "E_OBJECTION_TEXT"),
        (batch, PRIVACY, "It is 900-00-0001 again", "E_OBJECTION_TEXT"),
        (batch, PRIVACY, "\udcff", "E_OBJECTION_TEXT"),
    ):
        (tmp_path / "why.txt").write_bytes(text.encode("utf-8", "surrogateescape"))
        assert refused(office, "object", subject, "--by", person, "--text", tmp_path / "why.txt") == [code]
    assert not [leaf for _, leaf in office.house.decide.log.leaves() if leaf.kind == "objection"]


def test_nothing_is_handed_out_over_an_objection_that_two_did_not_answer(
    small: tuple[Office, str], tmp_path: Path
) -> None:
    """A small package goes without approvals until somebody objects; and not at all when the objection is gone."""
    office, package = small[0].copy(tmp_path / "office"), small[1]
    pulled = ("pull", package, "--key", KEY, "--out", tmp_path / "out")
    (tmp_path / "why.txt").write_text("No.\n")
    assert office.call("object", package, "--by", PRIVACY, "--text", tmp_path / "why.txt").exit_code == 0
    assert office.call(*pulled).exit_code == 1
    assert barred_by(office) == ("approvals",)
    give(office, package, DISCLOSER, "disclosure", tmp_path)
    give(office, package, COUNSEL, "legal", tmp_path)
    (kept,) = office.room(package.rpartition("-p")[0]).glob("objection-*.json")
    kept.rename(kept.with_suffix(".away"))
    assert office.call(*pulled).exit_code == 1
    assert barred_by(office) == ("approvals",)
    kept.with_suffix(".away").rename(kept)
    done = office.call(*pulled)
    assert done.exit_code == 0, done.stderr
