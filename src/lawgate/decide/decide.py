# SPDX-License-Identifier: Apache-2.0
"""The decision of one pattern: pure, total, deny by default."""

from __future__ import annotations

from collections.abc import Sequence

from lawgate.decide.find import NOT_LOOKED_AT, answered, findings, refusal
from lawgate.law.rulebook import Provision, Route
from lawgate.model.decision import Decision, Finding, Grant, Pattern, Verdict
from lawgate.model.outcome import REFUSING, Outcome, Status

NO_PROVISION = Finding("provision", "request", Status.NOT_MET, "no_such_provision", Outcome.DENY, "default")

NOTHING = Finding("authority", "row", Status.NOT_MET, "nothing_to_grant", Outcome.DENY, "default")


def decide(provision: Provision | None, pattern: Pattern, asked: Sequence[str], orders: Sequence[str] = ()) -> Decision:
    """The decision for every row of `pattern`.

    `row_outcome` rests on the request, the row and the records; `outcome` adds what the batch shows and the orders
    that cover it. Without a provision in force everything is refused.
    """
    if provision is None:
        return Decision(Outcome.DENY, Outcome.DENY, (NO_PROVISION,), tuple(orders), (), pattern.verdict)
    found = findings(provision, answered(provision, pattern))
    grants = _grants(provision, pattern, asked)
    row = refusal(found, batch=False)
    if row is None and _grantable(pattern, found, grants):
        row = provision.grants_as
    elif row is None:
        row, found = Outcome.DENY, (*found, NOTHING)
    if not row.grants:
        grants = ()
    routes = () if row.grants else tuple(dict.fromkeys(r.citation for r in other_routes(provision, found)))
    return Decision(row, _outcome(row, found, orders), found, tuple(orders), grants, pattern.verdict, routes)


def other_routes(provision: Provision, found: Sequence[Finding]) -> tuple[Route, ...]:
    """The routes named by the elements that refuse a row or return it, each once, in rulebook order."""
    refused = {f.element for f in found if f.level != "batch" and f.leads_to in (Outcome.DENY, Outcome.RETURN_FOR_CURE)}
    return tuple(dict.fromkeys(r for e in provision.elements if e.id in refused for r in e.routes))


def _grantable(pattern: Pattern, found: tuple[Finding, ...], grants: tuple[Grant, ...]) -> bool:
    # No finding stands against it; still nothing is granted without a unique match, something to grant, a look at
    # every clause, and something that was shown of the request or the row.
    shown = any(f.level != "batch" for f in found)
    return shown and pattern.verdict is Verdict.UNIQUE and bool(grants) and NOT_LOOKED_AT not in pattern.clauses


def _grants(provision: Provision, pattern: Pattern, wanted: Sequence[str]) -> tuple[Grant, ...]:
    allowed = [f for f in provision.fields if f in wanted]
    return tuple(Grant(f, y) for f in allowed for y in sorted(pattern.years))


def _outcome(row: Outcome, found: tuple[Finding, ...], orders: Sequence[str]) -> Outcome:
    batch = refusal((f for f in found if f.level == "batch"), batch=True)
    held = Outcome.HOLD if orders else None
    against = [o for o in (row if not row.grants else None, batch, held) if o is not None]
    return next((o for o in REFUSING if o in against), row)
