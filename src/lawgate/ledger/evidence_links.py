# SPDX-License-Identifier: Apache-2.0
"""Which leaf names which other one, and which leaves speak of a batch, a package or an order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.schema import Value

Leaves = Mapping[int, StageLeaf]

LINKS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "parse": ("request_leaf", "request", ("batch",)),
    "decision-batch": ("parse_leaf", "parse", ("batch",)),
    "redecision": ("decision_leaf", "decision-batch", ("batch",)),
    "prepared": ("decision_leaf", "decision-batch", ("batch",)),
    "handout": (
        "prepared_leaf",
        "prepared",
        ("package", "root", "rows", "recipient", "recipient_key", "recipient_text", "parts"),
    ),
    "sent": ("handout_leaf", "handout", ("package",)),
    "ack": ("handout_leaf", "handout", ("package",)),
    "receipt": ("notice_leaf", "notice", ()),
    "recall-demand": ("recall_leaf", "recall", ("recall",)),
    "history-audit": ("read_leaf", "history-read", ("history", "list")),
    "in-force": ("bar_leaf", "order-bar", ("order",)),
    "order-act": ("bar_leaf", "order-bar", ("order",)),
    "act-notice": ("act_leaf", "order-act", ("order",)),
    "act-receipt": ("notice_leaf", "act-notice", ()),
    "lift": ("bar_leaf", "order-bar", ("order",)),
    "policy-explained": ("proposed_leaf", "policy-proposed", ("policy",)),
    "policy-active": ("proposed_leaf", "policy-proposed", ("policy",)),
    "key-revoked": ("registered_leaf", "key-registered", ("key",)),
}
"""Kind of leaf: the field with the other leaf's index, that leaf's kind, and the fields in which both say the same."""


SERVED = ("receipt", "act-receipt")
"""Kinds that say that a notice was served: they belong to whatever the notice is about."""


def says_the_same(leaf: StageLeaf, other: Mapping[str, Value], fields: Iterable[str]) -> bool:
    """Whether the leaf's fields are those of the other one. A field it may leave out, and does, is not looked at."""
    return all(other.get(name) == leaf.body[name] for name in fields if name in leaf.body)


def named_by(leaf: StageLeaf) -> int | None:
    """The index of the leaf that this one names; None for a kind that names none."""
    return leaf.number(LINKS[leaf.kind][0]) if leaf.kind in LINKS else None


def check_links(leaves: Leaves) -> None:
    """MalformedError `link` when a leaf names a later one, or one that is here and does not fit."""
    for index, leaf in leaves.items():
        named = named_by(leaf)
        if named is None:
            continue
        _, kind, same = LINKS[leaf.kind]
        other = leaves.get(named)
        fits = other is None or (other.kind == kind and says_the_same(leaf, other.body, same))
        if named >= index or not fits:
            raise MalformedError("link", f"leaf {index}")


def closed(found: Iterable[int], leaves: Leaves) -> set[int]:
    """These indexes and all that they name. MalformedError `link` when one of those is not here."""
    waiting, kept = sorted(found), set[int]()
    while waiting:
        index = waiting.pop()
        if index not in leaves:
            raise MalformedError("link", f"leaf {index}")
        named = named_by(leaves[index])
        if index not in kept and named is not None:
            waiting.append(named)
        kept.add(index)
    return kept


def back_to(kind: str, index: int, leaves: Leaves) -> int:
    """The index of the leaf of a kind (`handout`, `request`) that a hand-out or delivery goes back to. All are here."""
    while leaves[index].kind != kind:
        index = leaves[index].number(LINKS[leaves[index].kind][0])
    return index


def speaking_of(kind: str, name: str, leaves: Leaves) -> set[int]:
    """Indexes of the leaves that speak of a `batch`, `package` or `order` of this name."""
    if kind == "order":
        found = {
            index
            for index, leaf in leaves.items()
            if leaf.body.get("order") == name or ("orders" in leaf.body and name in leaf.texts("orders"))
        }
    else:
        packages = {name} if kind == "package" else _packages(name, leaves)
        meant = packages | {name}
        found = {
            index
            for index, leaf in leaves.items()
            if leaf.body.get("package") in packages
            or (kind == "batch" and leaf.body.get("batch") == name)
            or (leaf.kind == "objection" and leaf.text("subject") in meant)
        }
    served = {i for i, leaf in leaves.items() if leaf.kind in SERVED and leaf.number("notice_leaf") in found}
    return found | served


def _packages(batch: str, leaves: Leaves) -> set[str]:
    made = (leaf for leaf in leaves.values() if leaf.kind == "prepared")
    return {leaf.text("package") for leaf in made if leaf.text("batch") == batch}
