# SPDX-License-Identifier: Apache-2.0
"""`ports.accounting.Labels` over an RSA key in a PEM file that only its owner can read."""

from __future__ import annotations

import os
import stat
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from lawgate.drivers.keys.keyfile import KeyFileError
from lawgate.ledger import vrf
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.vrf_key import certify

BITS = 2048
_MAX = 1 << 14


class VrfKeyFile:
    """The key in one file, read when it is first needed."""

    def __init__(self, file: Path) -> None:
        """`file` need not be there yet."""
        self._file = file

    def create(self) -> None:
        """Make a key of 2,048 bits, durably. KeyFileError `exists` rather than taking the place of another one."""
        made = rsa.generate_private_key(vrf.EXPONENT, BITS)
        data = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        try:
            handle = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            raise KeyFileError(self._file, "exists") from None
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    @property
    def there(self) -> bool:
        """Whether there is a file."""
        return self._file.exists()

    @property
    def public(self) -> vrf.VrfPublicKey:
        """See `ports.accounting.Labels`."""
        return self._key.public

    def prove(self, alpha: bytes) -> bytes:
        """See `ports.accounting.Labels`."""
        return vrf.prove(self._key, alpha)

    def certificate(self) -> tuple[bytes, ...]:
        """See `ports.accounting.Labels`."""
        return self._certificate

    @cached_property
    def _certificate(self) -> tuple[bytes, ...]:
        try:
            return certify(self._key)
        except MalformedError:
            raise KeyFileError(self._file, "key") from None

    @cached_property
    def _key(self) -> vrf.VrfPrivateKey:
        data = self._read()
        try:
            found = load_pem_private_key(data, None)
        except (ValueError, TypeError):
            raise KeyFileError(self._file, "form") from None
        if not isinstance(found, rsa.RSAPrivateKey):
            raise KeyFileError(self._file, "form")
        numbers = found.private_numbers()
        try:
            return vrf.private_key(numbers.p, numbers.q)
        except MalformedError:
            raise KeyFileError(self._file, "key") from None

    def _read(self) -> bytes:
        try:
            handle = os.open(self._file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            raise KeyFileError(self._file, "missing") from None
        except OSError:
            raise KeyFileError(self._file, "link") from None
        with os.fdopen(handle, "rb") as file:
            state = os.fstat(file.fileno())
            if state.st_uid != os.geteuid():
                raise KeyFileError(self._file, "owner")
            if not stat.S_ISREG(state.st_mode) or state.st_mode & 0o077:
                raise KeyFileError(self._file, "mode")
            return file.read(_MAX)
