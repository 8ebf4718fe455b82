# SPDX-License-Identifier: Apache-2.0
"""Whose signatures on a verification hold: what a state may be called rests on them, and never whether it binds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from lawgate.authority.lifts import Indexed, Lifting, act_leaf, signers
from lawgate.docket.acts import Act, ActKind
from lawgate.docket.register import sort


def verified(leaves: Sequence[Indexed], texts: Mapping[str, bytes], lifting: Lifting) -> Mapping[str, frozenset[str]]:
    """SHA-256 (hex) of each verification -> one id for each human whose signature holds: `docket.standing`'s `held`.

    A signature holds as on an act that loosens: by the key and offices that the registers give the person on the day of
    entry, and on that of the leaf, and by nobody of a side that ever asked. Without its leaf an act shows nobody.
    """
    asking = frozenset(leaf.text("requester") for _, leaf in leaves if leaf.kind == "request")
    found = dict[str, frozenset[str]]()
    for each in sort(texts).acts:
        act, logged = each.what, act_leaf(leaves, each.digest)
        if isinstance(act, Act) and act.kind is ActKind.VERIFY and logged is not None:
            found[each.digest] = signers(act, lifting, asking, datetime.fromisoformat(logged[1].at))
    return found
