# SPDX-License-Identifier: Apache-2.0
"""One suite for every key keeper: it hands out on nothing but its own look, once for each leaf, and to nobody else.

`never log the release`, the row of the insider matrix that no witness sees, is here: the keeper is what sees it.
"""

import json
import os
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pyrage
import pytest

from lawgate.drivers.keeper.client import SocketKeeper
from lawgate.drivers.keeper.memory import FileMemory
from lawgate.drivers.package.archive import read_member
from lawgate.drivers.package.folders import FolderCourier
from lawgate.drivers.tiles.reader import TileReader
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.tile import ENTRIES, TileId
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.handout import pull
from lawgate.office.orders import enter_order
from lawgate.ports.keeper import MOST, KeeperError, read_frame, write_frame
from lawgate.ports.release import Holding, KeyKeeper, PackageError
from lawgate.posts.keeper.keeper import Keeper, KeeperDesk
from lawgate.posts.keeper.replay import Replay
from lawgate.posts.keeper.serve import converse
from lawgate.protocol.bars import Barred
from lawgate.protocol.steps import Handed, Stopped
from unit.release.desk import BULK, PACKAGE, Office, a_leaf, an_order_text, nothing

ALARM = {"code": "made-up", "subject": "", "detail": ""}
Made = Callable[[Office], KeyKeeper]


def keeper_of(office: Office, number: int = 0) -> Keeper:
    """A keeper with a replay of its own over the log's files."""
    own = office.root / f"keeper-{number}"
    own.mkdir(exist_ok=True)
    replay = Replay(lambda: TileReader(office.root / "log"), FileMemory(own))
    desk = office.release()
    sources = replace(desk.sources, publish=nothing, leaves=replay.leaves, proof=replay.proof)
    return Keeper(KeeperDesk(number, office.gate, sources, desk.packages, office.keys, desk.sealer, replay.size))


def over_a_socket(office: Office) -> KeyKeeper:
    @contextmanager
    def connect() -> Iterator[socket.socket]:
        ours, theirs = socket.socketpair()
        run = threading.Thread(target=lambda: served(theirs, keeper_of(office)), daemon=True)
        with ours:
            run.start()
            yield ours
        run.join(10)
        assert not run.is_alive()

    return SocketKeeper(connect)


def served(connection: socket.socket, keeper: Keeper) -> None:
    with connection:
        converse(connection, keeper, FolderCourier)


@pytest.fixture(params=[keeper_of, over_a_socket], ids=["here", "socket"])
def made(request: pytest.FixtureRequest) -> Made:
    return request.param


@pytest.fixture
def office(tmp_path: Path) -> Office:
    place = Office(tmp_path)
    place.prepared()
    return place


def hand(keeper: KeyKeeper, office: Office, leaf: Callable[[], int] | int, key: str = "rk-1") -> Handed | Stopped:
    """What the keeper does when it is named a leaf: one that is written while it holds the gate, or any number."""
    with keeper.open(PACKAGE, key, office.courier) as lease:
        held: Holding = lease
        assert 0 < held.left() <= 2
        return held.hand(leaf if isinstance(leaf, int) else leaf())


def last(office: Office) -> int:
    """The index of the last leaf."""
    return len(list(office.log.leaves())) - 1


def stopped(found: Handed | Stopped) -> set[str]:
    assert isinstance(found, Stopped)
    return {bar.code for bar in found.bars}


def test_a_leaf_under_witnesses_is_handed_out_on(office: Office, made: Made) -> None:
    found = hand(made(office), office, partial(a_leaf, office))
    assert isinstance(found, Handed)
    (keys,) = office.handed_out()
    assert (keys.parent.name, keys.stat().st_size) == (f"{PACKAGE}-{last(office)}", found.size)
    assert (keys.parent / "package.tar").read_bytes() == office.packages.tar(PACKAGE)


