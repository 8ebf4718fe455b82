# SPDX-License-Identifier: Apache-2.0
"""The office folder: make one, and open one as a House."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lawgate.drivers.age.sealer import AgeSealer
from lawgate.drivers.clock.system import SystemClock
from lawgate.drivers.duckdb.engine import DuckEngine
from lawgate.drivers.duckdb.records import foreign_numbers, import_records
from lawgate.drivers.keys import keyfile
from lawgate.drivers.keys.verify import verify
from lawgate.drivers.orders.gate import FileGate
from lawgate.drivers.orders.register import FolderRegister
from lawgate.drivers.package.folders import FolderCourier, KeyFolder, PackageFolders
from lawgate.drivers.package.log import StoreLog
from lawgate.drivers.parser.driver import ChildParser
from lawgate.drivers.rooms.folders import FolderRooms
from lawgate.drivers.rooms.pins import FolderPins
from lawgate.drivers.sqlite.cases import SqliteCases
from lawgate.drivers.tiles.check import verify as check_folder
from lawgate.drivers.tiles.finding import Finding
from lawgate.drivers.tiles.sequencer import publish_head
from lawgate.drivers.tiles.store import TileLog
from lawgate.drivers.tiles.turn import turn
from lawgate.drivers.witness.local import LocalWitness
from lawgate.drivers.witness.quorum import Quorum
from lawgate.law.read import read_layout, read_rulebook
from lawgate.law.registers import read_registers
from lawgate.law.rulebook import Rulebook
from lawgate.ledger.checkpoint import parse_note
from lawgate.ledger.note import COSIGNATURE, ED25519
from lawgate.ledger.quorum import Policy
from lawgate.linkage.grammar import read_address_grammar, read_name_grammar
from lawgate.model.fault import LawgateError, Refused
from lawgate.model.request import Registers
from lawgate.office.audit import AuditDesk, audit
from lawgate.office.bench import DecideDesk
from lawgate.office.cover import read_cover
from lawgate.office.handout import ReleaseDesk
from lawgate.office.house import Check, House
from lawgate.office.intake import IntakeDesk
from lawgate.office.orders import OrderDesk
from lawgate.office.release import Release, still_holds
from lawgate.office.review import ReviewDesk
from lawgate.ports.log import LogStore
from lawgate.wiring.records import KeptRecords

PROFILES = ("synthetic",)
SETTINGS = """# Settings of this office. There is no setting that releases, skips a witness or raises a ceiling.
format = "lawgate-office-1"
profile = "{profile}"          # synthetic: numbers come only from ranges that were never issued
rulebook = "{rulebook}"
origin = "{origin}"            # the log's name on every checkpoint
witness = "{witness}"          # the one local witness; it runs on this machine
review_office = "custodian.reviewer"
use_terms = "Only for the named officers, only for the stated case; no passing on; return or destroy by the day stated."
"""
LOCAL_WITNESS = (
    "One witness, on this machine, under the same administrator as the log (quorum 1). It finds a log that was set "
    "back or forked by accident; against whoever owns the machine it proves nothing."
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one office folder."""

    profile: str
    rulebook: str
    origin: str
    witness: str
    review_office: str
    use_terms: str


def create(folder: Path, rulebooks: Path, rulebook: str, name: str) -> None:
    """Make an office folder with fresh keys. Refused E_OFFICE when `folder` holds anything already."""
    if folder.exists() and any(folder.iterdir()):
        raise Refused("E_OFFICE", "the folder is not empty; name a new one")
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,60}", name):
        raise Refused("E_NAME", "a name has small letters, digits, dots and hyphens")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    shutil.copytree(rulebooks / rulebook, folder / "rulebooks" / rulebook)
    for sub in ("registers", "keys", "witness", "packages"):
        (folder / sub).mkdir(mode=0o700)
    FolderRegister.create(folder / "docket")
    origin, witness = f"{name}/log", f"{name}/local-witness"
    keyfile.create(folder / "keys" / "log.key", origin, ED25519)
    keyfile.create(folder / "witness" / "witness.key", witness, COSIGNATURE)
    _private(folder / "keys" / "salt.key", secrets.token_bytes(32))
    TileLog.create(folder / "log", origin).close()
    text = SETTINGS.format(profile=PROFILES[0], rulebook=rulebook, origin=origin, witness=witness)
    (folder / "settings.toml").write_text(text)


@dataclass(frozen=True, slots=True)
class Logged:
    """The log of an office folder with its policy: how it is opened, appended to and published."""

    policy: Policy
    witness: LocalWitness
    store: Callable[[], AbstractContextManager[LogStore]]
    log: StoreLog


