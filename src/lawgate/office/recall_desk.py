# SPDX-License-Identifier: Apache-2.0
"""What calling back rests on: who may do it, what was sent to whom, and what orders see of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date
from hashlib import sha256
from typing import Any

import rfc8785

from lawgate.docket.standing import standing
from lawgate.ledger.commit import salts
from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import LawgateError, Refused
from lawgate.model.order import Covered, Standing
from lawgate.model.outcome import Outcome
from lawgate.model.request import Registers
from lawgate.office.custodian import of_custodian
from lawgate.office.history import SENDINGS, TABLE
from lawgate.office.packaged import prepared_manifest
from lawgate.office.quarantine import HISTORY, Prior, Recall, priors
from lawgate.office.release import RETURN_DAYS
from lawgate.ports.clock import Clock
from lawgate.ports.orders import OrderRegister
from lawgate.ports.release import PackageStore, ReleaseLog
from lawgate.ports.rooms import Rooms
from lawgate.protocol import manifest as manifests
from lawgate.protocol.manifest import Manifest

FORMAT = "lawgate-recalled-rows-1"
ROWS_PAPER = "rows.json"
GRANTING = frozenset(each.value for each in Outcome if each.grants)


@dataclass(frozen=True, slots=True)
class RecallDesk:
    """What calling back needs. `rooms` are those of the histories; whoever holds `office` says who the custodian is."""

    log: ReleaseLog
    rooms: Rooms
    packages: PackageStore
    orders: OrderRegister
    clock: Clock
    registers: Callable[[], Registers]
    salt_key: Callable[[], bytes]
    office: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What one recipient had of a disclosure: the people named there, when it went, and which rows.

    Rows of a list are named by the ids of the request they came from, those of a package by their sealed records.
    """

    recipient: str
    people: tuple[str, ...]
    sent_at: str
    rows: tuple[str, ...]


def may_act(desk: RecallDesk, person: str) -> None:
    """Refused `recall_person` for somebody who holds no office of the custodian today (UTC)."""
    if not of_custodian(desk.registers(), desk.office, person, today(desk)):
        raise Refused("recall_person", "a named person in an office of the custodian does this; people.toml lists them")


def today(desk: RecallDesk) -> date:
    """The UTC day."""
    return desk.clock.now().astimezone(UTC).date()


def stands_now(desk: RecallDesk) -> Standing:
    """The docket as of now."""
    return standing(desk.orders.texts(), desk.clock.now())


def prior_disclosures(desk: RecallDesk) -> tuple[Prior, ...]:
    """Every disclosure that happened, as the log has it."""
    return priors(list(desk.log.leaves()), RETURN_DAYS)


def of_leaf(desk: RecallDesk, leaf: int) -> Prior:
    """The disclosure with this leaf. Refused `recall_source` when there is none."""
    for each in prior_disclosures(desk):
        if each.leaf == leaf:
            return each
    raise Refused("recall_source", "no disclosure has that leaf; `lawgate recall status` lists them")


def source_of(desk: RecallDesk, recall: Recall) -> Prior:
    """What a recall calls back; of a list that was audited again since, its latest audit."""
    leaves = dict(desk.log.leaves())
    asked = leaves[recall.source_leaf]
    if asked.kind == HISTORY:
        same = (at for at, leaf in leaves.items() if leaf.kind == HISTORY and leaf.text("list") == asked.text("list"))
        return of_leaf(desk, max(same))
    return of_leaf(desk, recall.source_leaf)


def covered_by(desk: RecallDesk, prior: Prior) -> tuple[Covered, ...]:
    """An earlier disclosure as orders see it. What cannot be told any more is met by every scope."""
    leaf = dict(desk.log.leaves())[prior.leaf]
    if prior.kind == HISTORY:
        who, to, rows = leaf.text("agency"), leaf.texts("sent_to"), leaf.number("rows")
        return tuple(Covered(leaf.text("provision"), who, one, (), (), rows) for one in to)
    found = _manifest(desk, leaf)
    if found is None:
        return (Covered("", "", "", (), (), -1),)
    return manifests.covered(found, desk.registers().humans)


def sent_of(desk: RecallDesk, prior: Prior, codes: Sequence[str], *, every: bool = False) -> tuple[Sent, ...]:
    """What each recipient had: rows that any of the codes stands against; without codes those that would not be sent.

    `every` takes all rows whatever stands. Of a package all rows are taken: it was decided before it went. LawgateError
    when what was kept of an audit is not what the log names.
    """
    if prior.kind != HISTORY:
        return () if codes else (_packaged(desk, prior),)
    table, sendings = _kept(desk, prior)
    to = {each["id"]: each for each in sendings}
    rows: dict[str, list[str]] = {}
    for _, row_id, transmission, row_outcome, against in table:
        if every or (codes and codes_in(against) & set(codes)) or (not codes and row_outcome not in GRANTING):
            rows.setdefault(to[transmission]["sent_to"], []).append(row_id)
    return tuple(_had(recipient, ids, sendings) for recipient, ids in sorted(rows.items()))


