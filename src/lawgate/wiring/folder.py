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

from lawgate.authority.keys import key_rules_of
from lawgate.drivers.clock.system import SystemClock
from lawgate.drivers.duckdb.engine import DuckEngine
from lawgate.drivers.duckdb.records import foreign_numbers, import_records
from lawgate.drivers.keys import keyfile
from lawgate.drivers.keys.verify import verify
from lawgate.drivers.leaves.beside import leaf_hashes
from lawgate.drivers.orders.gate import FileGate
from lawgate.drivers.orders.register import FolderRegister
from lawgate.drivers.package.folders import FolderCourier, PackageFolders
from lawgate.drivers.parser.driver import ChildParser
from lawgate.drivers.parser.sent import ChildSentList
from lawgate.drivers.rooms.claims import ParquetClaims
from lawgate.drivers.rooms.folders import FolderRooms
from lawgate.drivers.rooms.pins import FolderPins
from lawgate.drivers.rooms.sent import ParquetSentList
from lawgate.drivers.sqlite.cases import SqliteCases
from lawgate.drivers.tiles.store import TileLog
from lawgate.drivers.tiles.turn import grown
from lawgate.law.read import digest_of, read_layout, read_rulebook
from lawgate.law.registers import read_registers
from lawgate.law.rulebook import Rulebook
from lawgate.ledger.note import ED25519
from lawgate.linkage.grammar import read_address_grammar, read_name_grammar
from lawgate.model.fault import Refused
from lawgate.office.approvals import paper_checks
from lawgate.office.audit import AuditDesk, audit
from lawgate.office.bench import DecideDesk
from lawgate.office.cover import read_cover
from lawgate.office.handout import ReleaseDesk
from lawgate.office.history import HistoryDesk
from lawgate.office.history_check import history_checks
from lawgate.office.house import Check, House
from lawgate.office.intake import IntakeDesk
from lawgate.office.orders import OrderDesk
from lawgate.office.recall_desk import RecallDesk
from lawgate.office.recipient_keys import KeyDesk, witnessed_now
from lawgate.office.release import Release, still_holds
from lawgate.office.review import ReviewDesk
from lawgate.office.state import require_state
from lawgate.ports.clock import Clock
from lawgate.ports.release import PackageStore
from lawgate.ports.rooms import Rooms
from lawgate.wiring.accounting import accounting_desk
from lawgate.wiring.holding import HeldLog, hold
from lawgate.wiring.keeper import FOLDERS, GATES, keepers_of
from lawgate.wiring.log import LOG, Logged, begin, check, head, logged, program_digest, prove
from lawgate.wiring.mending import fsck
from lawgate.wiring.notify import make_keys, notify_desk
from lawgate.wiring.orders import humans_of, keep_of, kept_of, lifted_of, lifting_of
from lawgate.wiring.profile import RANGES, SyntheticOnly
from lawgate.wiring.records import KeptRecords
from lawgate.wiring.sealers import sealers
from lawgate.wiring.settings import FILE, PROFILES, SETTINGS, Settings, read_settings
from lawgate.wiring.shards import carry, carry_orders, close, closed
from lawgate.wiring.sources import KEYS, law_of, paper_rooms, parties, time_rule
from lawgate.wiring.witness import keep_policy, local_policy, policy_elsewhere

LAW = "**/*.toml"
KEEPER = FOLDERS[0]


