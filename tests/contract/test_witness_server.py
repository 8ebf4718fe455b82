# SPDX-License-Identifier: Apache-2.0
"""C2SP tlog-witness to the letter: each answer of the server as bytes, status and type, and what it stored before."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from functools import partial
from hashlib import sha256
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from contract.promises import Disk, dies_at, watched
from contract.test_witness import FORK, HASHES, LOG, ORIGIN, OTHER, SIGNERS, note, proof
from lawgate.drivers import keys
from lawgate.drivers.keys import KeySigner
from lawgate.drivers.witness import KnownLogs, LocalWitness
from lawgate.ledger.merkle import EMPTY_ROOT
from lawgate.ledger.note import (
    ED25519,
    Note,
    SignatureLine,
    endorsements,
    parse,
    parse_note_lines,
    sign_line,
    with_lines,
)
from lawgate.ledger.witness import MAX_REQUEST, Asked, parse_asked
from lawgate.model.fault import Refused
from lawgate.surfaces.witness import build

NOW = 1_750_000_000
HASH = sha256(ORIGIN.encode()).hexdigest()


def local(folder: Path) -> LocalWitness:
    return LocalWitness(folder, SIGNERS[0], {ORIGIN: LOG.key}, keys.verify, lambda: NOW)


def app(folder: Path) -> Starlette:
    return build(local(folder), lambda: [ORIGIN])


def sent(to: Starlette, method: str, path: str, body: bytes = b"") -> httpx2.Response:
    async def exchange() -> httpx2.Response:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(to), base_url="http://w") as client:
            return await client.request(method, path, content=body)

    return asyncio.run(exchange())


def post(to: Starlette, old: int, data: bytes, steps: list[bytes] | None = None) -> httpx2.Response:
    return sent(to, "POST", "/add-checkpoint", Asked(old, tuple(steps or ()), data).render())


def test_a_body_is_written_as_the_protocol_writes_it() -> None:
    lines = [b64encode(step).decode() for step in proof(3, 7)]
    written = Asked(3, tuple(proof(3, 7)), note(7)).render()
    assert written == "\n".join(["old 3", *lines, "", ""]).encode() + note(7)
    assert parse_asked(written) == Asked(3, tuple(proof(3, 7)), note(7))
    assert Asked(0, (), note(7)).render().startswith(b"old 0\n\nlog.example/2025\n7\n")


def test_200_is_the_cosignature_and_the_memory_is_written_before(tmp_path: Path) -> None:
    with watched(Disk()) as disk:
        done = post(app(tmp_path / "memory"), 0, note(3))
        assert disk.lost(tmp_path) == ["lock"]  # which is empty, and says nothing
    assert (done.status_code, done.content[:4]) == (200, "— w".encode()[:4])
    (line,) = parse_note_lines(done.content)
    held = endorsements(with_lines(parse(note(3)), [line]), [SIGNERS[0].key], keys.verify)
    assert [each.seconds for each in held] == [NOW]
    to = app(tmp_path / "memory")
    shown = sent(to, "GET", f"/{HASH}/checkpoint")
    assert (shown.status_code, shown.content) == (200, with_lines(parse(note(3)), [line]).render())
    assert post(to, 3, note(9), proof(3, 9)).status_code == 200
    assert post(to, 9, note(9)).status_code == 200


def test_409_says_the_size_and_nothing_else(tmp_path: Path) -> None:
    to = app(tmp_path)
    fresh = post(to, 4, note(9), proof(4, 9))
    assert (fresh.status_code, fresh.content, fresh.headers["content-type"]) == (409, b"0\n", "text/x.tlog.size")
    post(to, 0, note(7))
    for old in (0, 6, 8):
        done = post(to, old, note(9), proof(old, 9) if old else [])
        assert (done.status_code, done.content, done.headers["content-type"]) == (409, b"7\n", "text/x.tlog.size")


def _with(data: bytes, *lines: SignatureLine) -> bytes:
    return with_lines(parse(data), lines).render()


def _empty_with_a_root(signer: KeySigner = LOG, origin: str = ORIGIN) -> bytes:
    text = f"{origin}\n0\n{b64encode(bytes(32)).decode()}\n"
    return Note(text, (sign_line(signer.key, signer.sign, text),)).render()


def test_404_for_a_log_nobody_made_known(tmp_path: Path) -> None:
    to = app(tmp_path)
    assert post(to, 0, note(3, signer=OTHER)).status_code == 404
    assert post(to, 0, _empty_with_a_root(OTHER, OTHER.name)).status_code == 404
    assert sent(to, "GET", f"/{HASH}/checkpoint").status_code == 404
    assert sent(to, "GET", f"/{'0' * 64}/checkpoint").status_code == 404


def test_403_without_a_signature_of_the_log_that_holds(tmp_path: Path) -> None:
    to = app(tmp_path)
    impostor = KeySigner(ORIGIN, ED25519, bytes([7] * 32))
    spoilt = SignatureLine(LOG.name, LOG.key_id, bytes(64))
    text = parse(note(3)).text
    for data in (
        note(3, signer=OTHER, origin=ORIGIN),
        note(3, signer=impostor),
        Note(text, (spoilt,)).render(),
        _with(note(3, signer=OTHER, origin=ORIGIN), spoilt),
        _empty_with_a_root(OTHER),
    ):
        assert post(to, 0, data).status_code == 403
    # A log signs a larger head than it then shows: whose it is comes first, also before the sizes are compared.
    assert post(to, 5, note(3, signer=impostor)).status_code == 403
    assert not list(tmp_path.rglob("checkpoint"))


def test_lines_of_unknown_keys_are_ignored(tmp_path: Path) -> None:
    extra = sign_line(OTHER.key, OTHER.sign, parse(note(3)).text)
    mldsa = SignatureLine("other.example/pq", b"\x01\x02\x03\x04", bytes(2428))
    assert post(app(tmp_path), 0, _with(note(3), extra, mldsa)).status_code == 200


def test_400_for_an_old_size_above_the_new_one(tmp_path: Path) -> None:
    assert (done := post(app(tmp_path), 4, note(3))).status_code == 400
    assert done.content == b"size_order\n"


def test_422_for_what_does_not_continue_the_log(tmp_path: Path) -> None:
    to = app(tmp_path)
    assert post(to, 0, note(3), [bytes(32)]).status_code == 422
    assert post(to, 0, _empty_with_a_root()).status_code == 422
    post(to, 0, note(7))
    assert post(to, 7, note(7, FORK)).status_code == 422
    assert post(to, 7, note(9, FORK), proof(7, 9, FORK)).status_code == 422
    assert post(to, 7, note(9), proof(7, 9)[:-1]).status_code == 422
    assert post(to, 7, note(9), [*proof(7, 9), bytes(32)]).status_code == 422
    assert post(to, 7, note(7), [bytes(32)]).status_code == 422
    assert post(to, 7, note(9), proof(7, 9)).status_code == 200


def test_a_fork_is_kept_as_evidence_and_no_flood_fills_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lawgate.drivers.witness.local.MAX_KEPT", 3)
    to, one = app(tmp_path), local(tmp_path)
    post(to, 0, note(7))
    for size in (7, 7, 8, 9, 10):
        post(to, 7, note(size, FORK), proof(7, size, FORK))
    kept = one.refused(ORIGIN)
    assert len(kept) == 3 and set(kept) <= {note(size, FORK) for size in (7, 8, 9)}
    assert one.latest(ORIGIN) is not None and parse(one.latest(ORIGIN) or b"").text == parse(note(7)).text


GOOD = Asked(3, tuple(proof(3, 7)), note(7)).render()
BAD = {
    "nothing": b"",
    "no old size": GOOD.partition(b"\n")[2],
    "no blank line": GOOD.replace(b"\n\n", b"\n", 1),
    "a leading zero": GOOD.replace(b"old 3", b"old 03"),
    "two spaces": GOOD.replace(b"old 3", b"old  3"),
    "a sign": GOOD.replace(b"old 3", b"old +3"),
    "below zero": GOOD.replace(b"old 3", b"old -3"),
    "too large": GOOD.replace(b"old 3", b"old 9223372036854775808"),
    "carriage returns": GOOD.replace(b"\n", b"\r\n"),
    "not ASCII": GOOD.replace(b"old 3", "old ３".encode()),
    "a short hash": GOOD.replace(b64encode(proof(3, 7)[0]), b64encode(proof(3, 7)[0][:-1])),
    "no base64": GOOD.replace(b64encode(proof(3, 7)[0]), b"*" * 44),
    "64 hashes": b"old 3\n" + (b64encode(bytes(32)) + b"\n") * 64 + b"\n" + note(7),
    "a cut note": GOOD[:-1],
    "no note": GOOD.partition(b"\n\n")[0] + b"\n\n",
    "a fourth line": Asked(0, (), Note(parse(note(7)).text + "more\n", parse(note(7)).signatures).render()).render(),
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_400_for_what_is_not_in_the_form(tmp_path: Path, body: bytes) -> None:
    to = app(tmp_path)
    post(to, 0, note(3))
    before = local(tmp_path).latest(ORIGIN)
    done = sent(to, "POST", "/add-checkpoint", body)
    assert (done.status_code, done.content) == (400, b"malformed\n")
    assert local(tmp_path).latest(ORIGIN) == before
    assert sent(to, "POST", "/add-checkpoint", GOOD).status_code == 200


def test_other_ways_of_asking(tmp_path: Path) -> None:
    to = app(tmp_path)
    assert sent(to, "GET", "/add-checkpoint").status_code == 405
    assert sent(to, "POST", f"/{HASH}/checkpoint").status_code == 405
    assert sent(to, "POST", "/sign-subtree").status_code == 404
    assert sent(to, "POST", "/add-checkpoint", bytes(MAX_REQUEST + 1)).status_code == 413
    assert sent(to, "POST", "/add-checkpoint", b"x" * MAX_REQUEST).status_code == 400


def test_a_size_of_zero_comes_first_only(tmp_path: Path) -> None:
    to = app(tmp_path)
    assert sha256(b"").digest() == EMPTY_ROOT
    assert post(to, 0, note(0)).status_code == 200
    assert post(to, 0, note(4)).status_code == 200
    assert (back := post(to, 0, note(0))).status_code == 409 and back.content == b"4\n"


def test_a_memory_that_is_spoilt_signs_nothing(tmp_path: Path) -> None:
    to = app(tmp_path)
    post(to, 0, note(3))
    place = tmp_path / HASH / "checkpoint"
    place.write_bytes(place.read_bytes()[:-9])
    assert (done := post(to, 3, note(4), proof(3, 4))).status_code == 503 and done.content == b"memory\n"
    assert sent(to, "GET", f"/{HASH}/checkpoint").status_code == 503


def grown(place: Path) -> bytes:
    return local(place).cosign(3, proof(3, 7), note(7))


def test_a_crash_at_any_sync_leaves_the_old_head_or_the_new_one(tmp_path: Path) -> None:
    """Whatever was answered is remembered: after each crash the witness knows 3 leaves or 7, and never less."""
    number = 1
    while True:
        place = tmp_path / str(number)
        local(place).cosign(0, [], note(3))
        done = dies_at(number, partial(grown, place))
        kept = local(place).latest(ORIGIN)
        assert kept is not None and int(kept.split(b"\n")[1]) in (3, 7)
        if done:
            assert int(kept.split(b"\n")[1]) == 7
            break
        number += 1
    assert number > 2


def test_logs_are_made_known_once_and_for_good(tmp_path: Path) -> None:
    known = KnownLogs(tmp_path / "logs")
    assert list(known) == []
    known.add(LOG.key.vkey)
    known.add(LOG.key.vkey)
    known.add(OTHER.key.vkey)
    assert dict(KnownLogs(tmp_path / "logs")) == {ORIGIN: LOG.key, OTHER.name: OTHER.key}
    impostor = KeySigner(ORIGIN, ED25519, bytes([7] * 32))
    for bad in (impostor.key.vkey, SIGNERS[0].key.vkey, "log.example/2025", ""):
        with pytest.raises(Refused) as refused:
            known.add(bad)
        assert refused.value.code == "E_WITNESS_LOG"
    assert len(known) == 2 and HASHES != FORK


def test_a_log_made_known_while_serving_is_known_at_once(tmp_path: Path) -> None:
    known = KnownLogs(tmp_path / "logs")
    to = build(LocalWitness(tmp_path / "m", SIGNERS[0], known, keys.verify, lambda: NOW), known.keys)
    assert post(to, 0, note(3)).status_code == 404
    known.add(LOG.key.vkey)
    assert post(to, 0, note(3)).status_code == 200
    (tmp_path / "logs").write_text("spoilt\n")
    assert post(to, 3, note(3)).status_code == 503
    assert sent(to, "GET", f"/{HASH}/checkpoint").status_code == 503