def test_never_log_the_release(office: Office, made: Made) -> None:
    """I1, I2, T22: no leaf; a leaf no witness has seen; a leaf about something else; one of before; an old head."""
    office.log.publish()
    assert stopped(hand(made(office), office, 999)) == {"handout_leaf"}
    for other in ({"recipient_text": "0" * 64}, {"rows": 2}, {"root": "0" * 64}, {"package": "pkg-9999"}):
        assert stopped(hand(made(office), office, partial(a_leaf, office, **other))) == {"handout_leaf"}
    (prepared,) = [index for index, leaf in office.log.leaves() if leaf.kind == "prepared"]
    assert stopped(hand(made(office), office, prepared)) == {"handout_leaf"}
    assert stopped(hand(made(office), office, partial(a_leaf, office, publish=False))) == {"handout_leaf"}
    # Written before the gate was taken: published since, and never used, it is good for nothing all the same.
    assert stopped(hand(made(office), office, a_leaf(office))) == {"handout_leaf"}

    def old() -> int:
        leaf = a_leaf(office)
        office.clock.at += timedelta(seconds=61)
        return leaf

    assert stopped(hand(made(office), office, old)) == {"fresh"}
    assert office.handed_out() == []
    assert isinstance(hand(made(office), office, partial(a_leaf, office)), Handed)


def test_a_log_whose_time_ran_ahead_hands_out_nothing(office: Office, made: Made) -> None:
    """I27: a leaf more than two minutes from its witness's time. It goes on when time has caught up with the log."""
    office.log.append(StageLeaf("alarm", instant(office.clock.now() + timedelta(hours=25)), ALARM))
    assert stopped(hand(made(office), office, partial(a_leaf, office))) == {"handout_leaf"}
    assert office.handed_out() == []
    office.clock.at += timedelta(hours=25)
    assert isinstance(hand(made(office), office, partial(a_leaf, office)), Handed)


def test_a_leaf_is_good_for_one_hand_out(office: Office, made: Made) -> None:
    """I1, I7: as many hand-outs as leaves, whoever asks the keeper, and also after it was started anew."""
    with made(office).open(PACKAGE, "rk-1", office.courier) as lease:
        leaf = a_leaf(office)
        # What a hand-out leaves that broke off: used up, and nothing went.
        office.keys.spend(PACKAGE, leaf)
        assert stopped(lease.hand(leaf)) == {"handout_spent"}
    assert isinstance(hand(made(office), office, partial(a_leaf, office)), Handed)
    assert stopped(hand(made(office), office, last(office))) == {"handout_leaf"}
    assert len(office.handed_out()) == 1


def test_nothing_the_office_says_is_believed(office: Office, made: Made) -> None:
    """I2: the keeper reads docket, registers and package itself."""
    make = partial(a_leaf, office)
    assert stopped(hand(made(office), office, make, "rk-2")) == {"key_prepared"}
    good = office.registers
    office.registers = replace(good, safeguards={})
    assert stopped(hand(made(office), office, make)) == {"safeguard"}
    office.registers = good
    enter_order(office.orders(), an_order_text(), "person.c.1")
    assert stopped(hand(made(office), office, make)) == {"order"}
    assert office.handed_out() == []


def test_a_log_that_is_not_the_one_it_saw_gets_no_key(office: Office, made: Made) -> None:
    """T20, T21: a shorter log, or another one, even if everybody else was made to forget the first."""
    make = partial(a_leaf, office)
    seen = office.root / "keeper-0" / "seen"
    assert isinstance(hand(made(office), office, make), Handed)
    size, root = seen.read_text().split()
    for lie in (f"{size} {'00' * 32}\n", f"{int(size) + 9} {root}\n", "nonsense\n"):
        seen.write_text(lie)
        with pytest.raises(LawgateError):
            hand(made(office), office, make)
        assert len(office.handed_out()) == 1
    seen.write_text(f"{size} {root}\n")
    assert isinstance(hand(made(office), office, make), Handed)


def test_a_log_that_grows_shorter_under_a_lease_gets_no_key(office: Office, made: Made) -> None:
    """T20: what is read after the leaf is held against what was seen, and the size already before there is a leaf."""
    office.log.publish()
    assert stopped(hand(made(office), office, 999)) == {"handout_leaf"}
    seen = office.root / "keeper-0" / "seen"
    size, root = seen.read_text().split()
    longer = f"{int(size) + 9} {root}\n"

    def shorter() -> int:
        leaf = a_leaf(office)
        seen.write_text(longer)
        return leaf

    with pytest.raises(LawgateError):
        hand(made(office), office, shorter)
    with pytest.raises(LawgateError), made(office).open(PACKAGE, "rk-1", office.courier):
        pass
    assert office.handed_out() == []


