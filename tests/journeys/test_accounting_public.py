# SPDX-License-Identifier: Apache-2.0
"""I29, the half about everybody else: public bytes say nothing about a person, not even to who guesses the number."""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Callable, Iterator
from hashlib import md5, sha1, sha256, sha512
from pathlib import Path

import numpy as np
import pytest

from journeys.accounting import CLERK, nobody, numbers, people
from journeys.office import KEY, Office, files_below
from lawgate.ledger import accounting as acc
from lawgate.ledger.commit import commit
from lawgate.office.accounting import list_salt, make_root
from lawgate.office.handout import pull
from lawgate.office.statement import statement

GUESSES = {"ci": 20_000, "full": 1_000_000}
BATCHES, CROWD = 100, 40


@pytest.fixture(scope="module")
def shown(opened: Office, tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, str, list[bytes]]:
    """An office with a package handed out and an index; the public bytes, and a stranger's statement beside them."""
    top = tmp_path_factory.mktemp("public")
    office = opened.copy(top / "office")
    package = office.prepared(office.decided(office.lab / "proper"), [0, 1], declined=[2]).manifest.package
    house = office.house
    pull(house.release.release, package, KEY, house.courier(top / "out"))
    make_root(house.accounting(), CLERK)
    public = [file.read_bytes() for file in files_below(office.folder / "log")]
    public.append(house.log_policy.encode())
    stranger = statement(house.accounting(), nobody(office, package)).data
    return office, package, [*public, stranger]


def guessed(number: str, salts: list[bytes]) -> Iterator[bytes]:
    """What somebody would try for a number: plain, grouped, hashed in the usual ways, placed under what is shown."""
    plain = number.encode()
    for text in (plain, f"{number[:3]}-{number[3:5]}-{number[5:]}".encode(), acc.alpha(number)):
        yield text
        for hashed in (md5, sha1, sha256, sha512):
            yield hashed(text).digest()
        yield sha256(b"\0" + text).digest()
        for salt in salts:
            yield sha256(salt + text).digest()
            yield hmac.digest(salt, text, "sha256")
            yield acc.label(salt, sha256(text).digest())


