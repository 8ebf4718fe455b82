# SPDX-License-Identifier: Apache-2.0
"""An implementation by others reads our log: Go's sumdb packages, as Debian ships them, in a program of their own.

`tests/go/readlog` shares no code with lawgate. It checks heads, tiles, leaves and proofs, and makes proofs of its own;
here both are compared, and everything that was spoilt on purpose has to be refused by it, too.
"""

from __future__ import annotations

import os
import subprocess
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from lawgate.drivers import keys
from lawgate.drivers.keys import KeySigner
from lawgate.drivers.tiles.sequencer import publish_head
from lawgate.drivers.tiles.store import TileLog
from lawgate.drivers.witness import LocalWitness, Quorum
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.note import COSIGNATURE, ED25519
from lawgate.ledger.proof import LogProof
from lawgate.ledger.quorum import Policy

SOURCE = Path(__file__).resolve().parents[1] / "go" / "readlog"
DEBIAN = Path("/usr/share/gocode")
MODULE = DEBIAN / "src" / "golang.org" / "x" / "mod" / "sumdb" / "tlog"
LOG = KeySigner("log.example/2025", ED25519, bytes(range(32)))
WITNESSES = [KeySigner(f"witness.example/{n}", COSIGNATURE, bytes([n + 1] * 32)) for n in range(3)]
POLICY = Policy(LOG.key, tuple(each.key for each in WITNESSES), 3)
KEYS = [LOG.key.vkey, *(each.key.vkey for each in WITNESSES)]
SIZES = {"ci": 600, "full": 66_100}
"""At `ci` two full tiles and a part; at `full` a full tile of the level above, too."""


@dataclass(frozen=True)
class Go:
    """The program: what it prints, or why it refused."""

    program: Path

    def reads(self, *words: str | Path) -> list[str]:
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def refuses(self, *words: str | Path) -> str:
        done = self.run(*words)
        assert done.returncode == 1, done.stdout[:200]
        return done.stderr

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run([self.program, *map(str, words)], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def go(need: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Go:
    """The program, built without network from Debian's packages alone. In CI a missing package fails the test."""
    compiler = need("go")
    if not MODULE.is_dir():
        need("golang-golang-x-mod-dev")  # a package without a command: this says what is missing, and installs nothing
    top = tmp_path_factory.mktemp("go")
    settings = {
        "GO111MODULE": "off",
        "GOPATH": str(DEBIAN),
        "GOCACHE": str(top / "cache"),
        "GOFLAGS": "",
        "CGO_ENABLED": "0",
    }
    command = [compiler, "build", "-o", top / "readlog", "."]
    built = subprocess.run(command, cwd=SOURCE, env=os.environ | settings, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return Go(top / "readlog")


def leaf(number: int) -> bytes:
    body = {"code": "clock", "subject": f"made-up-{number}", "detail": ""}
    return StageLeaf("alarm", "2025-09-25T13:30:00Z", body).render()


def made(folder: Path, size: int) -> TileLog:
    """A log of so many leaves, published with three witnesses."""
    log = TileLog.create(folder / "log", LOG.name)
    log.append([leaf(n) for n in range(size)])
    posts = [
        LocalWitness(folder / w.name.replace("/", "-"), w, {LOG.name: LOG.key}, keys.verify, lambda: 1_760_000_000)
        for w in WITNESSES
    ]
    publish_head(log, LOG, POLICY, keys.verify, Quorum(posts, POLICY, keys.verify))
    return log


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, size: str) -> tuple[Path, TileLog]:
    folder = tmp_path_factory.mktemp("kept")
    return folder / "log", made(folder, SIZES[size])


def hexed(kind: str, number: int, steps: list[bytes]) -> str:
    return " ".join([kind, str(number), *(step.hex() for step in steps)])


def test_go_reads_head_tiles_and_leaves_and_makes_the_same_proofs(go: Go, kept: tuple[Path, TileLog]) -> None:
    folder, log = kept
    size, root = log.head().size, log.head().root
    lines = go.reads("tree", folder, *KEYS)
    assert lines[0] == f"tree {size} {root.hex()}"
    ours = [hexed("inclusion", 0, log.prove_inclusion(0, size))]
    stride = size // 1000 + 1
    for number in range(stride, size, stride):
        ours.append(hexed("inclusion", number, log.prove_inclusion(number, size)))
        ours.append(hexed("consistency", number, log.prove_consistency(number, size)))
    assert lines[1:] == ours


def proof_files(folder: Path, log: TileLog, index: int) -> tuple[Path, Path]:
    note = log.checkpoint()
    assert note is not None
    proof, entry = folder / f"{index}.proof", folder / f"{index}.leaf"
    proof.write_bytes(LogProof(index, tuple(log.prove_inclusion(index, log.size())), note).render())
    entry.write_bytes(log.read(index))
    return proof, entry


@pytest.mark.parametrize("index", [0, 1, 255, 256, 511, 512, 599])
def test_go_accepts_our_proof_of_a_leaf_and_of_no_other(
    go: Go, kept: tuple[Path, TileLog], tmp_path: Path, index: int
) -> None:
    proof, entry = proof_files(tmp_path, kept[1], index)
    assert go.reads("proof", proof, entry, *KEYS) == [f"included {index} in {kept[1].size()}"]
    other = proof_files(tmp_path, kept[1], (index + 1) % 600)
    go.refuses("proof", other[0], entry, *KEYS)
    go.refuses("proof", proof, other[1], *KEYS)


def test_go_refuses_a_spoilt_proof(go: Go, kept: tuple[Path, TileLog], tmp_path: Path) -> None:
    proof, entry = proof_files(tmp_path, kept[1], 300)
    good = proof.read_bytes()
    step = b64encode(kept[1].prove_inclusion(300, kept[1].size())[0])
    for bad in (
        good.replace(b"index 300", b"index 301"),
        good.replace(step, b64encode(bytes(32)), 1),
        good.replace(step + b"\n", b"", 1),
        good.replace(b"\n600\n" if b"\n600\n" in good else b"\n66100\n", b"\n599\n"),
        good[: good.rindex("—".encode())],
    ):
        assert bad != good
        proof.write_bytes(bad)
        go.refuses("proof", proof, entry, *KEYS)
    proof.write_bytes(good)
    stranger = KeySigner(LOG.name, ED25519, bytes([9] * 32))
    go.refuses("proof", proof, entry, stranger.key.vkey, *KEYS[1:])
    assert go.reads("proof", proof, entry, *KEYS)


@pytest.mark.parametrize("name", ["checkpoint", "tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"])
def test_go_refuses_a_spoilt_folder(go: Go, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "log"
    made(tmp_path, 600)
    assert go.reads("tree", folder, *KEYS)
    place = folder / name
    data = bytearray(place.read_bytes())
    data[len(data) // 2] ^= 1
    place.write_bytes(data)
    go.refuses("tree", folder, *KEYS)


def test_go_refuses_another_leaf(go: Go, tmp_path: Path) -> None:
    made(tmp_path, 600)
    bundle = tmp_path / "log" / "tile" / "entries" / "001"
    data = bundle.read_bytes()
    bundle.write_bytes(data.replace(b"made-up-300", b"made-up-301"))
    assert "leaf 300" in go.refuses("tree", tmp_path / "log", *KEYS)
