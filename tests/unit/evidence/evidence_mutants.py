# SPDX-License-Identifier: Apache-2.0
"""Mutants of good bundles: each changes what a bundle says, or breaks its one form, at a place chosen by its structure.

`may_hold` names the changes that can leave a bundle true though it says less, when somebody seals it anew: a row not
opened, a surplus cosignature left out, a shorter range whose leaves are all still needed, a leaf fewer where the bundle
never claimed to have them all. All others must be refused.
"""

from __future__ import annotations

import json
import random
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from unit.evidence import evidence_made as made

Doc = dict[str, Any]
OTHER = made.Log([*made.story()[:18], made.leaf("alarm", 30), made.leaf("alarm", 31)])
WEAKER = frozenset(
    {"row_gone", "lines_moved", "line_gone", "line_added", "line_renamed", "range_moved", "text_gone", "pattern_gone"}
)
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@dataclass(frozen=True)
class Mutant:
    """What was done to which sample, the bytes, the policy given with it, and whether the seal fits again."""

    sample: str
    how: str
    data: bytes
    policy: bytes
    sealed: bool


def may_hold(found: Mutant) -> bool:
    """Whether this mutant may be true. Only a bundle about a batch, package or order claims no completeness."""
    partial = found.sample in ("batch", "package", "order") and found.how == "leaf_gone"
    return found.sealed and (found.how in WEAKER or partial)


def sealed(doc: Doc) -> Doc:
    """The document with the seal of its parts."""
    rest = {key: value for key, value in doc.items() if key != "seal"}
    return {**rest, "seal": sha256(printed(rest).encode()).hexdigest()}


