# SPDX-License-Identifier: Apache-2.0
"""A key keeper that is there all the time, as a service manager would start it: the office only knows its socket."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys.office import AGENCY, CLERK, KEY, Office, an_order
from lawgate.office.handout import pull
from lawgate.ports.keeper import KeeperError
from lawgate.protocol.bars import Barred


@pytest.fixture
def place(office: Office, tmp_path: Path) -> Iterator[tuple[Office, Path]]:
    """An office whose settings name a socket, and the keeper that listens there, with a folder of its own."""
    # A path of a socket may not be long.
    with tempfile.TemporaryDirectory(prefix="lawgate-") as short:
        socket, own = Path(short) / "keeper.sock", tmp_path / "keeper's own"
        own.mkdir(mode=0o700)
        made = office
        settings = made.folder / "settings.toml"
        settings.write_text(settings.read_text() + f'keeper = "{socket}"\n')
        command = [sys.executable, "-I", "-m", "lawgate.wiring.keeper", str(made.folder), str(own), "0"]
        child = subprocess.Popen([*command, "--listen", str(socket)])
        try:
            while not socket.exists() and child.poll() is None:
                time.sleep(0.02)
            yield made, own
        finally:
            child.terminate()
            child.wait(10)


def test_a_keeper_that_listens_keeps_and_hands_out(place: tuple[Office, Path], tmp_path: Path) -> None:
    office, own = place
    batch = office.decided(office.lab / "proper")
    package = office.prepared(batch, [0, 1]).manifest.package
    assert (own / "packages" / f"{package}.txt").is_file()
    assert not any((office.folder / "keeper").rglob("*.txt")), "nothing of it lies in the office"
    for out in ("one", "two"):
        pull(office.house.release.release, package, KEY, office.house.courier(tmp_path / out))
        assert len(list((tmp_path / out).glob("*/keys.age"))) == 1
    text = tmp_path / "order.toml"
    text.write_bytes(an_order("order-1", AGENCY))
    assert office.call("order", "enter", text, "--by", CLERK).exit_code == 0
    with pytest.raises(Barred):
        pull(office.house.release.release, package, KEY, office.house.courier(tmp_path / "three"))


def test_without_its_keeper_an_office_hands_out_nothing(office: Office, tmp_path: Path) -> None:
    made = office
    settings = made.folder / "settings.toml"
    settings.write_text(settings.read_text() + f'keeper = "{tmp_path / "nobody.sock"}"\n')
    batch = made.decided(made.lab / "proper")
    with pytest.raises(KeeperError):
        made.prepared(batch, [0])
