# SPDX-License-Identifier: Apache-2.0
"""Messages to the keeper come twice, late, or at once; and an order waits for the second keeper too."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from lawgate.drivers.keeper.client import SocketKeeper
from lawgate.drivers.package.folders import FolderCourier
from lawgate.model.fault import Refused
from lawgate.office.handout import pull
from lawgate.office.orders import enter_order
from lawgate.ports.keeper import read_frame, write_frame
from lawgate.posts.keeper.serve import converse
from lawgate.protocol.steps import Handed, Stopped
from unit.release.desk import PACKAGE
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


def leaf_of(office: RacingOffice) -> int:
    """A leaf `handout`, published, that nobody has handed out on: the keeper is taken away before it hears of it."""
    with pytest.raises(KeyError):
        pull(replace(office.desk(), keepers=(Deaf(office),)), PACKAGE, "rk-1", office.courier)
    return Folder.read(office.root).of("handout")[-1][0]


class Deaf:
    """A keeper that takes its gate and then hears nothing."""

    def __init__(self, office: RacingOffice) -> None:
        self._office = office

    @contextmanager
    def open(self, package: str, key: str, courier: object) -> Iterator[object]:
        with self._office.gates[0].lease() as lease:
            yield DeafLease(lease)


class DeafLease:
    def __init__(self, lease: object) -> None:
        self.left = lease.left

    def hand(self, handout: int) -> Handed:
        raise KeyError(handout)


def hand(keeper: SocketKeeper, office: RacingOffice, leaf: int) -> Handed | Stopped:
    with keeper.open(PACKAGE, "rk-1", office.courier) as lease:
        return lease.hand(leaf)


def codes(found: Handed | Stopped) -> set[str]:
    return set() if isinstance(found, Handed) else {bar.code for bar in found.bars}


def test_leaves_named_twice_and_out_of_order(racing: RacingOffice) -> None:
    """I7: each leaf is good for one hand-out, in whatever order it is named; after an order for none."""
    leaves, keeper = [leaf_of(racing) for _ in range(3)], over_a_socket(racing)
    assert [codes(hand(keeper, racing, leaf)) for leaf in (leaves[1], leaves[0], leaves[1], leaves[0])] == [
        set(), set(), {"handout_spent"}, {"handout_spent"},
    ]  # fmt: skip
    enter_order(racing.orders(), order_text("order-1", 3600.0), "person.c.1")
    before = readable(racing.root)
    assert codes(hand(keeper, racing, leaves[2])) == {"order"}
    assert (readable(racing.root), broken(racing.root)) == (before, [])
    assert len(Folder.read(racing.root).keys()) == 2


def test_a_message_twice_in_one_conversation(racing: RacingOffice) -> None:
    leaf, out = leaf_of(racing), os.open(racing.courier.room, os.O_RDONLY | os.O_DIRECTORY)
    ours, theirs = socket.socketpair()
    run = threading.Thread(target=answered, args=(theirs, racing.desk().keepers[0]))
    run.start()
    with ours:
        write_frame(lambda data: socket.send_fds(ours, [data], [out]), {"open": PACKAGE, "key": "rk-1"})
        assert "left" in read_frame(ours.recv)
        for _ in range(3):
            write_frame(ours.sendall, {"hand": leaf})
        assert "handed" in read_frame(ours.recv)
        run.join(10)
    os.close(out)
    assert (len(Folder.read(racing.root).keys()), broken(racing.root)) == (1, [])


def test_many_conversations_about_one_leaf(racing: RacingOffice, size: str) -> None:
    """Whoever comes while another one is at it is sent away; whoever comes later finds the leaf used."""
    leaf, keeper, found, begin = leaf_of(racing), over_a_socket(racing), [], threading.Barrier(4)

    def asks() -> None:
        begin.wait(10)
        for _ in range(3 if size == "ci" else 50):
            try:
                found.append(tuple(codes(hand(keeper, racing, leaf))))
            except Refused as refused:
                found.append((refused.code,))

    threads = [threading.Thread(target=asks) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == (12 if size == "ci" else 200)
    assert found.count(()) == 1
    assert set(found) <= {(), ("handout_spent",), ("gate_busy",)}
    assert (len(Folder.read(racing.root).keys()), broken(racing.root)) == (1, [])


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
