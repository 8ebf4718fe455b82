# SPDX-License-Identifier: Apache-2.0
"""An evidence bundle: leaves with their proofs under one head, and what a stranger needs to check them, in one file.

One canonical JSON document (RFC 8785) in ASCII, but for the dash that signature lines begin with. Format and checks:
docs/spec/evidence.md. Anything that is not the one way to write it is refused.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Any, NoReturn, TypeVar

import rfc8785

from lawgate.ledger.errors import MalformedError
from lawgate.ledger.note import from_base64
from lawgate.ledger.schema import MAX_NUMBER

FORMAT = "lawgate-evidence-1"
MAX_BYTES = 64 * 1024 * 1024
SYNTHETIC = "SYNTHETIC"
KEYS = ("checkpoint", "format", "leaves", "mark", "policy", "rows", "seal", "subject")
SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "batch": ("id", "kind"),
    "package": ("id", "kind"),
    "order": ("id", "kind"),
    "period": ("first", "kind", "last"),
    "non-release": ("first", "id", "instrument", "kind", "last", "parts"),
}
_PROOF = re.compile(r"c2sp[.]org/tlog-proof@v1\nindex (0|[1-9][0-9]{0,18})\n((?:[A-Za-z0-9+/]{43}=\n){0,63})\n")
Table = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a bundle is about: a batch, package or order by its id, or all leaves from `first` to `last`.

    `non-release` has both; `instrument` is the order's text as entered, empty where it is not shown; `parts` are papers
    that hand-outs of the range name, rising.
    """

    kind: str
    id: str = ""
    first: int = 0
    last: int = 0
    instrument: bytes = b""
    parts: tuple[str, ...] = ()

    def table(self) -> dict[str, str | int | list[str]]:
        """The fields its kind has."""
        text = b64encode(self.instrument).decode()
        whole: dict[str, str | int | list[str]] = {
            "kind": self.kind,
            "id": self.id,
            "first": self.first,
            "last": self.last,
            "instrument": text,
            "parts": list(self.parts),
        }
        return {name: whole[name] for name in SUBJECTS[self.kind]}


@dataclass(frozen=True, slots=True)
class Shown:
    """One leaf: its text, and its tlog-proof file up to the empty line; the bundle's head completes that file."""

    leaf: str
    proof: str

    def place(self) -> tuple[int, tuple[bytes, ...]]:
        """Index and audit path. MalformedError `proof` when the proof is not in its form."""
        found = _PROOF.fullmatch(self.proof)
        if found is None or int(found[1]) > MAX_NUMBER:
            raise MalformedError("proof", "form")
        try:
            return int(found[1]), tuple(from_base64(step, "path") for step in found[2].split("\n")[:-1])
        except MalformedError:
            raise MalformedError("proof", "base64") from None


def proof_head(index: int, path: Sequence[bytes]) -> str:
    """The beginning of a C2SP tlog-proof file, up to and with the empty line."""
    return "\n".join(["c2sp.org/tlog-proof@v1", f"index {index}", *(b64encode(step).decode() for step in path), "", ""])


@dataclass(frozen=True, slots=True)
class Opened:
    """One opened row of the subtree that a leaf names; `pattern` is the decision's pattern record, or empty."""

    leaf: int
    row: int
    salt: bytes
    data: bytes
    path: tuple[bytes, ...]
    pattern: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle. `mark` is SYNTHETIC where the log says that its data are made up, else empty.

    Leaves in the order of their places, rows by leaf and row.
    """

    subject: Subject
    mark: str
    policy: str
    checkpoint: str
    leaves: tuple[Shown, ...]
    rows: tuple[Opened, ...] = ()

    def render(self) -> bytes:
        """The file's bytes. MalformedError when no parser would read this value back."""
        whole: dict[str, Any] = {
            "format": FORMAT,
            "subject": self.subject.table(),
            "mark": self.mark,
            "policy": self.policy,
            "checkpoint": self.checkpoint,
            "leaves": [{"leaf": each.leaf, "proof": each.proof} for each in self.leaves],
            "rows": [_row_table(each) for each in self.rows],
        }
        data = rfc8785.dumps({**whole, "seal": sha256(rfc8785.dumps(whole)).hexdigest()})
        if parse(data) != self:
            raise MalformedError("form")
        return data


def _row_table(row: Opened) -> dict[str, str | int | list[str]]:
    return {
        "leaf": row.leaf,
        "row": row.row,
        "salt": row.salt.hex(),
        "data": row.data.hex(),
        "path": [step.hex() for step in row.path],
        "pattern": row.pattern,
    }


