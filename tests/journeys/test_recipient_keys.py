# SPDX-License-Identifier: Apache-2.0
"""A recipient key from its proposal to its revocation (T28, I6): two people, who has it, read back, a wait."""

import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage
import pytest

from journeys.office import BOOK, SAFEGUARDS, SEED, Office
from lawgate.model.fault import Faulty
from lawgate.office.recipient_keys import key_states, register_key
from lawgate.wiring.folder import create
from lawgate.wiring.main import rulebooks
from lawgate_lab.played import age_identity, signing_key
from lawgate_lab.registering import Past, register_now

FIRST, SECOND = "person.custodian.11", "person.custodian.12"


@pytest.fixture
def founded(opened: Office, tmp_path: Path) -> Office:
    """An office founded some days back, in which nothing is registered: no records, only registers."""
    folder = tmp_path / "office"
    create(folder, rulebooks(), BOOK, "keys", clock=Past())
    for register in (opened.lab / "registers").glob("*.toml"):
        shutil.copy(register, folder / "registers")
    (folder / "registers" / "safeguards.toml").write_text(SAFEGUARDS)
    return Office(folder, opened.lab)


def short(office: Office, key: str) -> tuple[str, ...]:
    return {known.id: state.short for known, state in key_states(office.house.keys)}[key]


def refused(office: Office, *words: str | Path) -> list[str]:
    done = office.call(*words)
    assert done.exit_code == 1, done.stdout + done.stderr
    return re.findall(r"^(E_\w+)", done.stderr, re.MULTILINE)


def proposed(office: Office, place: Path, identity: str, key: str = "rk-doj-1") -> str:
    """Propose a key, and give its fingerprint."""
    text, paper = place / "key.txt", place / "letter.txt"
    text.write_text(f"{pyrage.x25519.Identity.from_str(identity).to_public()}\n")
    paper.write_text("This is our key.\n")
    words = ["key", "propose", key, "--agency", "us.doj", "--text", text, "--authorisation", paper, "--by", FIRST]
    done = office.call(*words)
    assert done.exit_code == 0, done.stderr
    return done.stdout.splitlines()[-1].strip()


def answered(office: Office, place: Path, identity: str, key: str = "rk-doj-1") -> None:
    sealed, opened = place / "sealed.age", place / "opened.txt"
    assert office.call("key", "challenge", key, sealed, "--by", FIRST).exit_code == 0
    opened.write_bytes(pyrage.decrypt(sealed.read_bytes(), [pyrage.x25519.Identity.from_str(identity)]))
    assert office.call("key", "answer", key, opened, "--by", SECOND).exit_code == 0


def paper_words(place: Path, fingerprint: str, *registrars: str, key: str = "rk-doj-1") -> list[str | Path]:
    named = [word for each in registrars for word in ("--registrar", each)]
    said = ["--read-back-by", "person.doj.2", "--channel", "voice", "--fingerprint", fingerprint]
    return ["key", "paper", key, place / "paper.json", *named, *said]


def signed(place: Path, *people: str) -> list[str | Path]:
    words: list[str | Path] = ["key", "register", place / "paper.json"]
    for person in people:
        (place / f"{person}.sig").write_bytes(signing_key(SEED, person).sign((place / "paper.json").read_bytes()))
        words += ["--signature", place / f"{person}.sig"]
    return words


def test_a_key_is_registered_by_two_and_waits(founded: Office, tmp_path: Path) -> None:
    identity = age_identity(SEED, "rk-doj-1")
    assert short(founded, "rk-doj-1") == ("E_KEY_UNREGISTERED",)
    fingerprint = proposed(founded, tmp_path, identity)
    assert refused(founded, *paper_words(tmp_path, fingerprint, FIRST, SECOND)) == ["E_KEY_UNANSWERED"]
    answered(founded, tmp_path, identity)
    wrong = fingerprint.replace(fingerprint[0], "0" if fingerprint[0] != "0" else "1")
    assert refused(founded, *paper_words(tmp_path, wrong, FIRST, SECOND)) == ["E_KEY_FINGERPRINT"]
    assert refused(founded, *paper_words(tmp_path, fingerprint, FIRST, FIRST)) == ["E_KEY_REGISTRARS"]
    assert founded.call(*paper_words(tmp_path, fingerprint, SECOND, FIRST)).exit_code == 0
    assert refused(founded, *signed(tmp_path, FIRST)) == ["E_KEY_SIGNATURE"]
    assert refused(founded, *signed(tmp_path, SECOND, FIRST)) == ["E_KEY_SIGNATURE"]
    done = founded.call(*signed(tmp_path, FIRST, SECOND))
    assert done.exit_code == 0, done.stderr
    assert short(founded, "rk-doj-1") == ("E_KEY_COOLOFF",)
    leaf = [leaf for _, leaf in founded.house.decide.log.leaves() if leaf.kind == "key-registered"][-1]
    wait = datetime.fromisoformat(leaf.text("usable_from")) - datetime.now(UTC)
    assert timedelta(hours=71, minutes=55) < wait <= timedelta(hours=72)
    assert leaf.texts("people") == (FIRST, SECOND)
    assert "CANNOT BE USED" in founded.call("key", "list").stdout
    assert founded.broken() == []


