# SPDX-License-Identifier: Apache-2.0
"""The office folder: make one, and open one as a House."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from lawgate.drivers.age.sealer import AgeSealer
from lawgate.drivers.clock.system import SystemClock
from lawgate.drivers.duckdb.engine import DuckEngine
from lawgate.drivers.duckdb.records import foreign_numbers, import_records
from lawgate.drivers.keys import keyfile
from lawgate.drivers.keys.verify import verify
from lawgate.drivers.leaves.beside import leaf_hashes
from lawgate.drivers.orders.gate import FileGate
from lawgate.drivers.orders.register import FolderRegister
from lawgate.drivers.package.folders import FolderCourier, KeyFolder, PackageFolders
from lawgate.drivers.parser.driver import ChildParser
from lawgate.drivers.rooms.claims import ParquetClaims
from lawgate.drivers.rooms.folders import FolderRooms
from lawgate.drivers.rooms.pins import FolderPins
from lawgate.drivers.sqlite.cases import SqliteCases
from lawgate.drivers.tiles.store import TileLog
from lawgate.law.read import digest_of, read_layout, read_rulebook
from lawgate.law.registers import read_registers
from lawgate.law.rulebook import Rulebook
from lawgate.ledger.note import COSIGNATURE, ED25519
from lawgate.linkage.grammar import read_address_grammar, read_name_grammar
from lawgate.model.fault import Refused
from lawgate.model.request import Registers
from lawgate.office.audit import AuditDesk, audit
from lawgate.office.bench import DecideDesk
from lawgate.office.cover import read_cover
from lawgate.office.handout import ReleaseDesk
from lawgate.office.house import House
from lawgate.office.intake import IntakeDesk
from lawgate.office.orders import OrderDesk
from lawgate.office.release import Release, still_holds
from lawgate.office.review import ReviewDesk
from lawgate.wiring.log import LOCAL_WITNESS, Logged, begin, check, head, logged, program_digest, prove
from lawgate.wiring.profile import RANGES, SyntheticOnly
from lawgate.wiring.records import KeptRecords
from lawgate.wiring.settings import FILE, PROFILES, SETTINGS, Settings, read_settings

LAW = "**/*.toml"


def create(folder: Path, rulebooks: Path, rulebook: str, name: str) -> None:
    """Make an office folder with fresh keys. Refused E_OFFICE when `folder` holds anything already."""
    if folder.exists() and any(folder.iterdir()):
        raise Refused("E_OFFICE", "the folder is not empty")
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,60}", name):
        raise Refused("E_OFFICE_NAME", "this cannot be the name of a log")
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
    (folder / FILE).write_text(text)
    begin(folder, read_settings(folder), digest_of(_files(folder / "rulebooks" / rulebook, LAW)))


def open_house(folder: Path) -> House:
    """The house of an office folder. LawgateError naming what is wrong when it cannot be opened."""
    settings = read_settings(folder)
    log_of, clock, register = logged(folder, settings), SystemClock(), FolderRegister(folder / "docket")
    decide = _decide_desk(folder, settings, log_of, clock, register)
    files = decide.law()
    rulebook = read_rulebook(files, clock.now().date())
    ceilings = rulebook.ceilings

    def registers() -> Registers:
        return read_registers(decide.registers())

    gate, packages = FileGate(folder / "gate"), PackageFolders(folder / "packages")
    review = ReviewDesk(log_of.log, registers, settings.review_office, ceilings, clock, verify)
    release = ReleaseDesk(
        gate=gate,
        register=register,
        log=log_of.log,
        policy=log_of.policy,
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
    desk = AuditDesk(whole, DuckEngine().row_table)
    parser = SyntheticOnly(ChildParser(), _never_issued(rulebook))
    return House(
        intake=IntakeDesk(parser, read_layout(files), log_of.log, decide.cases, clock, decide.rooms),
        decide=decide,
        release=whole,
        orders=OrderDesk(register, log_of.log, gate, packages, clock),
        courier=FolderCourier,
        import_records=partial(_import, folder, rulebook, files),
        check_log=partial(check, folder, log_of, partial(audit, desk)),
        log_head=partial(head, log_of),
        log_policy=log_of.policy.render(),
        prove=partial(prove, log_of),
        witness_note=LOCAL_WITNESS,
        profile=settings.profile,
    )


def _decide_desk(
    folder: Path, settings: Settings, log_of: Logged, clock: SystemClock, register: FolderRegister
) -> DecideDesk:
    return DecideDesk(
        engine=DuckEngine(),
        records=KeptRecords(folder / "records"),
        pins=FolderPins(folder / "pins"),
        log=log_of.log,
        store=log_of.store,
        cases=SqliteCases(folder / "cases.sqlite"),
        rooms=FolderRooms(folder / "batches"),
        claims=ParquetClaims(),
        orders=register,
        clock=clock,
        verify=verify,
        read_cover=read_cover,
        law=partial(_files, folder / "rulebooks" / settings.rulebook, LAW),
        registers=partial(_files, folder / "registers", "*.toml"),
        salt_key=(folder / "keys" / "salt.key").read_bytes,
        leaf_hashes=leaf_hashes,
        program=program_digest(),
    )


def _import(folder: Path, rulebook: Rulebook, files: Mapping[str, bytes], source: Path) -> str:
    if found := foreign_numbers(source, _never_issued(rulebook)):
        raise Refused("E_PROFILE", f"{found} numbers could be somebody's; this office works on synthetic records only")
    addresses, names = read_address_grammar(files["match/address.toml"]), read_name_grammar(files["match/names.toml"])
    return KeptRecords(folder / "records").keep(lambda place: import_records(source, place, addresses, names))


def _never_issued(rulebook: Rulebook) -> list[str]:
    """Patterns of the numbers that were never issued to anybody; none where the rulebook has no such register."""
    return [entry["pattern"] for entry in rulebook.registers.get(RANGES, {}).values()]


def _files(folder: Path, pattern: str) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.glob(pattern)) if p.is_file()}


def _private(file: Path, data: bytes) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as f:
        f.write(data)
        f.flush()
        os.fsync(f.fileno())