def _no_float(_: str) -> NoReturn:
    raise ValueError("a number with a fraction")


def _printed(value: object) -> str:
    # RFC 8785 for the values of a bundle; kept apart from the library's printer, which has its own limits.
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def parse(data: bytes) -> Bundle:
    """The bundle in these bytes; MalformedError `form` unless it is the one way to write it. Nothing is proved yet."""
    if len(data) > MAX_BYTES:
        raise MalformedError("form", "size")
    try:
        text = data.decode("utf-8")
        found = json.loads(text, parse_float=_no_float, parse_constant=_no_float)
        same = _printed(found) == text
    except (ValueError, RecursionError):
        raise MalformedError("form", "JSON") from None
    if not same or re.fullmatch(r"[ -~—]*", text) is None:
        raise MalformedError("form", "spelling")
    return _bundle(found)


def _bundle(found: Table) -> Bundle:
    if not _keyed(found, KEYS) or found["format"] != FORMAT:
        raise MalformedError("form", "fields")
    texts = {"checkpoint": r"[ -~\n—]*", "policy": r"[ -~\n]*", "mark": r"[A-Z]{0,32}", "seal": r"[0-9a-f]{64}"}
    if not all(_text(found[name], shape) for name, shape in texts.items()):
        raise MalformedError("form", "texts")
    made = Bundle(
        _subject(found["subject"]),
        found["mark"],
        found["policy"],
        found["checkpoint"],
        tuple(_each(found["leaves"], _shown)),
        tuple(_each(found["rows"], _opened)),
    )
    places = [(row.leaf, row.row) for row in made.rows]
    if places != sorted(set(places)):
        raise MalformedError("form", "order of rows")
    rest = {key: value for key, value in found.items() if key != "seal"}
    if sha256(_printed(rest).encode()).hexdigest() != found["seal"]:
        raise MalformedError("seal")
    return made


def _each(found: object, read: Callable[[Table], T | None]) -> list[T]:
    made = [read(each) for each in found] if isinstance(found, list) else [None]
    whole = [each for each in made if each is not None]
    if len(whole) != len(made):
        raise MalformedError("form", "lists")
    return whole


def _keyed(found: object, keys: Sequence[str]) -> bool:
    return isinstance(found, dict) and sorted(found) == sorted(keys)


def _text(value: object, shape: str) -> bool:
    return isinstance(value, str) and re.fullmatch(shape, value) is not None


def _number(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_NUMBER


def _subject(found: Table) -> Subject:
    kind = found.get("kind") if isinstance(found, dict) else None
    if not isinstance(kind, str) or not _keyed(found, SUBJECTS.get(kind, ())):
        raise MalformedError("form", "subject")
    values = {"id": "x", "instrument": "", "first": 0, "last": 0, "parts": [], **found}
    named = _text(values["id"], r"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}")
    ranged = _number(values["first"]) and _number(values["last"]) and values["first"] <= values["last"]
    papers = isinstance(values["parts"], list) and all(_text(each, r"[ -~]*") for each in values["parts"])
    if not papers or not all(one < other for one, other in pairwise(values["parts"])):
        raise MalformedError("form", "parts")
    if not named or not ranged or not _text(values["instrument"], r"[A-Za-z0-9+/]*=?=?"):
        raise MalformedError("form", "subject")
    try:
        instrument = from_base64(values["instrument"], "instrument")
    except MalformedError:
        raise MalformedError("form", "subject") from None
    return Subject(kind, found.get("id", ""), values["first"], values["last"], instrument, tuple(values["parts"]))


def _shown(found: Table) -> Shown | None:
    good = _keyed(found, ("leaf", "proof")) and _text(found["leaf"], r"[ -~]*") and _text(found["proof"], r"[ -~\n]*")
    return Shown(found["leaf"], found["proof"]) if good else None


def _opened(found: Table) -> Opened | None:
    good = (
        _keyed(found, ("data", "leaf", "path", "pattern", "row", "salt"))
        and _text(found["data"], r"([0-9a-f]{2}){1,4096}")
        and _text(found["salt"], r"[0-9a-f]{64}")
        and _text(found["pattern"], r"[ -~]*")
        and _number(found["leaf"])
        and _number(found["row"])
        and isinstance(found["path"], list)
        and len(found["path"]) < 64
        and all(_text(step, r"[0-9a-f]{64}") for step in found["path"])
    )
    if not good:
        return None
    path = tuple(bytes.fromhex(step) for step in found["path"])
    salt, data = bytes.fromhex(found["salt"]), bytes.fromhex(found["data"])
    return Opened(found["leaf"], found["row"], salt, data, path, found["pattern"])
