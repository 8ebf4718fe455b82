# SPDX-License-Identifier: Apache-2.0
"""A kept package held against its leaf. Nothing heavy is imported here: a stop is entered by way of it."""

from __future__ import annotations

from hashlib import sha256

from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import LawgateError
from lawgate.ports.release import PackageStore
from lawgate.protocol import manifest as manifests
from lawgate.protocol.manifest import Manifest


def prepared_manifest(packages: PackageStore, prepared: StageLeaf) -> Manifest | None:
    """What a package says of itself, by its leaf `prepared`; None when it is not kept any more, or is another one."""
    try:
        tar = packages.tar(prepared.text("package"))
        found = manifests.parse(packages.member(tar, manifests.NAME))
    except LawgateError:
        return None
    return found if sha256(tar).hexdigest() == prepared.text("ciphertext") else None