def test_a_key_that_waited_is_used_until_one_person_revokes_it(founded: Office) -> None:
    register_now(founded.house.keys, SEED)
    assert short(founded, "rk-doj-1") == short(founded, "rk-dhs-1") == ()
    words = ["key", "revoke", "rk-doj-1", "--by", FIRST, "--reason"]
    assert refused(founded, *words, "because") == ["E_KEY_REASON"]
    assert founded.call(*words, "lost").exit_code == 0
    assert short(founded, "rk-doj-1") == ("E_KEY_REVOKED",)
    assert short(founded, "rk-dhs-1") == ()
    assert refused(founded, *words, "lost") == ["E_KEY_UNREGISTERED"]


def test_a_compromised_key_is_not_taken_again_under_any_id(founded: Office, tmp_path: Path) -> None:
    identity = age_identity(SEED, "rk-doj-1")
    fingerprint = proposed(founded, tmp_path, identity, "rk-doj-9")
    answered(founded, tmp_path, identity, "rk-doj-9")
    register_now(founded.house.keys, SEED)
    assert founded.call("key", "revoke", "rk-doj-1", "--by", FIRST, "--reason", "compromised").exit_code == 0
    assert short(founded, "rk-doj-1") == ("E_KEY_REVOKED", "E_KEY_COMPROMISED")
    words = paper_words(tmp_path, fingerprint, FIRST, SECOND, key="rk-doj-9")
    assert refused(founded, *words) == ["E_KEY_COMPROMISED"]
    text, paper = tmp_path / "text", tmp_path / "authorised"
    text.write_text(str(pyrage.x25519.Identity.from_str(identity).to_public()))
    paper.write_text("The agency says that this key is its own.\n")
    for key in ("rk-doj-1", "rk-doj-9"):
        words = ["key", "propose", key, "--agency", "us.doj", "--text", text, "--authorisation", paper, "--by", FIRST]
        assert refused(founded, *words) == ["E_KEY_COMPROMISED"]


def test_t28_a_key_swapped_a_minute_before_the_release(founded: Office, tmp_path: Path) -> None:
    """With the register alone nothing is reached; with two registrars and the challenge, the wait begins anew."""
    register_now(founded.house.keys, SEED)
    people = founded.folder / "registers" / "recipients.toml"
    mine = str(pyrage.x25519.Identity.generate())
    before = pyrage.x25519.Identity.from_str(age_identity(SEED, "rk-doj-1")).to_public()
    people.write_text(people.read_text().replace(str(before), str(pyrage.x25519.Identity.from_str(mine).to_public())))
    assert short(founded, "rk-doj-1") == ("E_KEY_UNREGISTERED",)
    fingerprint = proposed(founded, tmp_path, mine)
    answered(founded, tmp_path, mine)
    assert founded.call(*paper_words(tmp_path, fingerprint, FIRST, SECOND)).exit_code == 0
    assert founded.call(*signed(tmp_path, FIRST, SECOND)).exit_code == 0
    assert short(founded, "rk-doj-1") == ("E_KEY_COOLOFF",)


def test_only_who_has_the_key_answers(founded: Office, tmp_path: Path) -> None:
    proposed(founded, tmp_path, age_identity(SEED, "rk-doj-1"))
    (tmp_path / "guess").write_text("lawgate-challenge-1\n")
    assert refused(founded, "key", "answer", "rk-doj-1", tmp_path / "guess", "--by", FIRST) == ["E_KEY_ANSWER"]
    kept = (founded.folder / "recipient-keys" / "key-rk-doj-1").iterdir()
    founded.call("key", "challenge", "rk-doj-1", tmp_path / "sealed", "--by", FIRST)
    said = pyrage.decrypt(
        (tmp_path / "sealed").read_bytes(), [pyrage.x25519.Identity.from_str(age_identity(SEED, "rk-doj-1"))]
    )
    assert not any(said.split()[-1] in each.read_bytes() for each in kept)


