# SPDX-License-Identifier: Apache-2.0
"""The log of an office folder: how it is begun, opened, appended to, published and checked."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lawgate import __version__
from lawgate.drivers.clock.system import SystemClock
from lawgate.drivers.keys import keyfile
from lawgate.drivers.keys.verify import verify
from lawgate.drivers.package.log import StoreLog
from lawgate.drivers.tiles.check import verify as check_folder
from lawgate.drivers.tiles.sequencer import publish_head
from lawgate.drivers.tiles.turn import alone_at, turn
from lawgate.drivers.witness.local import LocalWitness
from lawgate.drivers.witness.quorum import Quorum
from lawgate.ledger.checkpoint import parse_note
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.quorum import Policy
from lawgate.model.fault import Refused
from lawgate.office.house import Check
from lawgate.ports.log import LogStore
from lawgate.wiring.settings import FILE, Settings, SettingsError

LOG = "log"
START = "start"
FORM_FLOOR = ("form.py", "practice.py")
LOCAL_WITNESS = (
    "One witness, on this machine, under the same administrator as the log (quorum 1). It finds a log that was set "
    "back or forked by accident; against whoever owns the machine it proves nothing."
)


@dataclass(frozen=True, slots=True)
class Logged:
    """The log of an office folder with its policy: how it is opened, appended to and published."""

    policy: Policy
    witness: LocalWitness
    store: Callable[[], AbstractContextManager[LogStore]]
    log: StoreLog


def logged(folder: Path, settings: Settings) -> Logged:
    """The log of an office folder. Nothing of it is opened yet but the keys; LawgateError when one cannot be used."""
    signer = keyfile.load(folder / "keys" / "log.key")
    witness_key = keyfile.load(folder / "witness" / "witness.key")
    if (signer.key.name, witness_key.key.name) != (settings.origin, settings.witness):
        raise SettingsError("the settings name another log, or another witness, than the key files")
    # The quorum is not a setting: one of the one witness this first version has.
    policy = Policy(signer.key, (witness_key.key,), 1)
    memory, known = folder / "witness" / "memory", {settings.origin: signer.key}
    witness = LocalWitness(memory, witness_key, known, verify, lambda: int(time.time()))
    gather = Quorum([witness], policy, verify)
    store: Callable[[], AbstractContextManager[LogStore]] = partial(turn, folder / LOG, settings.origin)
    return Logged(
        policy, witness, store, StoreLog(store, lambda opened: publish_head(opened, signer, policy, verify, gather))
    )


def begin(folder: Path, settings: Settings, rulebook: str) -> None:
    """Write and publish the first leaf of a new log: by whose keys, under which settings and rules it is kept."""
    made = logged(folder, settings)
    body = {
        "version": __version__,
        "code": program_digest(),
        "form_floor": _form_floor(),
        "rulebook": rulebook,
        "settings": _settings_digest(folder),
        "log_policy": made.policy.digest.hex(),
        "profile": settings.profile,
    }
    made.log.append(StageLeaf(START, instant(SystemClock().now()), body))
    made.log.publish()


def program_digest() -> str:
    """SHA-256 (hex) over the source of this package: name, length and bytes of each file."""
    root = Path(__file__).parent.parent
    h = hashlib.sha256(b"lawgate-program-v1\0")
    for file in sorted(root.rglob("*.py")):
        data = file.read_bytes()
        h.update(f"{file.relative_to(root).as_posix()}\0{len(data)}\0".encode() + data)
    return h.hexdigest()


def check(folder: Path, made: Logged, beside: Callable[[], list[Check]]) -> list[Check]:
    """The log first; what is stored `beside` it can only be held against a log that is whole."""
    found = _log_itself(folder, made)
    if not any(each.broken for each in found):
        found += _beginning(folder, made)
    if any(each.broken for each in found):
        return [*found, Check("not_compared", "batches and packages: the log itself is not whole", False)]
    return [*found, *beside()]


def head(made: Logged) -> tuple[int, str]:
    """Number of leaves and root (hex) of the log."""
    with made.store() as log:
        stands = log.head()
    return stands.size, stands.root.hex()


def prove(made: Logged, index: int) -> tuple[bytes, bytes]:
    """A leaf's bytes and its C2SP tlog-proof file. Refused E_LEAF when the log has no leaf of this number."""
    size, _ = head(made)
    if not 0 <= index < size:
        raise Refused("E_LEAF", f"the log has {size} leaves, numbered from 0")
    made.log.publish()
    with made.store() as log:
        leaf = log.read(index)
    return leaf, made.log.proof(index).render()


def _log_itself(folder: Path, made: Logged) -> list[Check]:
    found = check_folder(folder / LOG, made.policy, verify)
    if any(each.broken for each in found):
        # A writer at work looks like damage for a moment: once more, with nobody else at the log.
        with alone_at(folder / LOG):
            found = check_folder(folder / LOG, made.policy, verify)
    said = [Check(each.code, ", ".join(filter(None, (each.path, each.place))), each.broken) for each in found]
    if not any(each.broken for each in said) and _behind(made):
        said.append(Check("set_back", "the witness has cosigned more leaves than the log holds", True))
    return said


def _behind(made: Logged) -> bool:
    note = made.witness.latest(made.policy.origin)
    with made.store() as log:
        return note is not None and parse_note(note)[0].size > log.head().size


def _beginning(folder: Path, made: Logged) -> list[Check]:
    """Whether the first leaf names these keys; and whether the settings are still those it names."""
    first = next((leaf for _, leaf in made.log.leaves()), None)
    if first is None or first.kind != START or first.text("log_policy") != made.policy.digest.hex():
        return [
            Check(
                "other_start", "the first leaf is not a `start` that names the keys of this log and its witness", True
            )
        ]
    if first.text("settings") != _settings_digest(folder):
        return [Check("other_settings", f"{FILE} is another text than the one this log began with", False)]
    return []


def _settings_digest(folder: Path) -> str:
    return hashlib.sha256((folder / FILE).read_bytes()).hexdigest()


def _form_floor() -> str:
    """SHA-256 (hex) over the source that no rulebook can go below: name, length and bytes of each file."""
    h = hashlib.sha256(b"lawgate-form-floor-v1\0")
    for name in FORM_FLOOR:
        data = (Path(__file__).parent.parent / "model" / name).read_bytes()
        h.update(f"{name}\0{len(data)}\0".encode() + data)
    return h.hexdigest()
