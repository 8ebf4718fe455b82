# SPDX-License-Identifier: Apache-2.0
"""Where everything stands, in plain text: batches, packages and what became of them, orders in force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lawgate.model.order import Standing
from lawgate.office.disclosed import Fate
from lawgate.ports.cases import BatchRow


def render(batches: Sequence[tuple[BatchRow, Sequence[Fate]]], stands: Standing) -> str:
    """One line for a batch, a package, a hand-out, a barred hand-out, an order."""
    return "\n".join([*_batches(batches), *orders(stands)])


def _batches(batches: Sequence[tuple[BatchRow, Sequence[Fate]]]) -> Iterator[str]:
    if not batches:
        yield "no request has come in yet"
    for b, packages in batches:
        yield f"{b.id}  {b.state}  sent {b.sent:,}  accepted {b.accepted:,}  rejected {b.rejected:,}"
        for package in packages:
            yield from _package(package)


def _package(fate: Fate) -> Iterator[str]:
    yield f"    package {fate.package}  {fate.rows} rows  prepared in leaf {fate.prepared}"
    for each in fate.handouts:
        arrived = f"sent in leaf {each.sent}" if each.sent is not None else "whether it arrived is not known"
        yield f"        handed out in leaf {each.leaf}, {arrived}"
    for leaf, bars, named in fate.barred:
        yield f"        barred in leaf {leaf}: {', '.join(bars)}{' (' + ', '.join(named) + ')' if named else ''}"
    if not fate.handouts:
        yield "        not handed out"


def orders(stands: Standing) -> Iterator[str]:
    """The orders in force, one a line, then the papers nobody can read; a line that says so when there is none."""
    for one in stands.in_force:
        until = one.ends.isoformat() if one.ends else "until further notice"
        yield f"order {one.id}  {one.kind}  {', '.join(e.kind for e in one.effects)}  {until}"
    for name in stands.unreadable:
        yield f"order {name}  unreadable: binds everything"
    if not stands.in_force and not stands.unreadable:
        yield "no order is in force"
