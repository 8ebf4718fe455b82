# SPDX-License-Identifier: Apache-2.0
"""Key files nobody else can read, and a check of signatures that looks at the key first."""

import os
from base64 import b64encode
from pathlib import Path

import pytest

from lawgate.drivers import keys
from lawgate.drivers.keys import KeyFileError
from lawgate.ledger.errors import MalformedError

SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
SIGNATURE = bytes.fromhex(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
)
P = 2**255 - 19
ORDER_8 = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"


def test_the_first_vector_of_rfc_8032() -> None:
    signer = keys.KeySigner("log", 1, SEED)
    assert signer.public_key == PUBLIC
    assert signer.sign(b"") == SIGNATURE
    assert keys.verify(PUBLIC, b"", SIGNATURE)
    assert not keys.verify(PUBLIC, b"x", SIGNATURE)
    assert not keys.verify(PUBLIC, b"", SIGNATURE[:-1])
    assert not keys.verify(PUBLIC[:-1], b"", SIGNATURE)
    # S + L is the same number modulo the group's order: RFC 8032 refuses it.
    order = 2**252 + 27742317777372353535851937790883648493
    loose = (int.from_bytes(SIGNATURE[32:], "little") + order).to_bytes(32, "little")
    assert not keys.verify(PUBLIC, b"", SIGNATURE[:32] + loose)


def low_order_and_not_canonical() -> list[bytes]:
    y8 = int.from_bytes(bytes.fromhex(ORDER_8), "little")
    values = [0, 1, P - 1, y8, P - y8, *range(P, 2**255)]
    return [(value | sign << 255).to_bytes(32, "little") for value in values for sign in (0, 1)]


@pytest.mark.parametrize("key", low_order_and_not_canonical(), ids=bytes.hex)
def test_keys_of_low_order_or_odd_form_are_refused_before_use(key: bytes) -> None:
    assert not keys.is_usable(key)
    # R = the identity, S = 0 holds for every message under a key of small order, if nobody looks at the key.
    assert not keys.verify(key, b"any", (1).to_bytes(32, "little") + bytes(32))


def test_ordinary_keys_are_usable() -> None:
    assert all(keys.is_usable(keys.KeySigner("n", 1, bytes([n] * 32)).public_key) for n in range(20))


def test_a_key_file_is_private_and_loads_again(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    made = keys.create(path, "log.example/1", 1)
    assert path.stat().st_mode & 0o777 == 0o600
    again = keys.load(path)
    assert (again.key, again.name, again.key_id, again.public_key) == (
        made.key,
        "log.example/1",
        made.key.key_id,
        made.public_key,
    )
    assert again.sign(b"x") == made.sign(b"x")
    assert repr(made) not in ("", path.read_text())
    with pytest.raises(KeyFileError, match="exists"):
        keys.create(path, "log.example/1", 1)


def test_the_widely_used_form(tmp_path: Path) -> None:
    path = tmp_path / "k"
    signer = keys.create(path, "log", 4, SEED)
    assert path.read_text() == f"PRIVATE+KEY+log+{signer.key_id.hex()}+{b64encode(bytes([4]) + SEED).decode()}\n"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o666])
def test_loose_permissions_are_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "k"
    keys.create(path, "log", 1)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match="mode"):
        keys.load(path)


def test_odd_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "k"
    keys.create(path, "log", 1, SEED)
    good = path.read_text()
    link = tmp_path / "link"
    link.symlink_to(path)
    os.mkfifo(tmp_path / "pipe", 0o600)
    for odd, code in ((link, "link"), (tmp_path / "none", "missing"), (tmp_path, "link"), (tmp_path / "pipe", "link")):
        with pytest.raises(KeyFileError, match=code):
            keys.load(odd)
    for text in ("", good[:-1], good + good, good.replace("log", "lag"), good.replace("+KEY", ""), good[:-8] + "\n"):
        path.write_text(text)
        with pytest.raises(KeyFileError, match="form"):
            keys.load(path)
    path.write_bytes(b"\xff")
    with pytest.raises(KeyFileError, match="form"):
        keys.load(path)


@pytest.mark.parametrize(("name", "kind"), [("", 1), ("two words", 1), ("a+b", 1), ("log", 2)])
def test_names_and_types_are_checked_before_anything_is_written(tmp_path: Path, name: str, kind: int) -> None:
    with pytest.raises(MalformedError):
        keys.create(tmp_path / "k", name, kind)
    assert not (tmp_path / "k").exists()
