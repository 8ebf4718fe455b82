# SPDX-License-Identifier: Apache-2.0
"""Private keys as files that only their owner can read.

One line, the form note tools use: `PRIVATE+KEY+<name>+<key id in hex>+<base64 of type and 32-byte seed>`.
"""

import os
import re
import stat
from base64 import b64encode
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lawgate.drivers.keys.verify import is_usable
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.note import NoteKey, from_base64, key_name
from lawgate.model.fault import LawgateError

_LINE = re.compile(r"PRIVATE\+KEY\+([^+\n]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)\n")
_MAX = 4096


class KeyFileError(LawgateError):
    """A key file that is not used: `code` is exists, missing, link, owner, mode, form or key."""

    stop = "E_KEY_FILE"

    def __init__(self, path: Path, code: str) -> None:
        """Path and reason; nothing of the content."""
        super().__init__(f"key file {path.name}: {code}")
        self.code = code


class KeySigner:
    """A `Signer` over a private key in memory."""

    __slots__ = ("_key", "_private")

    def __init__(self, name: str, kind: int, seed: bytes) -> None:
        """Name, signature type and the 32-byte seed. MalformedError when the name or type is outside the format."""
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._key = NoteKey(name, kind, self._private.public_key().public_bytes_raw())

    @property
    def key(self) -> NoteKey:
        """The public half."""
        return self._key

    @property
    def name(self) -> str:
        """The name on signature lines."""
        return self._key.name

    @property
    def key_id(self) -> bytes:
        """Four bytes."""
        return self._key.key_id

    @property
    def public_key(self) -> bytes:
        """32 bytes."""
        return self._key.public_key

    def sign(self, message: bytes) -> bytes:
        """64 bytes of Ed25519 over the message."""
        return self._private.sign(message)


def create(path: Path, name: str, kind: int, seed: bytes | None = None) -> KeySigner:
    """Make a key, store it with mode 0600, durably, and load it.

    `seed` is 32 bytes for a key known beforehand (tests, ceremonies); else the system makes one. KeyFileError
    `exists` rather than overwriting; MalformedError for a name or type outside the format, before anything is written.
    """
    secret = Ed25519PrivateKey.generate().private_bytes_raw() if seed is None else seed
    signer = KeySigner(key_name(name), kind, secret)
    material = b64encode(bytes([kind]) + secret).decode()
    line = f"PRIVATE+KEY+{name}+{signer.key_id.hex()}+{material}\n".encode()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise KeyFileError(path, "exists") from None
    with os.fdopen(handle, "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)
    return load(path)


def load(path: Path) -> KeySigner:
    """The signer in a key file.

    KeyFileError when the file is missing, is a link or not a plain file, belongs to another account, can be read or
    written by anybody but its owner, or is not exactly one line of the form above with a fitting key id.
    """
    found = _LINE.fullmatch(_read_private(path))
    if found is None:
        raise KeyFileError(path, "form")
    try:
        material = from_base64(found[3], "key file")
        signer = KeySigner(found[1], material[0], material[1:]) if len(material) == 33 else None
    except MalformedError:
        raise KeyFileError(path, "form") from None
    if signer is None or signer.key_id.hex() != found[2]:
        raise KeyFileError(path, "form")
    if not is_usable(signer.public_key):
        raise KeyFileError(path, "key")
    return signer


def _read_private(path: Path) -> str:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise KeyFileError(path, "missing") from None
    except OSError:
        raise KeyFileError(path, "link") from None
    try:
        # Checked on the open file, so that it cannot be exchanged between check and reading.
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            raise KeyFileError(path, "link")
        if state.st_uid != os.geteuid():
            raise KeyFileError(path, "owner")
        if state.st_mode & 0o077:
            raise KeyFileError(path, "mode")
        return os.read(handle, _MAX).decode("utf-8")
    except UnicodeDecodeError:
        raise KeyFileError(path, "form") from None
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
