# SPDX-License-Identifier: Apache-2.0
"""Ed25519 with `cryptography`: key files, signing, and a strict check of signatures."""

from lawgate.drivers.keys.keyfile import KeyFileError, KeySigner, create, load
from lawgate.drivers.keys.verify import is_usable, verify

__all__ = ["KeyFileError", "KeySigner", "create", "is_usable", "load", "verify"]
