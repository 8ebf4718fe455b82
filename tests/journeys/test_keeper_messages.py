# SPDX-License-Identifier: Apache-2.0
"""Messages to the keeper come twice, late, or at once; and an order waits for the second keeper too."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lawgate.drivers.keeper.client import SocketKeeper
from lawgate.drivers.package.folders import FolderCourier
from lawgate.model.fault import Refused
from lawgate.office.orders import enter_order
from lawgate.ports.keeper import read_frame, write_frame
from lawgate.posts.keeper.serve import converse
from lawgate.protocol.steps import Handed, Stopped
from unit.release.desk import PACKAGE, a_leaf
from unit.release.promises import Folder, broken, readable
from unit.release.racer import RacingOffice, order_text, prepare_office


@pytest.fixture
def top() -> Iterator[Path]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture
def racing(top: Path) -> RacingOffice:
    prepare_office(top / "ready", 1)
    return RacingOffice(top / "ready")


def over_a_socket(office: RacingOffice) -> SocketKeeper:
    """The keeper behind conversations of its own."""

    @contextmanager
    def connect() -> Iterator[socket.socket]:
        ours, theirs = socket.socketpair()
        run = threading.Thread(target=answered, args=(theirs, office.desk().keepers[0]), daemon=True)
        with ours:
            run.start()
            yield ours
        run.join(10)
        assert not run.is_alive()

    return SocketKeeper(connect)


def answered(talk: socket.socket, keeper: object) -> None:
    with talk:
        converse(talk, keeper, FolderCourier)


def hand(keeper: SocketKeeper, office: RacingOffice, leaf: int = -1) -> Handed | Stopped:
    """Name a leaf: this one, or one that is written while the gate is held."""
    with keeper.open(PACKAGE, "rk-1", office.courier) as lease:
        return lease.hand(leaf if leaf >= 0 else a_leaf(office))


def codes(found: Handed | Stopped) -> set[str]:
    return set() if isinstance(found, Handed) else {bar.code for bar in found.bars}


def test_leaves_named_late_and_out_of_order(racing: RacingOffice) -> None:
    """I7: a leaf is good under the gate under which it was written, and only there; after an order none is."""
    leaves, keeper = [a_leaf(racing) for _ in range(3)], over_a_socket(racing)
    for leaf in (leaves[1], leaves[0], leaves[1], leaves[2]):
        assert codes(hand(keeper, racing, leaf)) == {"handout_leaf"}
    assert codes(hand(keeper, racing)) == set()
    used = Folder.read(racing.root).of("handout")[-1][0]
    assert codes(hand(keeper, racing, used)) == {"handout_leaf"}
    enter_order(racing.orders(), order_text("order-1", 3600.0), "person.c.1")
    before = readable(racing.root)
    assert codes(hand(keeper, racing, leaves[2])) == {"order", "handout_leaf"}
    assert readable(racing.root) == before
    assert len(Folder.read(racing.root).keys()) == 1


def test_a_message_twice_in_one_conversation(racing: RacingOffice) -> None:
    out = os.open(racing.courier.room, os.O_RDONLY | os.O_DIRECTORY)
    ours, theirs = socket.socketpair()
    run = threading.Thread(target=answered, args=(theirs, racing.desk().keepers[0]))
    run.start()
    with ours:
        write_frame(lambda data: socket.send_fds(ours, [data], [out]), {"open": PACKAGE, "key": "rk-1"})
        assert "left" in read_frame(ours.recv)
        leaf = a_leaf(racing)
        for _ in range(3):
            write_frame(ours.sendall, {"hand": leaf})
        assert "handed" in read_frame(ours.recv)
        run.join(10)
    os.close(out)
    assert (len(Folder.read(racing.root).keys()), broken(racing.root)) == (1, [])


def test_many_conversations_at_once(racing: RacingOffice, size: str) -> None:
    """Whoever comes while another one is at it is sent away; each that is not leaves a leaf, and a hand-out for it."""
    keeper, found, begin = over_a_socket(racing), [], threading.Barrier(4)

    def asks() -> None:
        begin.wait(10)
        for _ in range(3 if size == "ci" else 50):
            try:
                found.append(tuple(codes(hand(keeper, racing))))
            except Refused as refused:
                found.append((refused.code,))

    threads = [threading.Thread(target=asks) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == (12 if size == "ci" else 200)
    assert found.count(()) >= 1
    assert set(found) <= {(), ("gate_busy",), ("lease",)}
    leaves = len(Folder.read(racing.root).of("handout"))
    assert (len(Folder.read(racing.root).keys()), broken(racing.root)) == (found.count(()), [])
    assert found.count(()) <= leaves


def test_an_order_waits_for_the_second_keeper_too(top: Path) -> None:
    """The office died and gave its gate back, while the second keeper is still at work: not in force before it ends."""
    prepare_office(top / "office", 2)
    office = RacingOffice(top / "office", 2)
    done = threading.Event()
    with office.gates[1].lease():
        entering = threading.Thread(
            target=lambda: (enter_order(office.orders(), order_text("order-1", 3600.0), "person.c.1"), done.set())
        )
        entering.start()
        while not Folder.read(office.root).of("order-bar"):
            entering.join(0.01)
        assert not done.wait(0.2)
        assert Folder.read(office.root).of("in-force") == []
    entering.join(10)
    assert done.is_set()
    assert len(Folder.read(office.root).of("in-force")) == 1
