# SPDX-License-Identifier: Apache-2.0
"""A witness behind HTTP may answer anything, or nothing: no answer is believed, waited for, or read without end."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from contract.test_witness import LOG, ORIGIN, SIGNERS, note, proof
from lawgate.drivers import keys
from lawgate.drivers.keys import KeySigner
from lawgate.drivers.witness import LocalWitness, Quorum, QuorumError
from lawgate.drivers.witness.remote import RemoteWitness
from lawgate.ledger.note import (
    COSIGNATURE,
    ML_DSA_44,
    NoteKey,
    SignatureLine,
    cosign_line,
    cosigned_message,
    parse,
    sign_line,
)
from lawgate.ledger.quorum import Policy
from lawgate.ledger.witness import MAX_ANSWER
from lawgate.ports.log import RollbackError, Witness, WitnessConflictError, WitnessRefusalError

KEY = SIGNERS[0].key
NOW = 1_750_000_000
OK = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"


@pytest.fixture
def nobody_is_left_writing(tmp_path: Path) -> Iterator[None]:
    """A witness that is not waited for finishes its own file: the folder goes only after that."""
    before = set(threading.enumerate())
    yield
    for late in set(threading.enumerate()) - before:
        if late.name.startswith("ThreadPoolExecutor"):
            late.join(5)


def line(of: bytes, signer: KeySigner = SIGNERS[0], at: int = NOW) -> bytes:
    return cosign_line(signer.key, signer.sign, parse(of).text, at).render().encode()


def answered(body: bytes, status: bytes = b"200 OK", more: bytes = b"") -> bytes:
    head = b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n%s\r\n" % (status, len(body), more)
    return head + body


@contextmanager
def answering(say: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server on this machine that reads a request's head and then does as it is told; its address."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=_serve, args=(door, say), daemon=True).start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}"


def _serve(door: socket.socket, say: Callable[[socket.socket], None]) -> None:
    try:
        while True:
            client, _ = door.accept()
            with client:
                client.recv(1 << 16)
                say(client)
    except OSError:
        return  # the test is over, or the client hung up as it should


def saying(data: bytes) -> Callable[[socket.socket], None]:
    return lambda client: client.sendall(data)


def dripping(client: socket.socket) -> None:
    """A head that never ends, a byte now and then: each wait is short, all together are not."""
    client.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        client.sendall(b"a")
        time.sleep(0.05)


def flooding(client: socket.socket) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while True:
        client.sendall(b"x" * 65536)


def refusal(place: str, seconds: float = 3.0) -> WitnessRefusalError:
    with pytest.raises(WitnessRefusalError) as caught:
        RemoteWitness(KEY, place, keys.verify, seconds).cosign(0, [], note(5))
    assert caught.value.witness == KEY.name
    return caught.value


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    assert refusal(f"http://127.0.0.1:{port}").code == "unavailable"


def silent(_client: socket.socket) -> None:
    time.sleep(2)


def hanging_up(_client: socket.socket) -> None:
    return


@pytest.mark.parametrize("say", [dripping, silent, hanging_up])
def test_what_takes_too_long_is_away(say: Callable[[socket.socket], None]) -> None:
    with answering(say) as place:
        begin = time.monotonic()
        assert refusal(place, 0.3).code == "unavailable"
        assert time.monotonic() - begin < 1.5


@pytest.mark.parametrize(
    "data",
    [
        b"not HTTP at all\r\n\r\n",
        OK % 500 + b"cut short",
        answered(line(note(5)), b"301 Moved", b"Location: /add-checkpoint\r\n"),
        answered(line(note(5)), b"500 Oops"),
        answered(b"", b"204 No Content"),
    ],
    ids=["no HTTP", "short", "elsewhere", "broken", "empty"],
)
def test_what_is_no_answer_is_away(data: bytes) -> None:
    with answering(saying(data)) as place:
        assert refusal(place).code == "unavailable"


FORGED = KeySigner(KEY.name, COSIGNATURE, bytes([99] * 32))
STALE = line(note(4))
BAD = {
    "nothing": b"",
    "words": b"ok\n",
    "not UTF-8": b"\xff" + line(note(5)),
    "no line end": line(note(5))[:-1],
    "an older head": STALE,
    "the log's own line": sign_line(LOG.key, LOG.sign, parse(note(5)).text).render().encode(),
    "another key of this name": line(note(5), FORGED),
    "another witness": line(note(5), SIGNERS[1]),
    "twice": line(note(5)) * 2,
    "two times": line(note(5)) + line(note(5), at=NOW + 1),
    "a time of zero": SignatureLine(
        KEY.name, KEY.key_id, bytes(8) + SIGNERS[0].sign(cosigned_message(parse(note(5)).text, 0))
    )
    .render()
    .encode(),
    "packed": b"\x1f\x8b" + bytes(20),
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_what_is_no_cosignature_of_this_key_over_this_head_counts_for_nothing(body: bytes) -> None:
    with answering(saying(answered(body))) as place:
        assert refusal(place).code == "malformed"


def test_no_more_is_read_than_an_answer_can_have() -> None:
    with answering(flooding) as place:
        assert refusal(place).code == "malformed"
    with answering(saying(answered(line(note(5)) + b"\n" * MAX_ANSWER))) as place:
        assert refusal(place).code == "malformed"


@pytest.mark.parametrize("body", [b"", b"7", b"07\n", b"-7\n", b"7\n7\n", b"9223372036854775808\n", b"\xff\n"])
def test_a_conflict_without_a_size_is_no_conflict(body: bytes) -> None:
    with answering(saying(answered(body, b"409 Conflict"))) as place:
        found = refusal(place)
        assert (found.code, type(found)) == ("malformed", WitnessRefusalError)


def test_a_conflict_with_a_size_is_one() -> None:
    with answering(saying(answered(b"7\n", b"409 Conflict"))) as place:
        found = refusal(place)
        assert isinstance(found, WitnessConflictError) and found.size == 7


def test_lines_by_other_keys_and_of_other_kinds_are_passed_over() -> None:
    mldsa = SignatureLine(KEY.name, b"\x01\x02\x03\x04", bytes(8 + 2420)).render().encode()
    with answering(saying(answered(mldsa + line(note(5), SIGNERS[1]) + line(note(5))))) as place:
        assert RemoteWitness(KEY, place, keys.verify).cosign(0, [], note(5)) == line(note(5))


SHOWN = {
    "another log's": note(9, signer=KeySigner("log.example/other", 1, bytes(range(3, 35)))),
    "without its cosignature": note(9),
    "of another key": note(9) + line(note(9), FORGED),
    "no note": b"size 9\n",
}


@pytest.mark.parametrize("shown", SHOWN.values(), ids=SHOWN.keys())
def test_what_it_shows_is_checked_too(shown: bytes) -> None:
    with answering(saying(answered(shown))) as place, pytest.raises(WitnessRefusalError, match="malformed"):
        RemoteWitness(KEY, place, keys.verify).latest(ORIGIN)


def test_who_says_more_without_showing_it_stops_nothing(tmp_path: Path, nobody_is_left_writing: None) -> None:
    """A forged answer must not be able to stop the log for good: only a head with both signatures is evidence."""
    honest = [_local(tmp_path, 1), _local(tmp_path, 2)]
    policy = Policy(LOG.key, tuple(each.key for each in SIGNERS), 2)
    with answering(saying(answered(b"9000\n", b"409 Conflict"))) as place:
        liar = RemoteWitness(KEY, place, keys.verify)
        lines = Quorum([liar, *honest], policy, keys.verify)(note(5), 5, 0, lambda old: proof(old, 5))
    assert [each.name for each in lines] == [SIGNERS[1].name, SIGNERS[2].name]
    ahead = _local(tmp_path, 0)
    ahead.cosign(0, [], note(9))
    with pytest.raises(RollbackError, match="9 leaves"):
        # All three are needed here, so that all three are waited for, however slow the machine is.
        Quorum([ahead, *honest], Policy(LOG.key, policy.witnesses, 3), keys.verify)(
            note(6), 6, 5, lambda old: proof(old, 6)
        )


def test_one_that_hangs_holds_nothing_up(tmp_path: Path) -> None:
    """A hand-out has two seconds: whoever does not answer is not waited for once the others are enough."""
    policy = Policy(LOG.key, tuple(each.key for each in SIGNERS), 2)
    with answering(silent) as place:
        hung = RemoteWitness(KEY, place, keys.verify, 1.0)
        begin = time.monotonic()
        lines = Quorum([hung, _local(tmp_path, 1), _local(tmp_path, 2)], policy, keys.verify)(
            note(5), 5, 0, lambda old: proof(old, 5)
        )
        assert len(lines) == 2 and time.monotonic() - begin < 0.8
        alone = Quorum(
            [hung, _local(tmp_path, 1), _local(tmp_path, 2)], Policy(LOG.key, policy.witnesses, 3), keys.verify
        )
        with pytest.raises(QuorumError) as caught:
            alone(note(6), 6, 5, lambda old: proof(old, 6))
        assert caught.value.refusals == ((KEY.name, "unavailable"),)


@pytest.mark.parametrize("apart", [-121, 121, -NOW + 1])
def test_a_cosignature_of_another_time_does_not_count(tmp_path: Path, apart: int) -> None:
    policy = Policy(LOG.key, tuple(each.key for each in SIGNERS), 2)
    witnesses: Sequence[Witness] = [_local(tmp_path, 0), _local(tmp_path, 1), _local(tmp_path, 2, NOW + apart)]
    asked = Quorum(witnesses, policy, keys.verify, lambda: NOW + 0.5)
    assert [each.name for each in asked(note(5), 5, 0, lambda old: proof(old, 5))] == [
        w.key.name for w in witnesses[:2]
    ]
    alone = Quorum(witnesses, Policy(LOG.key, policy.witnesses, 3), keys.verify, lambda: NOW + 0.5)
    with pytest.raises(QuorumError) as caught:
        alone(note(6), 6, 5, lambda old: proof(old, 6))
    assert caught.value.refusals == ((SIGNERS[2].name, "clock"),)


def test_a_key_nobody_here_can_check_is_not_asked_and_not_counted(tmp_path: Path) -> None:
    modern = NoteKey("witness.example/pq", ML_DSA_44, bytes(1312))
    policy = Policy(LOG.key, (SIGNERS[0].key, SIGNERS[1].key, modern), 2)
    quorum = Quorum([_local(tmp_path, 0), _local(tmp_path, 1)], policy, keys.verify)
    assert len(quorum(note(5), 5, 0, lambda old: proof(old, 5))) == 2
    assert not policy.satisfied_by([SIGNERS[0].key, modern])
    with pytest.raises(ValueError, match="can check"):
        Policy(LOG.key, (SIGNERS[0].key, modern), 2)


@pytest.mark.parametrize(
    "place",
    [
        "",
        "witness.example",
        "http://witness.example",
        "ftp://witness.example",
        "https://user@witness.example",
        "https://witness.example?x=1",
        "https://witness.example#x",
        "file:///etc/passwd",
        "https://",
        "http://127.0.0.1.example",
        "https://[::1",
    ],
)
def test_only_addresses_that_may_be_asked(place: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        RemoteWitness(KEY, place, keys.verify)


def test_the_key_is_a_cosigning_key() -> None:
    with pytest.raises(ValueError, match="cosigning"):
        RemoteWitness(LOG.key, "https://witness.example", keys.verify)


def test_no_setting_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(saying(answered(line(note(5))))) as place:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        assert RemoteWitness(KEY, place, keys.verify).cosign(0, [], note(5)) == line(note(5))


def _local(folder: Path, number: int, at: int = NOW) -> LocalWitness:
    return LocalWitness(folder / str(number), SIGNERS[number], {ORIGIN: LOG.key}, keys.verify, lambda: at)