def hits(pieces: list[bytes], tried: list[str]) -> set[str]:
    """The numbers of which a guess stands anywhere in the bytes, as bytes, hex or base64 text."""
    hexes = [text.decode() for piece in pieces for text in re.findall(rb"[0-9a-f]{32,}", piece)]
    coded = [text for piece in pieces for text in re.findall(rb"[A-Za-z0-9+/]{40,}=*", piece)]
    decoded = [bytes.fromhex(text[: len(text) // 2 * 2]) for text in hexes]
    decoded += [base64.b64decode(text.rstrip(b"=") + b"==") for text in coded if len(text.rstrip(b"=")) % 4 != 1]
    whole = [*pieces, *decoded]
    windows = {length: set[bytes]() for length in (9, 11, 16, 20, 32, 64, len(acc.alpha(tried[0])))}
    for length, found in windows.items():
        found.update(piece[at : at + length] for piece in whole for at in range(len(piece) - length + 1))
    salts = [bytes.fromhex(json.loads(pieces[-1])["index"][name]) for name in ("salt", "others")]
    return {each for each in tried if any(guess in windows[len(guess)] for guess in guessed(each, salts))}


def test_i29_a_dictionary_of_numbers_finds_nobody(shown: tuple[Office, str, list[bytes]], size: str) -> None:
    office, package, pieces = shown
    own = numbers(office, package)
    tried = [*own, *dict(people(office)).values()]
    # Every guess is of a range that was never given to anybody.
    tried += [f"9{a:02}{g:02}{s:04}" for s in range(0, 10_000, 50) for a in range(100) for g in range(50)]
    tried = list(dict.fromkeys(tried))[: GUESSES[size]]
    assert len(tried) == GUESSES[size]
    assert hits(pieces, tried) == set()
    for planted in (own[0].encode(), sha256(own[0].encode()).hexdigest().encode(), sha1(own[0].encode()).digest()):
        assert hits([b"x" + planted + b" y", *pieces], own) == {own[0]}


def test_no_stored_file_of_the_index_holds_a_number(shown: tuple[Office, str, list[bytes]]) -> None:
    office, package, _ = shown
    for name in ("accounting.sqlite", "keys/accounting.key", "keys/accounting-vrf.pem"):
        file = office.folder / name
        assert file.stat().st_mode & 0o077 == 0
        assert not any(number.encode() in file.read_bytes() for number in numbers(office, package))


Seen = dict[tuple[int, int], list[bytes]]


def batches(salted: bool) -> Seen:
    """What the same people leave in many batches and indexes: row commitment, label, list; by batch and person."""
    secret, made = sha256(b"the office").digest(), Seen()
    for batch in range(BATCHES):
        order = np.random.default_rng(batch).permutation(CROWD)
        rows = b"".join(b"\0\0" + sha256(b"row %d" % who).digest() for who in order)
        hashes = commit(rows, 34, secret, f"batch-{batch}/acc").leaf_hashes
        index_salt = acc.derived(secret, "salt", batch) if salted else bytes(32)
        for place, who in enumerate(order.tolist()):
            value = sha256(b"person %d" % who).digest()
            entry = acc.Entry(acc.PREPARED, batch, batch, place)
            item = acc.Item(acc.entry_commitment(acc.derived(secret, "entry", 0, entry.body), entry), 20250101)
            listed = acc.list_value(list_salt(secret, batch, value), [item])
            made[batch, who] = [hashes[32 * place :][:32], acc.label(index_salt, value), listed]
    return made


def test_i29_over_many_batches_nothing_of_a_person_comes_twice() -> None:
    made = batches(salted=True)
    every = [piece for pieces in made.values() for piece in pieces]
    assert len(every) == 3 * BATCHES * CROWD
    assert len(set(every)) == len(every)


def bits(made: Seen, batch: int, who: int) -> np.ndarray:
    return np.unpackbits(np.frombuffer(b"".join(made[batch, who]), np.uint8))


def area(made: Seen) -> tuple[float, float, float]:
    """Area under the curve of who links by equal bits, with its 95 % interval (Hanley and McNeil)."""
    chance = np.random.default_rng(7)
    same, others = [], []
    for batch in range(BATCHES - 1):
        for who in range(CROWD):
            mine = bits(made, batch, who)
            other = (who + int(chance.integers(1, CROWD))) % CROWD
            same.append(int((mine == bits(made, batch + 1, who)).sum()))
            others.append(int((mine == bits(made, batch + 1, other)).sum()))
    one, two = np.array(same), np.sort(np.array(others))
    below, upto = np.searchsorted(two, one, "left"), np.searchsorted(two, one, "right")
    found = float((below + (upto - below) / 2).mean() / len(two))
    first, second = found / (2 - found), 2 * found**2 / (1 + found)
    spread = found * (1 - found) + (len(one) - 1) * (first - found**2) + (len(two) - 1) * (second - found**2)
    width = 1.96 * float(np.sqrt(max(spread, 0) / (len(one) * len(two))))
    return found, found - width, found + width


def test_i29_nobody_can_be_linked_from_batch_to_batch() -> None:
    found, low, high = area(batches(salted=True))
    assert low <= 0.5 <= high, found
    # The same test sees a label that stays: without the salt of each index one could link.
    assert area(batches(salted=False))[1] > 0.9


@pytest.mark.parametrize("change", [lambda doc: doc["index"]["there"], lambda doc: doc["index"]["path"]])
def test_what_a_stranger_sees_of_others_changes_with_each_index(
    shown: tuple[Office, str, list[bytes]], tmp_path: Path, change: Callable[[dict], list[str]]
) -> None:
    office, package, pieces = shown
    mine = office.copy(tmp_path / "office")
    make_root(mine.house.accounting(), CLERK)
    again = json.loads(statement(mine.house.accounting(), nobody(office, package)).data)
    assert not set(change(again)) & set(change(json.loads(pieces[-1])))
