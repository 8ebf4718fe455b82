# SPDX-License-Identifier: Apache-2.0
"""Evidence from an office, checked by somebody who has nothing but verify.py, the policy and the file."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from journeys.office import AGENCY, CLERK, KEY, Ahead, Office, an_order, sent
from lawgate.docket.printing import print_order
from lawgate.docket.reading import read_order
from lawgate.model.fault import LawgateError, Refused
from lawgate.model.order import EffectKind, Exempt, NoticeTerms
from lawgate.office.evidence import Wanted, make
from lawgate.office.handout import pull
from lawgate.office.orders import enter_order
from unit.evidence.verifier_runs import PY


@pytest.fixture(scope="module")
def told(opened: Office, tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, str, str]:
    """An office in which one package was stopped by an order, and then another one was not: batch, package."""
    office = opened.copy(tmp_path_factory.mktemp("evidence") / "office")
    batch = office.decided(office.lab / "proper")
    package = office.prepared(batch, [0, 1], declined=[2]).manifest.package
    enter_order(office.house.orders, an_order("order-dhs", "us.dhs"), CLERK)
    house = office.house
    pull(house.release.release, package, KEY, house.courier(office.folder.parent / "out"))
    return office, batch, package


def checked(office: Office, bundle: Path, *papers: Path) -> subprocess.CompletedProcess[str]:
    """What verify.py says, in a Python that knows nothing of this program."""
    policy = bundle.with_name("policy")
    policy.write_text(office.call("log", "policy").stdout)
    command = [sys.executable, "-I", PY, bundle, policy, *papers]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def kinds(bundle: Path) -> list[str]:
    """The kinds of leaves in a bundle, in order."""
    return [json.loads(each["leaf"])["kind"] for each in json.loads(bundle.read_bytes())["leaves"]]


def handout(office: Office) -> int:
    """The index of the one hand-out."""
    (index,) = [at for at, leaf in office.house.decide.log.leaves() if leaf.kind == "handout"]
    return index


def test_a_batch_with_an_opened_row(told: tuple[Office, str, str], tmp_path: Path) -> None:
    office, batch, _ = told
    rows, _ = sent(office.lab / "proper")
    out = tmp_path / "bundle.json"
    done = office.run("evidence", "make", out, "--batch", batch, "--row", rows[1]["row_id"])
    assert "SYNTHETIC" in done.stdout and "opened rows" in done.stderr
    assert kinds(out) == ["start", "request", "parse", "decision-batch", "review", "prepared", "handout", "sent"]
    found = checked(office, out, office.room(batch) / "cover.toml")
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout.startswith("SYNTHETIC")
    assert "row 1 of leaf 5 is the one that was committed to; its decision was " in found.stdout
    assert "file 1 is request.cover of leaf 3" in found.stdout
    text = out.read_text()
    names = ("first", "last", "dob", "addr_line1", "tin", "event_number", "reason_text")
    personal = {row[name] for row in rows for name in names} | {each["row_id"] for each in rows}
    assert len(personal) > 10 and not [value for value in personal if len(value) > 3 and value in text]


def test_a_package_an_order_and_a_range(told: tuple[Office, str, str], tmp_path: Path) -> None:
    office, _, package = told
    for name, words in (
        ("package", ("--package", package)),
        ("order", ("--order", "order-dhs")),
        ("range", ("--from", "2", "--to", "5")),
        ("open-range", ("--from", "3")),
    ):
        out = tmp_path / f"{name}.json"
        office.run("evidence", "make", out, *words)
        assert checked(office, out).returncode == 0
    assert kinds(tmp_path / "order.json") == ["start", "order-bar", "in-force"]
    logged = [leaf.kind for _, leaf in office.house.decide.log.leaves()]
    assert kinds(tmp_path / "range.json") == [logged[0], *logged[2:6]]
    assert kinds(tmp_path / "open-range.json") == [logged[0], *logged[3:]]


def test_a_certificate_is_made_only_where_it_is_true(told: tuple[Office, str, str], tmp_path: Path) -> None:
    office = told[0].copy(tmp_path / "office")
    out, at = tmp_path / "certificate.json", handout(office)
    enter_order(office.house.orders, an_order("order-late", AGENCY), CLERK)
    office.run("evidence", "make", out, "--order", "order-late", "--from", "0", "--to", str(at - 1))
    found = checked(office, out)
    assert found.returncode == 0
    assert "nothing in scope of order order-late left through this gateway" in found.stdout
    assert "What this cannot prove" in found.stdout
    for first in (0, at, at + 1):
        refused = office.call("evidence", "make", tmp_path / "none.json", "--order", "order-late", "--from", str(first))
        assert refused.exit_code == 1
        assert "E_IN_SCOPE" in refused.stderr and "to mend:" in refused.stderr
        assert not (tmp_path / "none.json").exists()


def test_a_certificate_over_a_hand_out_to_somebody_else(told: tuple[Office, str, str], tmp_path: Path) -> None:
    """The order is about others: the paper that the hand-out names shows it, in the bundle and to a stranger."""
    office, out = told[0].copy(tmp_path / "office"), tmp_path / "certificate.json"
    at = handout(office)
    office.run("evidence", "make", out, "--order", "order-dhs", "--from", "0")
    found = checked(office, out)
    assert (found.returncode, found.stderr) == (0, "")
    assert f"leaf {at} (handout) is outside the scope: asked by others" in found.stdout
    assert "That paper is the word of this office" in " ".join(found.stdout.split())
    (paper,) = json.loads(out.read_bytes())["subject"]["parts"]
    manifest = json.loads(manifest_of(office, told[2]))
    assert {manifest["agency"], *manifest["people"]} <= set(json.loads(paper)["requesters"])
    assert {manifest["agency"], manifest["recipient_key"], *manifest["recipients"]} <= set(
        json.loads(paper)["recipients"]
    )
    # Whoever is named in it, in whatever office and letters, is not somebody else.
    person = json.loads(paper)["requesters"][0]
    enter_order(office.house.orders, an_order("order-person", person.upper()), CLERK)
    refused = office.call("evidence", "make", tmp_path / "none.json", "--order", "order-person", "--from", "0")
    assert (refused.exit_code, "E_IN_SCOPE" in refused.stderr) == (1, True)


def test_a_certificate_of_an_order_with_exceptions_and_terms(told: tuple[Office, str, str], tmp_path: Path) -> None:
    """Its whole scope is certified, and both who makes and who checks it are told so; no exception lets anybody out."""
    office = told[0].copy(tmp_path / "office")

    def entered(name: str, agency: str) -> None:
        order = read_order(an_order(name, agency), "order")
        rule, terms = Exempt(("i2",), 1, ("i2.subject",)), NoticeTerms(24, ("court",), 72)
        stop = dataclasses.replace(order.effects[0], exceptions=(rule,))
        notice = dataclasses.replace(order.effects[0], kind=EffectKind.NOTICE, notice=terms)
        enter_order(office.house.orders, print_order(dataclasses.replace(order, effects=(stop, notice))), CLERK)

    entered("order-eased", "us.others")
    out = tmp_path / "certificate.json"
    done = office.call("evidence", "make", out, "--order", "order-eased", "--from", "0")
    assert (done.exit_code, "this speaks of the whole, as if there were none" in done.stdout) == (0, True), done.output
    found = checked(office, out)
    assert (found.returncode, found.stderr) == (0, "")
    assert f"leaf {handout(office)} (handout) is outside the scope: asked by others" in found.stdout
    for word in ("exceptions", "terms"):
        assert f"has {word} to that: this speaks of the whole, as if there were none" in " ".join(found.stdout.split())
    entered("order-in", AGENCY)
    refused = office.call("evidence", "make", tmp_path / "none.json", "--order", "order-in", "--from", "0")
    assert (refused.exit_code, "E_IN_SCOPE" in refused.stderr) == (1, True)


def test_no_paper_excludes_what_the_log_says_is_covered(told: tuple[Office, str, str], tmp_path: Path) -> None:
    """An order names an id that somebody got since: the log names the hand-out, so no certificate calls it outside."""
    office = told[0].copy(tmp_path / "office")
    people, made = office.folder / "registers" / "people.toml", office.house.release.release
    (handed,) = [leaf for _, leaf in office.house.decide.log.leaves() if leaf.kind == "handout"]
    signer = next(each for each in json.loads(manifest_of(office, told[2]))["people"] if each in people.read_text())
    (block,) = [each for each in people.read_text().split("[[person]]") if f'id = "{signer}"' in each]
    people.write_text(f"{people.read_text()}\n[[person]]{block.replace(signer, 'person.married.1')}")
    assert "person.married.1" in made.registers().humans({signer})
    at = datetime.fromisoformat(handed.at)
    enter_order(office.house.orders, an_order("order-married", "Person.Married.1", at), CLERK)
    (*_, force) = [leaf for _, leaf in office.house.decide.log.leaves() if leaf.kind == "in-force"]
    assert force.texts("exposed") == (f"{told[2]}@{handout(office)}",)
    last = str(handout(office) + 1)
    for words in (("--from", "0"), ("--from", "0", "--to", last)):
        refused = office.call("evidence", "make", tmp_path / "none.json", "--order", "order-married", *words)
        assert (refused.exit_code, "E_IN_SCOPE" in refused.stderr) == (1, True)


def test_no_certificate_over_somebody_known_by_a_later_id(told: tuple[Office, str, str], tmp_path: Path) -> None:
    """The order began after the hand-out, so far behind it that no list names it; the office knows who is meant."""
    office = told[0].copy(tmp_path / "office")
    people = office.folder / "registers" / "people.toml"
    signer = next(each for each in json.loads(manifest_of(office, told[2]))["people"] if each in people.read_text())
    (block,) = [each for each in people.read_text().split("[[person]]") if f'id = "{signer}"' in each]
    people.write_text(f"{people.read_text()}\n[[person]]{block.replace(signer, 'person.married.1')}")
    desk = dataclasses.replace(office.house.orders, clock=Ahead(600))
    enter_order(desk, an_order("order-married", "person.married.1", desk.clock.now()), CLERK)
    (*_, force) = [leaf for _, leaf in office.house.decide.log.leaves() if leaf.kind == "in-force"]
    assert force.texts("exposed") == ()
    with pytest.raises(Refused, match="by what the registers say today"):
        make(office.house.release, Wanted("non-release", "order-married", 0))


def test_a_log_whose_leaves_name_no_hand_out_certifies_nothing(told: tuple[Office, str, str], tmp_path: Path) -> None:
    """Somebody wrote past the program a delivery that names itself: it goes back to nothing, for ever."""
    office = told[0].copy(tmp_path / "office")
    log = office.house.decide.log
    leaves = list(log.leaves())
    (delivery,) = [leaf for _, leaf in leaves if leaf.kind == "sent"]
    log.append(dataclasses.replace(delivery, body={**delivery.body, "handout_leaf": len(leaves)}))
    with pytest.raises(LawgateError, match="a leaf names another one"):
        make(office.house.release, Wanted("non-release", "order-dhs", 0))


def test_a_paper_of_parts_that_is_lost_shows_nothing(told: tuple[Office, str, str], tmp_path: Path) -> None:
    office = told[0].copy(tmp_path / "office")
    (kept,) = (office.folder / "packages").glob("*/parts.json")
    kept.write_bytes(kept.read_bytes().replace(AGENCY.encode(), b"us.xyz"))
    done = office.call("evidence", "make", tmp_path / "none.json", "--order", "order-dhs", "--from", "0")
    assert (done.exit_code, "E_IN_SCOPE" in done.stderr) == (1, True)
    assert ["parts.json is not the paper the log names" in each for each in office.broken()] == [True]


def manifest_of(office: Office, package: str) -> bytes:
    """The manifest in the package as it is kept."""
    store = office.house.release.release.packages
    return store.member(store.tar(package), "manifest.json")


def test_a_stretched_certificate_is_seen(told: tuple[Office, str, str], tmp_path: Path) -> None:
    """Somebody moves the end of a true certificate over the hand-out, and puts its leaves in."""
    from lawgate.ledger.evidence import Bundle, Subject
    from lawgate.ledger.evidence import parse as parse_bundle

    office, *_ = told
    at = handout(office)
    short = parse_bundle(make(office.house.release, Wanted("non-release", "order-dhs", 0, at - 1)).data)
    whole = parse_bundle(make(office.house.release, Wanted("period", "", 0, at + 1)).data)
    subject = Subject("non-release", "order-dhs", 0, at + 1, short.subject.instrument)
    forged = Bundle(subject, whole.mark, whole.policy, whole.checkpoint, whole.leaves)
    out = tmp_path / "forged.json"
    out.write_bytes(forged.render())
    assert checked(office, out).stdout.startswith("REFUSED: released: ")
    less = Bundle(subject, whole.mark, whole.policy, whole.checkpoint, whole.leaves[:at] + whole.leaves[at + 1 :])
    out.write_bytes(less.render())
    assert checked(office, out).stdout.startswith("REFUSED: range: ")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), "E_SUBJECT"),
        (("--batch", "nobody"), "E_SUBJECT"),
        (("--order", "nobody", "--from", "0"), "E_SUBJECT"),
        (("--batch", "a", "--package", "b"), "E_SUBJECT"),
        (("--batch", "a", "--from", "0"), "E_SUBJECT"),
        (("--from", "5", "--to", "4"), "E_RANGE"),
        (("--from", "0", "--to", "99999"), "E_RANGE"),
        (("--from", "0", "--row", "r"), "E_ROW"),
        (("--from", "0", "--out"), ""),
    ],
)
def test_what_cannot_be_made_is_said(
    told: tuple[Office, str, str], tmp_path: Path, words: tuple[str, ...], code: str
) -> None:
    done = told[0].call("evidence", "make", tmp_path / "none.json", *words)
    assert done.exit_code != 0 and code in done.stderr
    assert not (tmp_path / "none.json").exists()


def test_nothing_is_written_over(told: tuple[Office, str, str], tmp_path: Path) -> None:
    out = tmp_path / "there.json"
    out.write_text("mine")
    done = told[0].call("evidence", "make", out, "--from", "0")
    assert (done.exit_code, out.read_text()) == (2, "mine")


def test_a_paper_that_changed_since_is_told(told: tuple[Office, str, str], tmp_path: Path) -> None:
    office = told[0].copy(tmp_path / "office")
    review = next(office.room(told[1]).glob("review-*.json"))
    review.write_bytes(review.read_bytes() + b" ")
    done = make(office.house.release, Wanted("batch", told[1]))
    assert [name.split(" ")[0] for name in done.missing] == [review.name]


def test_a_file_no_verifier_would_read_is_not_made(
    told: tuple[Office, str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lawgate.ledger.evidence.MAX_BYTES", 2_000)
    done = told[0].call("evidence", "make", tmp_path / "none.json", "--from", "0")
    assert done.exit_code == 1 and "E_LARGE" in done.stderr
    assert not (tmp_path / "none.json").exists()