class Counted(TileReader):
    """A log that counts how often each piece of its leaves was read."""

    def __init__(self, folder: Path, read: Counter[TileId]) -> None:
        super().__init__(folder)
        self._counts = read

    def tile(self, tile: TileId) -> bytes:
        self._counts[tile] += tile.level == ENTRIES
        return super().tile(tile)


def test_a_hand_out_reads_the_log_once_and_after_its_leaf(office: Office) -> None:
    """The lease is short: whatever the look asks rests on one reading, of the moment at which it looked."""
    read: Counter[TileId] = Counter()
    for _ in range(300):
        office.log.append(StageLeaf("alarm", instant(office.clock.now()), ALARM))
    own = office.root / "keeper-0"
    own.mkdir()
    replay = Replay(lambda: Counted(office.root / "log", read), FileMemory(own))
    desk = office.release()

    def holds(batch: str) -> bool:
        return any(leaf.body.get("batch") == batch for _, leaf in replay.last())

    sources = replace(desk.sources, publish=nothing, leaves=replay.leaves, proof=replay.proof, holds=holds)
    keeper = Keeper(KeeperDesk(0, office.gate, sources, desk.packages, office.keys, desk.sealer, replay.size))
    with keeper.open(PACKAGE, "rk-1", office.courier) as lease:
        leaf = a_leaf(office)
        assert not +read, "only its size was looked at"
        assert isinstance(lease.hand(leaf), Handed)
    assert [(tile.index, times) for tile, times in sorted((+read).items())] == [(0, 1), (1, 1)]
    assert replay.last()[leaf][1].kind == "handout"


def test_the_gate_is_one(office: Office, made: Made) -> None:
    keeper = made(office)
    with (
        keeper.open(PACKAGE, "rk-1", office.courier),
        pytest.raises(Refused) as refused,
        made(office).open(PACKAGE, "rk-1", office.courier),
    ):
        pass
    assert refused.value.code == "gate_busy"
    assert office.gate.drain()


def test_a_lease_that_has_ended_hands_out_nothing(office: Office, made: Made) -> None:
    """I4: whoever was slow asks again."""
    with made(office).open(PACKAGE, "rk-1", office.courier) as lease:
        leaf = a_leaf(office)
        office.clock.seconds += 2
        assert stopped(lease.hand(leaf)) == {"lease"}
    assert office.handed_out() == []


def test_keys_come_in_once_and_never_back(office: Office, made: Made) -> None:
    keeper = made(office)
    assert keeper.keeps(PACKAGE) and not keeper.keeps("pkg-0002")
    keeper.keep("pkg-0002", b"# 0001.age\nAGE-SECRET-KEY-1\n")
    assert keeper.keeps("pkg-0002")
    with pytest.raises(PackageError):
        keeper.keep("pkg-0002", b"others")
    assert office.keys.read("pkg-0002") == b"# 0001.age\nAGE-SECRET-KEY-1\n"
    # There is no call that gives keys back: what a keeper can be asked is these three things.
    asked = {name for name in dir(KeyKeeper) if not name.startswith("_")}
    assert asked == {"keep", "keeps", "open"}


@pytest.mark.parametrize(
    "message",
    [
        {"release": PACKAGE},
        {"open": PACKAGE},
        {"open": PACKAGE, "key": "rk-1"},
        {"keep": PACKAGE, "identities": "not base64!"},
        {"keeps": 3},
        {},
    ],
)
def test_other_words_are_no_command(office: Office, message: dict[str, object]) -> None:
    ours, theirs = socket.socketpair()
    with ours:
        write_frame(ours.sendall, message)
        served(theirs, keeper_of(office))
        said = read_frame(ours.recv)
    assert said is not None and set(said) == {"failed"}
    assert office.handed_out() == []