def create(
    folder: Path,
    rulebooks: Path,
    rulebook: str,
    name: str,
    witnesses: bytes = b"",
    after: Path | None = None,
    clock: Clock | None = None,
) -> str:
    """Make an office folder with fresh keys; the log's public key. Refused E_OFFICE when `folder` holds anything.

    `witnesses` is a C2SP tlog-policy without its line `log`; without it the office has one witness of its own. Where
    they are elsewhere, the log is published by the first step after they were told its key. Refused E_WITNESSES.
    `after` is the folder of an office whose closed log goes on in this one, with its witnesses, registers and docket;
    Refused as for `shards.closed`. `clock` says when the log begins, for a story told as it happened; the machine's
    unless said, and no command says another.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Refused("E_OFFICE", "the folder is not empty")
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,60}", name):
        raise Refused("E_OFFICE_NAME", "this cannot be the name of a log")
    origin, seed = f"{name}/log", secrets.token_bytes(32)
    before = closed(after, origin) if after else None
    witnesses = before.witnesses if before else witnesses
    listed = policy_elsewhere(keyfile.KeySigner(origin, ED25519, seed).key, witnesses) if witnesses else None
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    shutil.copytree(rulebooks / rulebook, folder / "rulebooks" / rulebook)
    for sub in ("registers", "keys", "witness", "packages", KEEPER):
        (folder / sub).mkdir(mode=0o700)
    FolderRegister.create(folder / "docket")
    log = keyfile.create(folder / "keys" / "log.key", origin, ED25519, seed)
    keep_policy(folder, listed or local_policy(folder, log.key, f"{name}/local-witness"))
    _private(folder / "keys" / "salt.key", secrets.token_bytes(32))
    TileLog.create(folder / "log", origin).close()
    text = SETTINGS.format(profile=PROFILES[0], rulebook=rulebook, origin=origin)
    (folder / FILE).write_text(text)
    if after:
        carry(after, folder)
    law = digest_of(_files(folder / "rulebooks" / rulebook, LAW))
    begun = begin(folder, read_settings(folder), law, before.head if before else None, clock or SystemClock())
    if before:
        carry_orders(folder, begun, before.leaves)
    if listed is None:
        begun.log.publish()
    return log.key.vkey


def open_house(folder: Path, clock: Clock | None = None) -> House:
    """The house of an office folder. LawgateError naming what is wrong when it cannot be opened.

    `clock` is for a story told as it happened; the machine's unless said, and no command says another. A keeper of keys
    that is started has the machine's all the same, so that under another clock nothing is handed out.
    """
    settings = read_settings(folder)
    log_of, register = logged(folder, settings, clock), FolderRegister(folder / "docket")
    clock = clock or SystemClock()
    log = HeldLog(log_of.log, lambda: held(False))
    decide = _decide_desk(folder, settings, log_of, log, clock, register)

    def held(taking_up: bool) -> None:
        hold(log_of, partial(require_state, decide, taking_up=taking_up))

    files = decide.law()
    rulebook = read_rulebook(files, clock.now().date())
    release = _release_desk(folder, settings, log_of, log, decide)
    review = ReviewDesk(log, release.registers, settings.review_office, release.ceilings, clock, verify)
    whole = Release(decide, review, release, settings.use_terms)
    desk = AuditDesk(whole, DuckEngine().row_table)
    parser = SyntheticOnly(ChildParser(), _never_issued(rulebook))
    history = _history(folder, settings, decide, parser)
    recipients = _keys(folder, release, decide)
    checked = partial(check, folder, log_of, partial(_beside, desk, history.rooms, recipients))
    return House(
        intake=IntakeDesk(parser, read_layout(files), log, decide.cases, clock, decide.rooms),
        decide=decide,
        release=whole,
        orders=_order_desk(folder, log_of, release),
        history=history,
        recall=_recall(decide, history, release.packages, settings),
        keys=recipients,
        notify=notify_desk(folder, decide, release, log_of.policy),
        notice_keys=partial(make_keys, folder),
        accounting=partial(accounting_desk, folder, whole, log_of.policy, _never_issued(rulebook)),
        courier=FolderCourier,
        import_records=partial(_import, folder, rulebook, files),
        hold=lambda taking_up: held(True) if taking_up else log.hold(),
        check_log=checked,
        close_log=partial(close, log_of, log),
        fsck=partial(fsck, folder, log_of, checked),
        log_head=partial(head, log_of),
        log_policy=log_of.policy.render(),
        prove=partial(prove, log_of),
        witness_note=log_of.witness_note,
        profile=settings.profile,
    )


def _release_desk(folder: Path, settings: Settings, log_of: Logged, log: HeldLog, decide: DecideDesk) -> ReleaseDesk:
    def rulebook() -> Rulebook:
        return read_rulebook(decide.law(), decide.clock.now().date())

    return ReleaseDesk(
        keepers=keepers_of(folder, settings),
        register=decide.orders,
        log=log,
        policy=log_of.policy,
        verify=verify,
        packages=PackageFolders(folder / "packages"),
        sealer=sealers(settings.sealing or "age"),
        registers=lambda: read_registers(decide.registers()),
        holds=partial(still_holds, decide),
        office=settings.review_office,
        ceilings=rulebook().ceilings,
        rulebook=rulebook,
        time_rule=lambda day: time_rule(decide.law(), day),
        parties=partial(parties, folder),
        lifting=lifting_of(folder),
        papers=paper_rooms(folder),
        clock=decide.clock,
        law_of=partial(law_of, folder, decide.law),
    )


def _order_desk(folder: Path, log_of: Logged, release: ReleaseDesk) -> OrderDesk:
    return OrderDesk(
        release.register,
        log_of.log,
        FileGate(folder / GATES[0], also=(folder / GATES[1],)),
        release.packages,
        release.clock,
        humans_of(folder),
        keep_of(folder),
        release.lifting,
        kept_of(folder),
    )


def _decide_desk(
    folder: Path, settings: Settings, log_of: Logged, log: HeldLog, clock: Clock, register: FolderRegister
) -> DecideDesk:
    return DecideDesk(
        engine=DuckEngine(),
        records=KeptRecords(folder / "records"),
        pins=FolderPins(folder / "pins"),
        log=log,
        store=log_of.store,
        grown=partial(grown, folder / LOG),
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
        lifted=lifted_of(folder, log.leaves),
    )


def _beside(desk: AuditDesk, rooms: Rooms, recipients: KeyDesk) -> list[Check]:
    """Everything stored beside the log that is not what it holds."""
    papers = paper_checks(desk.release, recipients)
    return [*audit(desk), *papers, *history_checks(rooms, list(desk.release.decide.log.leaves()))]


def _history(folder: Path, settings: Settings, decide: DecideDesk, parser: SyntheticOnly) -> HistoryDesk:
    def law(name: str) -> dict[str, bytes]:
        place = folder / "rulebooks" / name
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,60}", name) or not (place / "rulebook.toml").is_file():
            raise Refused("audit_rulebook", "this office has no rulebook of that name")
        return _files(place, LAW)

    return HistoryDesk(
        decide=decide,
        parser=parser,
        layout=read_layout(decide.law()),
        sent=ChildSentList(ChildParser()),
        listed=ParquetSentList(),
        rooms=FolderRooms(folder / "histories"),
        law=law,
        rulebook=settings.rulebook,
        office=settings.review_office,
    )


def _recall(decide: DecideDesk, history: HistoryDesk, packages: PackageStore, settings: Settings) -> RecallDesk:
    return RecallDesk(
        log=decide.log,
        rooms=history.rooms,
        packages=packages,
        orders=decide.orders,
        clock=decide.clock,
        registers=lambda: read_registers(decide.registers()),
        salt_key=decide.salt_key,
        office=settings.review_office,
    )


def _keys(folder: Path, release: ReleaseDesk, decide: DecideDesk) -> KeyDesk:
    return KeyDesk(
        rooms=FolderRooms(folder / KEYS),
        log=release.log,
        registers=release.registers,
        rules=lambda: key_rules_of(read_rulebook(decide.law(), decide.clock.now().date())),
        sealer=release.sealer,
        witnessed=partial(witnessed_now, release.log, release.policy, release.verify),
        verify=release.verify,
        clock=release.clock,
        office=release.office,
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
