# SPDX-License-Identifier: Apache-2.0
"""Acts as text: one printer, one reader, and the part of it that people sign."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256

from lawgate.docket import form
from lawgate.docket.acts import STAYS, Act, ActKind, Signature
from lawgate.docket.form import Doc, Test, fault
from lawgate.docket.printing import table as lines_of
from lawgate.docket.printing import written
from lawgate.docket.reading import ORDER_ID, ORDER_TESTS, dates, is_order_id
from lawgate.model.fault import Fault, Faulty
from lawgate.model.order import Part
from lawgate.model.period import UNTIL_FURTHER_NOTICE

FORMAT = "lawgate-act-1"
ACT_KEYS = (
    "format",
    "id",
    "order",
    "kind",
    "successor",
    "document",
    "entered_at",
    "learned_at",
    "effective_at",
    "until",
    "note",
)
PART_KEYS = ("effects", "provisions", "requesters", "recipients", "fields", "years")
SIGNATURE_KEYS = ("person", "office", "value")
_KINDS = frozenset(kind.value for kind in ActKind)


def _signature(value: object) -> bool:
    try:
        found = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        return False
    return len(found) == 64 and base64.b64encode(found).decode() == value


ACT_TESTS: Mapping[str, tuple[Test, str]] = {
    **{key: ORDER_TESTS[key] for key in ("document", "entered_at", "learned_at", "effective_at", "note")},
    "format": (lambda value: value == FORMAT, f'"{FORMAT}"'),
    "id": ORDER_ID,
    "order": ORDER_ID,
    "kind": (lambda value: isinstance(value, str) and value in _KINDS, "one of " + ", ".join(sorted(_KINDS))),
    "successor": (lambda value: value == "" or is_order_id(value), "the id of an order for a modification, else empty"),
    "until": (form.ends, f'a date-time with an offset, or "{UNTIL_FURTHER_NOTICE}"'),
}
PART_TESTS: Mapping[str, tuple[Test, str]] = {
    "effects": (form.scope(form.whole(1, 9_999)), 'a list of numbers of effects, the first being 1, or "every"'),
    **dict.fromkeys(("provisions", "requesters", "recipients", "fields"), form.NAMES),
    "years": form.YEARS,
}
SIGNATURE_TESTS: Mapping[str, tuple[Test, str]] = {
    **dict.fromkeys(("person", "office"), (form.shaped(form.REFERENCE), "an id")),
    "value": (_signature, "an Ed25519 signature: 64 bytes in base64"),
}


def print_act(act: Act) -> bytes:
    """The canonical text of an act: what `read_act` accepts, byte for byte. Without signatures it is what is signed."""
    values = {"format": FORMAT, "until": act.until or UNTIL_FURTHER_NOTICE}
    lines = [f"{key} = {written(values[key] if key in values else getattr(act, key))}" for key in ACT_KEYS]
    for part in act.stayed:
        lines += ["", "[[part]]", *lines_of(part, PART_KEYS)]
    for each in act.signatures:
        lines += ["", "[[signature]]", *lines_of(each, SIGNATURE_KEYS)]
    return ("\n".join(lines) + "\n").encode("utf-8")


def signed_part(act: Act) -> bytes:
    """What each person signs: the text up to the first signature."""
    return print_act(replace(act, signatures=()))


def digest_of(text: bytes) -> str:
    """SHA-256 (hex) of a text: by this the log names an act."""
    return sha256(text).hexdigest()


def read_act(text: bytes, file: str) -> Act:
    """The act in `text`. Faulty, with every fault found, as for `read_order`; an act that nobody signed is faulty."""
    return _read(text, file, signed=True)


def read_unsigned(text: bytes, file: str) -> Act:
    """The act in a text that nobody has signed yet. Faulty as for `read_act`, and when it is signed."""
    return _read(text, file, signed=False)


def _read(text: bytes, file: str, *, signed: bool) -> Act:
    table = form.read_table(text, file)
    faults = tuple(_faults(table, file, signed))
    if faults:
        raise Faulty(faults)
    act = _act(table)
    if (printed := print_act(act)) != text:
        raise Faulty((form.misspelt(file, text, printed),))
    return act


def _faults(table: Doc, file: str, signed: bool) -> Iterator[Fault]:
    keys = (*ACT_KEYS, "signature") if signed else ACT_KEYS
    yield from form.wrong_keys(table, keys, ACT_TESTS, file, may=("part",))
    for key, tests, names in (("part", PART_TESTS, PART_KEYS), ("signature", SIGNATURE_TESTS, SIGNATURE_KEYS)):
        found = table.get(key)
        if form.tables(found):
            for number, each in enumerate(table[key], 1):
                yield from form.wrong_keys(each, names, tests, file, f"{key} {number}: ")
        elif found is not None:
            yield fault(file, key, "order_value", f"one or more [[{key}]] tables")
    yield from _sense(table, file)
    yield from dates(table, file, "until")


def _sense(table: Doc, file: str) -> Iterator[Fault]:
    """What only some kinds of act have: a successor, a lapse, parts."""
    kind = table.get("kind")
    if (kind == ActKind.MODIFY) != bool(table.get("successor")):
        yield fault(file, "successor", "order_value", "a modification names its order, and nothing else does")
    if table.get("successor") and table.get("successor") == table.get("order"):
        yield fault(file, "successor", "order_value", "another order than the one it is about")
    if kind not in STAYS and table.get("until") != UNTIL_FURTHER_NOTICE:
        yield fault(file, "until", "order_value", "only a stay lapses")
    if kind != ActKind.STAY and "part" in table:
        yield fault(file, "part", "order_value", "only a stay is in part")


def _act(table: Doc) -> Act:
    plain = {key: table[key] for key in ACT_KEYS if key not in ("format", "until", "kind")}
    until = None if table["until"] == UNTIL_FURTHER_NOTICE else table["until"]
    parts = tuple(Part(**form.frozen(each)) for each in table.get("part", ()))
    signatures = tuple(Signature(**each) for each in table.get("signature", ()))
    return Act(**plain, kind=ActKind(table["kind"]), until=until, stayed=parts, signatures=signatures)