@pytest.mark.parametrize("data", [b"\xff\xff\xff\xff", b"\0\0\0\5hello", b"\0\0\0\2[]", b'\0\0\0\x09{"a": 1', b"\0"])
def test_a_frame_that_is_none(office: Office, data: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours:
        ours.sendall(data)
        ours.shutdown(socket.SHUT_WR)
        served(theirs, keeper_of(office))
        said = read_frame(ours.recv)
    assert said is None or set(said) == {"failed"}
    assert office.gate.drain()


def test_a_message_has_its_bounds() -> None:
    with pytest.raises(KeeperError):
        write_frame(lambda data: None, {"keep": "x" * MOST})
    assert json.loads(json.dumps({"a": 1})) == {"a": 1}


KEYS = ("keys.age", "keys-2.age")


def identities(text: bytes) -> list[pyrage.x25519.Identity]:
    lines = text.decode().splitlines()
    return [pyrage.x25519.Identity.from_str(line) for line in lines if not line.startswith("#")]


def test_an_order_that_comes_between_two_keepers(tmp_path: Path) -> None:
    """What the first one gave opens nothing: a whole package is what two keepers gave."""
    office = Office(tmp_path)
    office.keepers = 2
    office.prepared(rows=BULK)
    office.approve()
    desk = office.release()
    first, second = desk.keepers
    with first.open(PACKAGE, "rk-1", office.courier) as one, second.open(PACKAGE, "rk-1", office.courier) as two:
        leaf = a_leaf(office)
        assert isinstance(one.hand(leaf), Handed)
        office.register.enter("order-1", an_order_text())
        assert stopped(two.hand(leaf)) == {"order"}
    assert [file.name for file in (office.root / "out").glob("*/keys*")] == ["keys.age"]


def test_two_keepers_each_hand_out_on_their_own_look(tmp_path: Path) -> None:
    """Co-custody: neither keeper can open anything alone, and either can stop it alone."""
    office = Office(tmp_path)
    office.keepers = 2
    made = office.prepared(rows=BULK)
    assert made.manifest.custody == 2
    with pytest.raises(Barred) as refused:
        pull(office.release(), PACKAGE, "rk-1", office.courier)
    assert [bar.code for bar in refused.value.bars] == ["approvals"]
    office.approve()
    done = pull(office.release(), PACKAGE, "rk-1", office.courier)
    (sent,) = office.kinds("sent")
    out = office.root / "out" / done.name
    assert sorted(file.name for file in out.iterdir()) == ["keys-2.age", "keys.age", "package.tar"]
    assert sent.number("size") == sum((out / name).stat().st_size for name in ("keys.age", "keys-2.age"))
    identity = pyrage.x25519.Identity.from_str(office.identity)
    outer, inner = (identities(pyrage.decrypt((out / name).read_bytes(), [identity])) for name in KEYS)
    sealed = read_member((out / "package.tar").read_bytes(), "0001.age")
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, inner)
    half = pyrage.decrypt(sealed, outer)
    assert half.startswith(b"age-encryption.org") and b"Made-up Way" not in half
    assert b"Made-up Way" in pyrage.decrypt(half, inner)
    # The second keeper's gate is held by somebody else: nothing at all goes, and there is no leaf.
    before = len(list(office.log.leaves()))
    with office.gates[1].lease(), pytest.raises(Refused):
        pull(office.release(), PACKAGE, "rk-1", office.courier)
    assert len(list(office.log.leaves())) == before


def test_many_people_and_one_keeper_make_no_package(tmp_path: Path) -> None:
    office = Office(tmp_path)
    with pytest.raises((Barred, Refused)) as refused:
        office.prepared(rows=BULK)
    assert refused.value.code == "E_CUSTODY"
    assert not list((tmp_path / "packages").iterdir())


def test_whoever_names_no_leaf_keeps_the_gate_no_longer_than_the_lease(office: Office) -> None:
    """A byte now and then is no answer: the gate is given back, and others get it."""
    ours, theirs = socket.socketpair()
    out = os.open(office.courier.room, os.O_RDONLY | os.O_DIRECTORY)
    run = threading.Thread(target=served, args=(theirs, keeper_of(office)), daemon=True)
    with ours:
        run.start()
        write_frame(lambda data: socket.send_fds(ours, [data], [out]), {"open": PACKAGE, "key": "rk-1"})
        said = read_frame(ours.recv)
        assert said is not None and "left" in said
        office.clock.seconds += 3
        for _ in range(9):
            # A frame without an end, a byte at a time, as long as somebody reads.
            with suppress(OSError):
                ours.sendall(b"\0")
            run.join(0.02)
        run.join(10)
        assert not run.is_alive()
    os.close(out)
    assert office.gate.drain()
    assert office.handed_out() == []
