# SPDX-License-Identifier: Apache-2.0
"""The log of an office folder: how it is begun, opened, appended to, published and checked."""

from __future__ import annotations

import hashlib
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
from lawgate.drivers.witness.quorum import remembered
from lawgate.ledger.checkpoint import Checkpoint, parse_note
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.leaf import parse as parse_leaf
from lawgate.ledger.merkle import frontier_at
from lawgate.ledger.quorum import Policy
from lawgate.ledger.schema import Value
from lawgate.ledger.seam import previous_fields
from lawgate.ledger.sequence import FORKED, SET_BACK, against_memory
from lawgate.ledger.tile import node_getter
from lawgate.model.fault import Refused
from lawgate.office.house import Check
from lawgate.ports.clock import Clock
from lawgate.ports.log import LogBrokenError, LogStore, Witness
from lawgate.wiring.settings import FILE, Settings, SettingsError
from lawgate.wiring.witness import quorum_of, read_listed, told, witnesses_of

LOG = "log"
START = "start"
FORM_FLOOR = ("form.py", "practice.py")


@dataclass(frozen=True, slots=True)
class Logged:
    """The log of an office folder with its policy: how it is opened, appended to and published."""

    policy: Policy
    witnesses: tuple[Witness, ...]
    witness_note: str
    store: Callable[[], AbstractContextManager[LogStore]]
    log: StoreLog


def logged(folder: Path, settings: Settings, clock: Clock | None = None) -> Logged:
    """The log of an office folder. Nothing of it is opened yet but the keys; LawgateError when one cannot be used.

    `clock` is what its own witness states and all witnesses are held against, the machine's unless said.
    """
    signer = keyfile.load(folder / "keys" / "log.key")
    listed = read_listed(folder)
    policy, witnesses = listed.policy, witnesses_of(folder, listed, clock)
    if (signer.key, signer.key.name) != (policy.log, settings.origin):
        raise SettingsError("settings or policy name another log than the key file")
    gather = quorum_of(witnesses, policy, clock)
    store: Callable[[], AbstractContextManager[LogStore]] = partial(turn, folder / LOG, settings.origin)

    def publish(opened: LogStore) -> None:
        require_policy(opened, policy)
        publish_head(opened, signer, policy, verify, gather)

    return Logged(policy, witnesses, told(listed), store, StoreLog(store, publish))


def require_policy(opened: LogStore, policy: Policy) -> None:
    """SettingsError unless leaf 0 names this policy: nobody asks other witnesses, or fewer, by editing a file."""
    try:
        first = parse_leaf(opened.read(0)) if opened.size() else None
    except MalformedError as error:
        raise LogBrokenError(f"leaf 0 cannot be read: {error}") from None
    if first is None or first.kind != START or first.text("log_policy") != policy.digest.hex():
        raise SettingsError("the policy is not the one that the log's first leaf names; nothing is published")


def begin(
    folder: Path, settings: Settings, rulebook: str, previous: Checkpoint | None = None, clock: Clock | None = None
) -> Logged:
    """Write the first leaf of a new log, by whose keys, under which settings and rules it is kept; the log.

    `previous`: the head of the closed log that it continues; `clock`: says when that is, the machine's unless said.
    """
    made = logged(folder, settings, clock)
    body: dict[str, Value] = {
        "version": __version__,
        "code": program_digest(),
        "form_floor": _form_floor(),
        "rulebook": rulebook,
        "settings": _settings_digest(folder),
        "log_policy": made.policy.digest.hex(),
        "profile": settings.profile,
        **(previous_fields(previous) if previous else {}),
    }
    made.log.append(StageLeaf(START, instant((clock or SystemClock()).now()), body))
    return made


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
    if not any(each.broken for each in said):
        code = memory(made)
        if code == SET_BACK:
            said.append(Check("set_back", "a witness has cosigned more leaves than the log holds", True))
        if code == FORKED:
            said.append(Check("forked", "a witness has cosigned other leaves than the log holds", True))
    return said


def heads(made: Logged) -> list[Checkpoint]:
    """The heads of this log that the witnesses within reach hold."""
    notes = [note for _, note in remembered(made.witnesses, made.policy, verify) if note is not None]
    return [parse_note(note)[0] for note in notes]


def memory(made: Logged) -> str:
    """`set_back`, `forked`, or empty: how the log stands to every head that a witness within reach remembers of it."""
    held = heads(made)
    with made.store() as log:
        found = [against_memory(log.size(), _root_at(log), head) for head in held]
    return next((code for code in (FORKED, SET_BACK) if code in found), "")


def _root_at(log: LogStore) -> Callable[[int], bytes]:
    stored = log.size()

    def root(size: int) -> bytes:
        try:
            return frontier_at(size, node_getter(log.tile, stored)).root()
        except KeyError:
            raise LogBrokenError("a tile is missing or has a wrong length") from None

    return root


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
