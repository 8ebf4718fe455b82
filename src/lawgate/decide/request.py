# SPDX-License-Identifier: Apache-2.0
"""The facts of a request as a whole: what cover, registers and rulebook say of it together. Pure."""

from __future__ import annotations

from datetime import date

from lawgate.law.evaluate import Fact, Facts
from lawgate.law.rulebook import FactKind, Rulebook
from lawgate.model.practice import CHANNELS
from lawgate.model.request import CourtOrder, Cover, Registers

FOLDER = CHANNELS[0]
FLAGS = {"yes": True, "no": False}


def facts_of_request(
    cover: Cover, registers: Registers, rulebook: Rulebook, written: bool, channel: str = FOLDER
) -> Facts:
    """The facts of the request as a whole; `written` says whether its signature holds.

    A signer who is not in the register leaves what rests on them false. What an order of a court leaves open is
    unknown, and so is everything about an order when none came with the request.
    """
    person = registers.people.get(cover.signer)
    tenure = person.holds_on(cover.office, cover.signed_on) if person else None
    office = rulebook.registers.get("offices", {}).get(cover.office, {})
    safeguard = registers.safeguards.get(cover.agency)
    # The gate stands on both days: when the request was signed, and when it is decided.
    current = safeguard is not None and cover.signed_on in safeguard and rulebook.day in safeguard
    provision = rulebook.provision(cover.provision)
    allowed = provision is not None and bool(cover.fields) and set(cover.fields) <= set(provision.fields)
    return {
        "request.signed_on": cover.signed_on,
        "request.written": written,
        "request.signer_in_office": tenure is not None,
        "request.office_of_agency": tenure is not None and tenure.agency == cover.agency == office.get("agency"),
        "request.office_kind": office.get("kind", ""),
        "request.office_agency": office.get("agency", ""),
        "request.purpose": cover.purpose,
        "request.sole_use": cover.sole_use,
        "request.safeguards_current": current,
        "request.fields_allowed": allowed,
        "request.fields_in_class": fields_in_class(rulebook, cover.provision, cover.fields),
        "request.within_agreement": within_agreement(rulebook, cover),
        "request.within_practice": within_practice(rulebook, cover, channel),
        **facts_of_order(registers.order_of(cover.request_id), cover, rulebook),
    }


def fields_in_class(rulebook: Rulebook, provision: str, fields: tuple[str, ...]) -> bool | None:
    """Whether every field asked for is of a class the provision reaches; unknown when one is in no register."""
    found, known = rulebook.provision(provision), rulebook.registers.get("fields", {})
    reached = [known[f].get("class") in found.reaches if f in known else None for f in fields] if found else []
    return False if False in reached or not reached else None if None in reached else True


def within_agreement(rulebook: Rulebook, cover: Cover) -> bool | None:
    """True when no agreement is relied on, or the one named covers the request; unknown when it is not in force."""
    if not cover.agreement:
        return True
    found = rulebook.agreements.get(cover.agreement)
    fields = frozenset(cover.fields)
    return found.covers(cover.agency, cover.office, cover.provision, fields, cover.rows.rows) if found else None


def within_practice(rulebook: Rulebook, cover: Cover, channel: str) -> bool:
    """Whether some practice in force answers so many people of this requester in one request."""
    return any(p.covers(cover.agency, cover.provision, channel, cover.rows.rows) for p in rulebook.practices)


def facts_of_order(order: CourtOrder | None, cover: Cover, rulebook: Rulebook) -> dict[str, Fact]:
    """What the order that came with the request says, for each fact the rulebook takes from one."""
    kinds = [k for k in rulebook.facts.values() if k.rule == "order"]
    if order is None:
        return {k.name: None for k in kinds}
    own: dict[str, Fact] = {
        "in_force": rulebook.day in order.span,
        "for_agency": cover.agency in order.agencies,
        "for_provision": cover.provision == order.provision,
    }
    return {k.name: own[k.takes] if k.takes in own else _said(k, order) for k in kinds}


def _said(kind: FactKind, order: CourtOrder) -> Fact:
    text = order.states.get(kind.takes)
    match kind.type:
        case "flag":
            return FLAGS.get(text) if text is not None else None
        case "date":
            return _day(text)
        case _:
            return text


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        return None