def codes_in(against: str) -> frozenset[str]:
    """The codes in what an audited entry says stands against it (`element/level=status:code+code;...`)."""
    parts = (each.partition(":")[2] for each in against.split(";"))
    return frozenset(code for part in parts for code in part.split("+") if code)


def rows_paper(desk: RecallDesk, id: str, sent: Sequence[Sent]) -> bytes:
    """Which rows are called back, as canonical JSON. Its salt keeps anybody from trying rows against its digest."""
    salt = salts(desk.salt_key(), f"{id}/rows", 0, 1).hex()
    listed: list[dict[str, Any]] = [
        {**asdict(each), "people": list(each.people), "rows": list(each.rows)} for each in sent
    ]
    return rfc8785.dumps({"format": FORMAT, "recall": id, "salt": salt, "sent": listed})


def listed_rows(desk: RecallDesk, recall: Recall) -> tuple[Sent, ...]:
    """What was called back, from the paper kept with the recall. LawgateError when it is not the one the log names."""
    leaf = dict(desk.log.leaves())[recall.leaf]
    paper = _whole(desk, recall.id, ROWS_PAPER, leaf.text("rows_paper"))
    return tuple(
        Sent(each["recipient"], tuple(each["people"]), each["sent_at"], tuple(each["rows"]))
        for each in json.loads(paper)["sent"]
    )


def keep_paper(desk: RecallDesk, room: str, paper: bytes) -> None:
    """Keep a paper under its SHA-256 in a room, durably, before a leaf names it."""
    desk.rooms.write(room, _paper(sha256(paper).hexdigest()), paper)


def kept_paper(desk: RecallDesk, room: str, digest: str) -> bytes:
    """A paper that a leaf names by its SHA-256 (hex). LawgateError when it is not kept, or is another one."""
    return _whole(desk, room, _paper(digest), digest)


def notices_of(name: str) -> str:
    """The room of the notices about a disclosure."""
    return f"{name}-notices"


def certificates_of(name: str) -> str:
    """The room of the certificates about a disclosure."""
    return f"{name}-certificates"


def plain(text: str) -> str:
    """An id as part of a file name. Two ids never give the same: each would get the other's letter."""
    return re.sub(r"[^A-Za-z0-9._-]", lambda sign: f"~{ord(sign[0]):02x}", text)


def _paper(digest: str) -> str:
    return f"paper-{digest}"


def _manifest(desk: RecallDesk, handout: StageLeaf) -> Manifest | None:
    """What the package that went out says of itself; None when it is not kept any more, or is another one."""
    return prepared_manifest(desk.packages, dict(desk.log.leaves())[handout.number("prepared_leaf")])


def _packaged(desk: RecallDesk, prior: Prior) -> Sent:
    leaf = dict(desk.log.leaves())[prior.leaf]
    found = _manifest(desk, leaf)
    people = () if found is None else found.recipients
    # Without the package its records are called as they would be had it been sealed with age; their number is the same.
    kept = [] if found is None else [each.name for each in found.records]
    names = tuple(kept or (manifests.record_name(place) for place in range(1, prior.acts + 1)))
    return Sent(leaf.text("recipient"), people, leaf.at, names)


def _kept(desk: RecallDesk, prior: Prior) -> tuple[Iterator[tuple[str, ...]], list[dict[str, str]]]:
    """Lines of the audit (sent_id, row_id, transmission, outcome of the row, what stands), and the sendings."""
    leaf = dict(desk.log.leaves())[prior.leaf]
    table = _whole(desk, prior.name, TABLE, leaf.text("table")).decode()
    sendings: list[dict[str, str]] = json.loads(_whole(desk, prior.name, SENDINGS, leaf.text("sendings")))
    lines = (line.split(",") for line in table.splitlines()[1:])
    return ((part[0], part[1], part[2], part[4], part[7]) for part in lines), sendings


def _whole(desk: RecallDesk, room: str, name: str, digest: str) -> bytes:
    data = desk.rooms.read(room, name)
    if sha256(data).hexdigest() != digest:
        raise LawgateError(f"{room}: {name} is not the file the log names")
    return data


def _had(recipient: str, ids: Sequence[str], sendings: Sequence[Mapping[str, str]]) -> Sent:
    own = [each for each in sendings if each["sent_to"] == recipient]
    people = sorted({person for each in own for person in each["received_by"].split(";")})
    return Sent(recipient, tuple(people), min(each["sent_at"] for each in own), tuple(ids))
