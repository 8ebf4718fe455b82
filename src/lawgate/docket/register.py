# SPDX-License-Identifier: Apache-2.0
"""The texts of a docket, told apart: orders, acts on them, and what nobody can read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from lawgate.docket import act_text
from lawgate.docket.act_text import read_act
from lawgate.docket.acts import Act, Direction
from lawgate.docket.reading import entered_as, read_order
from lawgate.model.fault import Faulty
from lawgate.model.order import Order

_ACT = f'format = "{act_text.FORMAT}"\n'.encode()


@dataclass(frozen=True, slots=True)
class Entered:
    """One readable text of the register: its file, SHA-256 (hex), and what it is."""

    file: str
    digest: str
    what: Order | Act


@dataclass(frozen=True, slots=True)
class Texts:
    """A docket's texts in the order of entry.

    An act that names an order which no earlier file holds is not readable: there is an order that nobody entered, and
    entering one later does not say that it was meant. `ids` counts the instruments (orders, and texts nobody can read)
    under each id; `digests` has the SHA-256 (hex) of each text nobody can read, by file.
    """

    orders: tuple[Entered, ...]
    acts: tuple[Entered, ...]
    unreadable: tuple[str, ...]
    ids: Mapping[str, int]
    digests: Mapping[str, str]

    def acts_on(self, order: str) -> tuple[tuple[Act, str], ...]:
        """The acts on an id in the order of entry, each with the SHA-256 (hex) of its text."""
        return tuple((e.what, e.digest) for e in self.acts if isinstance(e.what, Act) and e.what.order == order)


def is_act(text: bytes) -> bool:
    """Whether a text says of itself that it is an act."""
    return text.startswith(_ACT)


def sort(texts: Mapping[str, bytes], known_at: datetime | None = None) -> Texts:
    """Tell the texts (file name -> bytes) apart; with `known_at` only what had been entered by then.

    What cannot be read has no moment of entry: it is always among them.
    """
    orders: list[Entered] = []
    acts: list[Entered] = []
    unreadable: list[str] = []
    ids: Counter[str] = Counter()
    for file in sorted(texts, key=place):
        found = _read(file, texts[file])
        if found is not None and known_at is not None and found.what.entered_at > known_at:
            continue
        if found is None or (isinstance(found.what, Act) and not _placed(found.what, ids, orders)):
            unreadable.append(file)
            ids[(entered_as(file) or (0, ""))[1]] += 1
        elif isinstance(found.what, Act):
            # The same text once more is no new act: what was lifted once, and ended, nobody brings back by copying.
            if found.what.direction is not Direction.LOOSEN or found.digest not in {each.digest for each in acts}:
                acts.append(found)
        else:
            orders.append(found)
            ids[found.what.id] += 1
    digests = {file: sha256(texts[file]).hexdigest() for file in unreadable}
    return Texts(tuple(orders), tuple(acts), tuple(unreadable), ids, digests)


def _placed(act: Act, ids: Mapping[str, int], orders: Sequence[Entered]) -> bool:
    known = {each.what.id for each in orders}
    return bool(ids[act.order]) and (not act.successor or act.successor in known)


def place(file: str) -> tuple[int, bytes]:
    """Where a file stands in the order of entry: by its number, and by its name among files without one."""
    return (entered_as(file) or (0, ""))[0], name(file)


def name(file: str) -> bytes:
    """The bytes of a file's name."""
    return file.encode("utf-8", "surrogateescape")


def _read(file: str, text: bytes) -> Entered | None:
    try:
        what = read_act(text, file) if is_act(text) else read_order(text, file)
    except Faulty:
        return None
    return Entered(file, sha256(text).hexdigest(), what)