def test_a_registration_whose_paper_is_gone_registers_nothing_and_is_found(founded: Office) -> None:
    register_now(founded.house.keys, SEED)
    assert founded.broken() == []
    (paper,) = (founded.folder / "recipient-keys" / "key-rk-doj-1").glob("registration-*.json")
    paper.unlink()
    assert short(founded, "rk-doj-1") == ("E_KEY_PAPER",)
    assert founded.broken() == ["the registration of rk-doj-1: the paper is not the one the log names"]


def test_what_is_refused_before_anything_is_kept(founded: Office, tmp_path: Path) -> None:
    text, letter, empty = tmp_path / "key.txt", tmp_path / "letter.txt", tmp_path / "empty.txt"
    text.write_text("no key")
    letter.write_text("ours")
    empty.write_bytes(b"")
    words = [
        "key",
        "propose",
        "a/b",
        "--agency",
        "us.doj",
        "--text",
        text,
        "--authorisation",
        empty,
        "--by",
        "person.doj.1",
    ]
    assert refused(founded, *words) == ["E_KEY_PERSON", "E_KEY_NAME", "E_KEY_TEXT", "E_KEY_AUTHORISATION"]
    assert refused(founded, "key", "challenge", "rk-doj-1", tmp_path / "x", "--by", FIRST) == ["E_KEY_PROPOSED"]
    assert refused(founded, "key", "challenge", "../x", tmp_path / "x", "--by", FIRST) == ["E_KEY_PROPOSED"]
    assert refused(founded, "key", "register", letter, "--signature", letter) == ["E_KEY_FORM"]
    identity = age_identity(SEED, "rk-doj-1")
    fingerprint = proposed(founded, tmp_path, identity)
    answered(founded, tmp_path, identity)
    said = paper_words(tmp_path, fingerprint, FIRST, SECOND)
    assert refused(founded, *said[:-4], "--channel", "e-mail", *said[-2:]) == ["E_KEY_READ_BACK"]
    assert [leaf.kind for _, leaf in founded.house.decide.log.leaves()] == ["start"]


def test_a_registration_is_of_its_day_and_of_what_is_proposed_now(founded: Office, tmp_path: Path) -> None:
    identity = age_identity(SEED, "rk-doj-1")
    fingerprint = proposed(founded, tmp_path, identity)
    answered(founded, tmp_path, identity)
    assert founded.call(*paper_words(tmp_path, fingerprint, FIRST, SECOND)).exit_code == 0
    desk, paper = founded.house.keys, (tmp_path / "paper.json").read_bytes()
    signatures = [signing_key(SEED, each).sign(paper) for each in (FIRST, SECOND)]
    for other, code in (
        ({"clock": Past(timedelta(days=1))}, "E_KEY_DAY"),
        ({"clock": Past(timedelta(days=-1))}, "E_KEY_DAY"),
        ({"witnessed": lambda: None}, "E_KEY_TIME"),
    ):
        with pytest.raises(Faulty) as faulty:
            register_key(replace(desk, **other), paper, signatures)
        assert [fault.code for fault in faulty.value.faults] == [code]
    proposed(founded, tmp_path, str(pyrage.x25519.Identity.generate()))
    assert refused(founded, *signed(tmp_path, FIRST, SECOND)) == ["E_KEY_PROPOSED"]


def test_an_answer_to_a_challenge_for_another_key_is_none(founded: Office, tmp_path: Path) -> None:
    mine = str(pyrage.x25519.Identity.generate())
    proposed(founded, tmp_path, mine)
    answered(founded, tmp_path, mine)
    fingerprint = proposed(founded, tmp_path, age_identity(SEED, "rk-doj-1"))
    assert refused(founded, *paper_words(tmp_path, fingerprint, FIRST, SECOND)) == ["E_KEY_UNANSWERED"]


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"agency": "us.doj"}', b'{"agency": 1, "text": 2, "authorisation": 3}']
)
def test_a_damaged_proposal_is_proposed_again(founded: Office, tmp_path: Path, damage: bytes) -> None:
    proposed(founded, tmp_path, age_identity(SEED, "rk-doj-1"))
    (kept,) = founded.folder.rglob("proposal.json")
    kept.write_bytes(damage)
    assert refused(founded, "key", "challenge", "rk-doj-1", tmp_path / "sealed.age", "--by", FIRST) == [
        "E_KEY_PROPOSED"
    ]
