# SPDX-License-Identifier: Apache-2.0
"""The stored papers that leaves name: which of them the office still has, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256

from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import LawgateError
from lawgate.office.redecide import named
from lawgate.office.release import Release
from lawgate.office.shown import read_name
from lawgate.office.stored import review_stem
from lawgate.ports.release import PARTS

IN_ROOM: Mapping[tuple[str, str], Callable[[str], str]] = {
    ("request", "cover"): lambda _: "cover.toml",
    ("request", "signature"): lambda _: "cover.toml.sig",
    ("decision-batch", "patterns"): lambda _: "patterns.jsonl",
    ("decision-batch", "table"): lambda _: "decisions.parquet",
    ("decision-batch", "figures"): lambda _: "figures.json",
    ("redecision", "patterns"): named,
    ("review", "paper"): lambda digest: f"{review_stem(digest)}.json",
    ("audit-read", "paper"): read_name,
}
"""Kind of leaf and field -> the file of the batch's room that the digest names."""


def not_stored(house: Release, leaves: Mapping[int, StageLeaf]) -> tuple[str, ...]:
    """Names of the papers of these leaves that the office does not have, or not as the leaf names them."""
    missing: list[str] = []
    for index, leaf in leaves.items():
        missing += [f"{name} of leaf {index}" for field, name, is_ in _stored(house, leaf) if is_ != leaf.text(field)]
    return tuple(missing)


def _stored(house: Release, leaf: StageLeaf) -> list[tuple[str, str, str]]:
    """Field, name of the file, SHA-256 (hex) of it as it is stored now, for each paper of a leaf."""
    found = []
    for (kind, field), naming in IN_ROOM.items():
        if leaf.kind == kind:
            name = naming(leaf.text(field))
            found.append((field, name, _in_room(house, leaf.text("batch"), name)))
    if leaf.kind == "prepared":
        name, packages = leaf.text("package"), house.release.packages
        found.append(("ciphertext", f"{name}.tar", _digest(lambda: packages.tar(name))))
        if "parts" in leaf.body:
            found.append(("parts", f"{name}.{PARTS}", _digest(lambda: packages.beside(name, PARTS))))
    if leaf.kind == "order-bar":
        found.append(("instrument", f"{leaf.text('order')}.toml", _instrument(house, leaf.text("instrument"))))
    return found


def _in_room(house: Release, batch: str, name: str) -> str:
    try:
        return house.decide.rooms.digest(batch, name)
    except LawgateError:
        return ""


def _digest(read: Callable[[], bytes]) -> str:
    try:
        return sha256(read()).hexdigest()
    except LawgateError:
        return ""


def _instrument(house: Release, digest: str) -> str:
    texts = house.release.register.texts()
    return digest if digest in {sha256(text).hexdigest() for text in texts.values()} else ""
