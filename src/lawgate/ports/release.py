# SPDX-License-Identifier: Apache-2.0
"""What releasing needs from outside: the gate, the log, the packages, their keys, and a way out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lawgate.authority.look import Evidence
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.proof import LogProof
from lawgate.model.fault import LawgateError
from lawgate.protocol import manifest as manifests
from lawgate.protocol.steps import Handed, Stopped


class PackageError(LawgateError):
    """A package, its key or a hand-out folder is missing, is there already, or cannot be read or written."""

    stop = "E_PACKAGE"


class Lease(Protocol):
    """The right to hand out, for a short time."""

    def left(self) -> float:
        """Seconds until it ends by itself; 0 or less when it has ended."""


class Gate(Protocol):
    """One lease at a time, over all processes.

    Contract: a lease lasts at most `protocol.lease.LEASE_SECONDS` by a monotonic clock and dies with its process;
    nobody can renew it. Whoever holds one looks at `left` before each thing that cannot be taken back.
    """

    def lease(self) -> AbstractContextManager[Lease]:
        """Hold the gate. Refused (`gate_busy`) when somebody else does."""

    def drain(self) -> bool:
        """Wait until every lease that existed at the call was given back (True) or has run out (False)."""


class ReleaseLog(Protocol):
    """The log as the release side uses it.

    Contract: `append` returns after a power cut can no longer take the leaf away; `leaves` sees every leaf that any
    `append` returned. What `proof` gives is checked by the caller; nothing here is believed.
    """

    def append(self, leaf: StageLeaf, still: Callable[[], None] | None = None) -> int:
        """Store a leaf durably; its index.

        Waiting for one's turn at the log takes time: `still` is called inside the turn, at the last moment before the
        leaf is stored. What it raises comes through, and nothing is stored then.
        """

    def leaves(self) -> Iterable[tuple[int, StageLeaf]]:
        """Every durable leaf with its index, in order."""

    def publish(self) -> None:
        """Sign the head, have it cosigned and publish it. LawgateError when too few witnesses cosign."""

    def proof(self, index: int) -> LogProof:
        """Proof of a leaf under the latest published checkpoint. LawgateError when that does not reach so far."""


class PackageStore(Protocol):
    """Sealed packages.

    Contract: `put` is all or nothing and durable when it returns; a package never changes.
    """

    def put(self, package: str, members: Sequence[tuple[str, bytes]], beside: Mapping[str, bytes]) -> bytes:
        """Keep a package: `members` become one tar, the same bytes for the same members; `beside` is kept next to it.

        Returns the tar as stored. PackageError when the id is taken or the disk refuses.
        """

    def tar(self, package: str) -> bytes:
        """The tar. PackageError when there is none."""

    def member(self, tar: bytes, name: str) -> bytes:
        """One file of a tar that `tar` returned. PackageError when it is not there."""

    def beside(self, package: str, name: str) -> bytes:
        """A file kept next to the tar. PackageError when there is none."""


REVIEW, SIGNATURE, PARTS = "review.json", "review.sig", "parts.json"
"""Papers kept beside a package: the signed review, its signature, the names by which an order may mean it."""


def opened(packages: PackageStore, package: str) -> Evidence:
    """A kept package, with its review. LawgateError when it is not there, or is another one."""
    tar = packages.tar(package)
    manifest = manifests.parse(packages.member(tar, manifests.NAME))
    if manifest.package != package:
        raise LawgateError("a package lies under another one's id")
    paper, signature = packages.beside(package, REVIEW), packages.beside(package, SIGNATURE)
    return Evidence(manifest, paper, signature, tar, len(manifest.records))


class KeyRoom(Protocol):
    """The identities that open packages. What is here never leaves except sealed to a recipient."""

    def put(self, package: str, identities: bytes) -> None:
        """Keep a package's identities, durably, readable by their owner only. PackageError when there are some."""

    def read(self, package: str) -> bytes:
        """A package's identities. PackageError when there are none or others could read them."""

    def has(self, package: str) -> bool:
        """Whether there are any, readable or not."""

    def spend(self, package: str, handout: int) -> None:
        """Note, durably, that the leaf of this number is used for a hand-out. PackageError when it was used before."""


class Holding(Protocol):
    """A keeper's gate held for one package."""

    def left(self) -> float:
        """Seconds until the lease ends by itself, at the least; 0 or less when it has ended."""

    def hand(self, handout: int) -> Handed | Stopped:
        """Let the keeper see for itself and hand out. LawgateError when it did not answer: it may have handed out."""


class KeyKeeper(Protocol):
    """Who holds the identities, apart from everybody else: it takes no command, only the number of a leaf to look at.

    Contract: what `keep` returned is durable; nothing that `keep` took ever comes back but sealed to the recipient key
    that the package was prepared for, through the courier, after the keeper's own look at log, docket and registers.
    Each leaf is good for one hand-out.
    """

    def keep(self, package: str, identities: bytes) -> None:
        """Take a package's identities. PackageError when there are some already."""

    def keeps(self, package: str) -> bool:
        """Whether there are identities of this package."""

    def open(self, package: str, key_asked: str, courier: Courier) -> AbstractContextManager[Holding]:
        """Take the gate for a package. Refused (`gate_busy`) when somebody else has it."""


class Courier(Protocol):
    """The way out to one recipient, into a folder from which it is collected.

    Contract: writes under a name that did not exist; never overwrites; asks for a file only when everything before it
    is durable, and lets an error of `files` through.
    """

    @property
    def room(self) -> Path:
        """The folder, which a keeper in another process is handed."""

    def deliver(self, name: str, files: Iterable[tuple[str, bytes]], *, beside: bool = False) -> None:
        """Hand the files over, in this order, under a new name; with `beside`, next to what lies under it already.

        PackageError when the name exists (with `beside`: does not), a file is there already, or writing fails.
        """


def delivered_as(package: str, handout: int) -> str:
    """The name under which a hand-out is delivered: the package's id and the index of its leaf."""
    return f"{package}-{handout}"


class Confidential(Protocol):
    """A value that shows itself only when asked."""

    def reveal(self) -> str | Mapping[str, str]:
        """The value: a text, or named parts of it."""


@dataclass(frozen=True, slots=True)
class Disclosable:
    """One record about to be sealed: `values` is field -> tax year -> value."""

    row_number: int
    row_id: str
    case_id: str
    recipients: tuple[str, ...]
    values: Mapping[str, Mapping[int, Confidential]]