def open_house(folder: Path) -> House:
    """The house of an office folder. LawgateError naming what is wrong when it cannot be opened."""
    settings = _settings(folder)
    logged, clock, register = _logged(folder, settings), SystemClock(), FolderRegister(folder / "docket")
    decide = _decide_desk(folder, settings, logged, clock, register)
    files = decide.law()
    rulebook = read_rulebook(files, clock.now().date())
    ceilings = rulebook.ceilings

    def registers() -> Registers:
        return read_registers(decide.registers())

    gate, packages = FileGate(folder / "gate"), PackageFolders(folder / "packages")
    review = ReviewDesk(logged.log, registers, settings.review_office, ceilings, clock, verify)
    release = ReleaseDesk(
        gate=gate,
        register=register,
        log=logged.log,
        policy=logged.policy,
        verify=verify,
        packages=packages,
        keys=KeyFolder(folder / "keys" / "packages"),
        sealer=AgeSealer(),
        registers=registers,
        holds=partial(still_holds, decide),
        office=settings.review_office,
        ceilings=ceilings,
        clock=clock,
    )
    whole = Release(decide, review, release, settings.use_terms)
    check_log = partial(check_folder, folder / "log", logged.policy, verify)
    return House(
        intake=IntakeDesk(ChildParser(), read_layout(files), logged.log, decide.cases, clock, decide.rooms),
        decide=decide,
        release=whole,
        orders=OrderDesk(register, logged.log, gate, packages, clock),
        courier=FolderCourier,
        import_records=partial(_import, folder, rulebook, files),
        check_log=partial(_check, partial(_behind, logged), check_log, AuditDesk(whole, DuckEngine().row_table)),
        log_head=partial(_head, logged.store),
        witness_note=LOCAL_WITNESS,
        profile=settings.profile,
    )


def _logged(folder: Path, settings: Settings) -> Logged:
    signer = keyfile.load(folder / "keys" / "log.key")
    witness_key = keyfile.load(folder / "witness" / "witness.key")
    # The quorum is not a setting: one of the one witness this first version has.
    policy = Policy(signer.key, (witness_key.key,), 1)
    memory, known = folder / "witness" / "memory", {settings.origin: signer.key}
    witness = LocalWitness(memory, witness_key, known, verify, lambda: int(time.time()))
    gather = Quorum([witness], policy, verify)
    store: Callable[[], AbstractContextManager[LogStore]] = partial(turn, folder / "log", settings.origin)
    return Logged(
        policy, witness, store, StoreLog(store, lambda opened: publish_head(opened, signer, policy, verify, gather))
    )


def _decide_desk(
    folder: Path, settings: Settings, logged: Logged, clock: SystemClock, register: FolderRegister
) -> DecideDesk:
    return DecideDesk(
        engine=DuckEngine(),
        records=KeptRecords(folder / "records"),
        pins=FolderPins(folder / "pins"),
        log=logged.log,
        store=logged.store,
        cases=SqliteCases(folder / "cases.sqlite"),
        rooms=FolderRooms(folder / "batches"),
        orders=register,
        clock=clock,
        verify=verify,
        read_cover=read_cover,
        law=partial(_files, folder / "rulebooks" / settings.rulebook, "**/*.toml"),
        registers=partial(_files, folder / "registers", "*.toml"),
        salt_key=(folder / "keys" / "salt.key").read_bytes,
        program=program_digest(),
    )


def program_digest() -> str:
    """SHA-256 (hex) over the source of this package: name, length and bytes of each file."""
    root = Path(__file__).parent.parent
    h = hashlib.sha256(b"lawgate-program-v1\0")
    for file in sorted(root.rglob("*.py")):
        data = file.read_bytes()
        h.update(f"{file.relative_to(root).as_posix()}\0{len(data)}\0".encode() + data)
    return h.hexdigest()


def _check(behind: Callable[[], bool], log: Callable[[], Sequence[Finding]], desk: AuditDesk) -> list[Check]:
    """The log first; what is stored beside it can only be held against a log that is whole."""
    found = [Check(f"{each.code}: {each.path} {each.place}".strip(), each.broken) for each in log()]
    if not any(each.broken for each in found) and behind():
        found.append(Check("set_back: the witness has cosigned more leaves than the log holds", True))
    if any(each.broken for each in found):
        return [*found, Check("batches and packages were not compared: the log itself is not whole", False)]
    return [*found, *(Check(sentence, True) for sentence in audit(desk))]


def _behind(logged: Logged) -> bool:
    note = logged.witness.latest(logged.policy.origin)
    with logged.store() as log:
        return note is not None and parse_note(note)[0].size > log.head().size


def _import(folder: Path, rulebook: Rulebook, files: Mapping[str, bytes], source: Path) -> str:
    ranges = [entry["pattern"] for entry in rulebook.registers.get("tin_ranges", {}).values()]
    if found := foreign_numbers(source, ranges):
        raise Refused("E_PROFILE", f"{found} numbers could be somebody's; this office works on synthetic records only")
    addresses, names = read_address_grammar(files["match/address.toml"]), read_name_grammar(files["match/names.toml"])
    return KeptRecords(folder / "records").keep(lambda place: import_records(source, place, addresses, names))


def _head(store: Callable[[], AbstractContextManager[LogStore]]) -> tuple[int, str]:
    with store() as log:
        head = log.head()
    return head.size, head.root.hex()


def _settings(folder: Path) -> Settings:
    try:
        doc = tomllib.loads((folder / "settings.toml").read_text())
        made = Settings(**{k: doc[k] for k in Settings.__dataclass_fields__})
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        raise LawgateError("this is not an office folder (settings.toml cannot be read); see `lawgate init`") from None
    if made.profile not in PROFILES:
        raise LawgateError("the only profile of this version is `synthetic`; it must not touch real records")
    return made


def _files(folder: Path, pattern: str) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.glob(pattern)) if p.is_file()}


def _private(file: Path, data: bytes) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as f:
        f.write(data)
        f.flush()
        os.fsync(f.fileno())