def printed(doc: object) -> str:
    """Canonical JSON."""
    return json.dumps(doc, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def other_sign(rng: random.Random, text: str, signs: str) -> str:
    """The text with one sign of it exchanged for another one."""
    at = rng.randrange(len(text))
    return text[:at] + rng.choice([c for c in signs if c != text[at]]) + text[at + 1 :]


def a_leaf(rng: random.Random, doc: Doc) -> Doc:
    return rng.choice(doc["leaves"])


def leaf_value(rng: random.Random, doc: Doc) -> None:
    """Another value of the same type in one field of one leaf."""
    each = a_leaf(rng, doc)
    leaf = json.loads(each["leaf"])
    name = rng.choice(sorted(leaf))
    old = leaf[name]
    if isinstance(old, bool):
        leaf[name] = not old
    elif isinstance(old, int):
        leaf[name] = max(0, old + rng.choice((-1, 1, 7))) if old else 1
    elif isinstance(old, list):
        leaf[name] = [*old, "another"]
    elif name == "at":
        leaf[name] = old[:15] + str((int(old[15]) + 1) % 10) + old[16:]
    else:
        leaf[name] = other_sign(rng, old or "x", "0123456789abcdef")
    each["leaf"] = printed(leaf)


def leaf_sign(rng: random.Random, doc: Doc) -> None:
    each = a_leaf(rng, doc)
    each["leaf"] = other_sign(rng, each["leaf"], '{}",:az09 ')


def leaf_respelt(rng: random.Random, doc: Doc) -> None:
    each = a_leaf(rng, doc)
    each["leaf"] = each["leaf"].replace(",", ", ", 1) if rng.random() < 0.5 else each["leaf"] + " "


def leaf_gone(rng: random.Random, doc: Doc) -> None:
    del doc["leaves"][rng.randrange(len(doc["leaves"]))]


def leaf_twice(rng: random.Random, doc: Doc) -> None:
    at = rng.randrange(len(doc["leaves"]))
    doc["leaves"].insert(at, doc["leaves"][at])


def leaf_foreign(rng: random.Random, doc: Doc) -> None:
    """A leaf of another log of the same name, with its own good proof there, instead of one of the leaves."""
    shown = OTHER.shown(rng.choice((18, 19)))
    doc["leaves"][rng.randrange(len(doc["leaves"]))] = {"leaf": shown.leaf, "proof": shown.proof}


def leaves_swapped(rng: random.Random, doc: Doc) -> None:
    proofs_swapped(rng, doc, "leaf")


def proofs_swapped(rng: random.Random, doc: Doc, part: str = "proof") -> None:
    if len(doc["leaves"]) > 1:
        one, other = rng.sample(doc["leaves"], 2)
        one[part], other[part] = other[part], one[part]
    else:
        doc["leaves"][0][part] = other_sign(rng, doc["leaves"][0][part], "abcdef")


def leaves_reordered(rng: random.Random, doc: Doc) -> None:
    doc["leaves"].append(doc["leaves"].pop(0))
    if len(doc["leaves"]) == 1:
        doc["leaves"] = []


def proof_index(rng: random.Random, doc: Doc) -> None:
    each = a_leaf(rng, doc)
    lines = each["proof"].split("\n")
    index = int(lines[1][6:])
    lines[1] = rng.choice((f"index {index + 1}", f"index {index ^ 1}", f"index 0{index}", f"index {2**63 + index}"))
    each["proof"] = "\n".join(lines)


def proof_path(rng: random.Random, doc: Doc) -> None:
    """A step of a path changed, left out, doubled, or two exchanged."""
    each = a_leaf(rng, doc)
    lines = each["proof"].split("\n")
    steps = lines[2:-2]
    at = rng.randrange(len(steps))
    match rng.randrange(4):
        case 0:
            steps[at] = other_sign(rng, steps[at][:-2], DIGITS) + steps[at][-2:]
        case 1:
            del steps[at]
        case 2:
            steps.insert(at, steps[at])
        case _:
            steps[at] = b64encode(b64decode(steps[at])[::-1]).decode()
    each["proof"] = "\n".join([*lines[:2], *steps, "", ""])


def proof_spelling(rng: random.Random, doc: Doc) -> None:
    each = a_leaf(rng, doc)
    head, rest = each["proof"].split("\n", 1)
    each["proof"] = rng.choice(
        (
            f"{head}\nextra YQ==\n{rest}",
            f"{head} \n{rest}",
            f"{head}2\n{rest}",
            f"{head}\n{rest}\n",
            f"{head}\n{rest}"[:-1],
        )
    )


def note_lines(doc: Doc) -> tuple[str, list[str]]:
    text, _, lines = doc["checkpoint"].rpartition("\n\n")
    return text + "\n", lines[:-1].split("\n")


def renoted(doc: Doc, text: str, lines: list[str]) -> None:
    doc["checkpoint"] = text + "\n" + "".join(line + "\n" for line in lines)


def head_text(rng: random.Random, doc: Doc) -> None:
    """Another size, root or name in the signed text."""
    text, lines = note_lines(doc)
    parts = text.split("\n")
    at = rng.randrange(3)
    parts[at] = (
        parts[at] + "x",
        str(int(parts[1]) + rng.choice((-1, 1))),
        other_sign(rng, parts[2][:-2], DIGITS) + parts[2][-2:],
    )[at]
    renoted(doc, "\n".join(parts), lines)


def head_foreign(rng: random.Random, doc: Doc) -> None:
    """The signed head of another log of the same name and size."""
    doc["checkpoint"] = OTHER.note


def with_bit(rng: random.Random, line: str, first: int, end: int) -> str:
    """The line with one bit changed in a byte of its key id, time or signature."""
    name, blob = line.rsplit(" ", 1)
    data = bytearray(b64decode(blob))
    data[rng.randrange(first, min(end, len(data)))] ^= 1 << rng.randrange(8)
    return f"{name} {b64encode(bytes(data)).decode()}"


def signature_bytes(rng: random.Random, doc: Doc) -> None:
    """One bit of the signature or time of the log or a witness."""
    text, lines = note_lines(doc)
    at = rng.randrange(min(len(lines), 4))
    lines[at] = with_bit(rng, lines[at], 4, 76)
    renoted(doc, text, lines)


def line_renamed(rng: random.Random, doc: Doc) -> None:
    """A key id changed: the line is a stranger's then, as if the cosignature had been left out."""
    text, lines = note_lines(doc)
    at = rng.randrange(len(lines))
    lines[at] = with_bit(rng, lines[at], 0, 4)
    renoted(doc, text, lines)


def line_twice(rng: random.Random, doc: Doc) -> None:
    text, lines = note_lines(doc)
    lines.append(rng.choice(lines))
    renoted(doc, text, lines)


def line_of_log_gone(rng: random.Random, doc: Doc) -> None:
    text, lines = note_lines(doc)
    renoted(doc, text, lines[1:])


def quorum_gone(rng: random.Random, doc: Doc) -> None:
    text, lines = note_lines(doc)
    renoted(doc, text, lines[: rng.choice((1, 2))])


def line_gone(rng: random.Random, doc: Doc) -> None:
    text, lines = note_lines(doc)
    del lines[rng.randrange(1, len(lines))]
    renoted(doc, text, lines)


def lines_moved(rng: random.Random, doc: Doc) -> None:
    text, lines = note_lines(doc)
    renoted(doc, text, lines[::-1])


def line_added(rng: random.Random, doc: Doc) -> None:
    text, lines = note_lines(doc)
    lines.append(f"— stranger.example {b64encode(rng.randbytes(76)).decode()}")
    renoted(doc, text, lines)


def line_spelt(rng: random.Random, doc: Doc) -> None:
    text, lines = note_lines(doc)
    lines[0] = rng.choice((lines[0].replace("— ", "- "), lines[0] + " ", lines[0].rstrip("="), lines[0] + "\n"))
    renoted(doc, text, lines)


def policy_inside(rng: random.Random, doc: Doc) -> None:
    doc["policy"] = rng.choice(
        (doc["policy"] + "\n", doc["policy"].replace("quorum 2", "quorum 1"), other_sign(rng, doc["policy"], DIGITS))
    )


def mark(rng: random.Random, doc: Doc) -> None:
    doc["mark"] = rng.choice(("", "REAL", "SYNTHETICS"))


def subject_kind(rng: random.Random, doc: Doc) -> None:
    subject = doc["subject"]
    if "id" in subject and "first" not in subject:
        subject["kind"] = rng.choice([k for k in ("batch", "package", "order") if k != subject["kind"]])
    else:
        doc["subject"] = {"kind": "period", "first": subject["first"], "last": subject["last"] + 1}


def subject_id(rng: random.Random, doc: Doc) -> None:
    subject = doc["subject"]
    subject["id" if "id" in subject else "kind"] = rng.choice(("order-b", "b-2", "b-1-p01", "nobody"))
    if subject.get("id") in ("b-2",) and subject["kind"] == "batch":
        subject["id"] = "b-3"


def range_moved(rng: random.Random, doc: Doc) -> None:
    """The range begins or ends elsewhere."""
    subject = doc["subject"]
    if "first" in subject:
        end = rng.choice(("first", "last"))
        subject[end] = max(0, subject[end] + rng.choice((-2, -1, 1, 2)))
    else:
        subject["first"] = 0


def text_changed(rng: random.Random, doc: Doc) -> None:
    """Another text of the order than the one that was entered."""
    wider = made.order_text("order-a", ("p.nine",))
    doc["subject"]["instrument"] = b64encode(wider).decode() if doc["subject"].get("instrument") else "QQ=="


def text_gone(rng: random.Random, doc: Doc) -> None:
    doc["subject"]["instrument"] = ""


def parts_changed(rng: random.Random, doc: Doc) -> None:
    """A paper of parts that is gone, of other parts, or there though no hand-out names it."""
    shown = doc["subject"].get("parts", [])
    if shown and rng.random() < 0.3:
        shown.clear()
    elif shown and rng.random() < 0.5:
        shown[0] = other_sign(rng, shown[0], DIGITS)
    else:
        doc["subject"]["parts"] = sorted({*shown, made.PARTS.replace("person", "human")})


def row_gone(rng: random.Random, doc: Doc) -> None:
    doc["rows"] = doc["rows"][1:] if doc["rows"] else {}


def row_changed(rng: random.Random, doc: Doc) -> None:
    """Another salt, row, place, leaf or path of an opened row."""
    if not doc["rows"]:
        doc["rows"] = [{"data": "00", "leaf": 3, "path": [], "pattern": "", "row": 0, "salt": "0" * 64}]
        return
    row = rng.choice(doc["rows"])
    match rng.choice(("data", "salt", "row", "leaf", "path", "short")):
        case "data" | "salt" as part:
            row[part] = other_sign(rng, row[part], "0123456789abcdef")
        case "row" | "leaf" as part:
            row[part] += rng.choice((1, 2))
        case "path":
            row["path"][0] = other_sign(rng, row["path"][0], "0123456789abcdef")
        case _:
            row["path"] = row["path"][1:]


def pattern_changed(rng: random.Random, doc: Doc) -> None:
    if doc["rows"]:
        doc["rows"][0]["pattern"] = made.PATTERN.replace("PERMIT", "DENY")
    else:
        doc["format"] = "lawgate-evidence-2"


def pattern_gone(rng: random.Random, doc: Doc) -> None:
    if doc["rows"] and doc["rows"][0]["pattern"]:
        doc["rows"][0]["pattern"] = ""
    else:
        doc["more"] = ""


def table_shape(rng: random.Random, doc: Doc) -> None:
    """A key too many or too few somewhere, or a value of another type."""
    place = rng.choice([doc, doc["subject"], *doc["leaves"], *doc["rows"]])
    name = rng.choice(sorted(place))
    match rng.randrange(4):
        case 0:
            place["another"] = 1
        case 1:
            del place[name]
        case 2:
            place[name] = None
        case _:
            place[name] = [place[name]]


CHANGES: tuple[Callable[[random.Random, Doc], None], ...] = (
    *(leaf_value, leaf_sign, leaf_respelt, leaf_gone, leaf_twice, leaf_foreign, leaves_swapped, leaves_reordered),
    *(proofs_swapped, proof_index, proof_path, proof_spelling),
    *(
        head_text,
        head_foreign,
        signature_bytes,
        line_renamed,
        line_twice,
        line_of_log_gone,
        quorum_gone,
        line_gone,
        lines_moved,
    ),
    *(
        line_added,
        line_spelt,
        policy_inside,
        mark,
        subject_kind,
        subject_id,
        range_moved,
        text_changed,
        text_gone,
        parts_changed,
    ),
    *(row_gone, row_changed, pattern_changed, pattern_gone, table_shape),
)


def respelt(rng: random.Random, text: str) -> bytes:
    """The same content, or nearly, in bytes that are not its one form."""
    at = rng.randrange(1, len(text) - 1)
    data = text.encode()
    return rng.choice(
        (
            lambda: data + b"\n",
            lambda: b" " + data,
            lambda: b"\xef\xbb\xbf" + data,
            lambda: data[: rng.randrange(len(data))],
            lambda: text.replace(",", ", ", 1).encode(),
            lambda: text.replace('"format"', '"f\\u006frmat"').encode(),
            lambda: text.replace("\u2014", "\\u2014", 1).encode(),
            lambda: text.replace('{"checkpoint"', '{"mark":"","checkpoint"', 1).encode(),
            lambda: text.replace('"subject":{', '"subject":{"kind":"batch",', 1).encode(),
            lambda: text[:at].encode() + b"\xff" + text[at:].encode(),
            lambda: text[:at].encode() + bytes([rng.randrange(128)]) + text[at + 1 :].encode(),
            lambda: data.replace(b'"index 0', b'"index 0.0', 1) + b"\0",
            lambda: text.encode("utf-16"),
            lambda: b"[" * 5000 + data,
        )
    )()


def mutant(rng: random.Random, name: str, text: str) -> Mutant:
    """One mutant of a sample, given its text. It is never the sample itself."""
    policy = made.TEXT.encode()
    while True:
        kind = rng.random()
        if kind < 0.2:
            data = respelt(rng, text)
            if data != text.encode():
                return Mutant(name, "respelt", data, policy, False)
            continue
        if kind < 0.25:
            return Mutant(name, "policy_given", text.encode(), other_policy(rng), True)
        doc, change, whole = json.loads(text), rng.choice(CHANGES), rng.random() < 0.75
        change(rng, doc)
        data = printed(sealed(doc) if whole else doc).encode()
        if data != text.encode():
            return Mutant(name, change.__name__, data, policy, whole)


def other_policy(rng: random.Random) -> bytes:
    """A policy that is another one than the bundle's, or none."""
    text = made.TEXT
    lines = text.split("\n")
    return rng.choice(
        (
            text.replace("group quorum 2", "group quorum 3"),
            text.replace("group quorum 2", "group quorum 1"),
            text.replace("group quorum 2", "group quorum all"),
            text + f"witness {made.LATER.name} {made.line_of_type_6()}\n",
            "\n".join([*lines[:-2], "quorum none", ""]),
            "\n".join([*lines[:1], *lines[2:]]),
            "\n".join(lines[1:]),
            text[:-1],
            "# a remark\n" + text,
            text.replace("w1.example/1+", "w4.example/1+"),
            "",
        )
    ).encode()
