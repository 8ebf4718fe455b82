# SPDX-License-Identifier: Apache-2.0
"""Request and the people around it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from lawgate.model.period import Span


@dataclass(frozen=True, slots=True)
class FileStated:
    """What the cover says of one of its files."""

    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Cover:
    """The written request, as signed. `digest` is the SHA-256 (hex) of its exact bytes."""

    request_id: str
    provision: str
    agency: str
    signer: str
    office: str
    signed_at: datetime
    contact: str
    purpose: str
    sole_use: bool
    agreement: str
    recipient_key: str
    fields: tuple[str, ...]
    cases: FileStated
    rows: FileStated
    digest: str

    @property
    def signed_on(self) -> date:
        """The day of signing, in the zone the signer wrote."""
        return self.signed_at.date()


@dataclass(frozen=True, slots=True)
class Tenure:
    """One office held by one person over a span of days."""

    office: str
    agency: str
    span: Span


NOBODY = "nobody"
"""To whom the head of an agency reports, said on purpose: a line that is not there is not known."""


@dataclass(frozen=True, slots=True)
class ReportsTo:
    """One line of the chart: to whom somebody reports (a person id, or `NOBODY`), over a span of days."""

    to: str
    span: Span


@dataclass(frozen=True, slots=True)
class Person:
    """A person in the custodian's register, with the raw Ed25519 public key (32 bytes) they sign with.

    `human` is one name for several ids of one human who signs with several keys; empty where nobody stated one.
    """

    id: str
    name: str
    key: bytes
    holds: tuple[Tenure, ...]
    reports_to: tuple[ReportsTo, ...] = ()
    human: str = ""

    def holds_on(self, office: str, day: date) -> Tenure | None:
        """The tenure of `office` on `day`, or None."""
        return next((t for t in self.holds if t.office == office and day in t.span), None)

    def agencies_on(self, day: date) -> frozenset[str]:
        """The agencies in which this person holds an office on `day`."""
        return frozenset(t.agency for t in self.holds if day in t.span)


@dataclass(frozen=True, slots=True)
class Staff:
    """Officers and employees of one agency who sign nothing, each by person id, over a span of days."""

    agency: str
    people: frozenset[str]
    span: Span


@dataclass(frozen=True, slots=True)
class Safeguard(Span):
    """An agency's safeguard approval, and the days on which open findings suspend it."""

    suspended: tuple[Span, ...] = ()

    def __contains__(self, day: date) -> bool:
        """True when the approval stands on `day` and no open finding suspends it."""
        return Span.__contains__(self, day) and not any(day in each for each in self.suspended)


@dataclass(frozen=True, slots=True)
class CourtOrder:
    """An order for disclosure that came with one request, as counsel read it from the paper.

    `states` maps a question (`judge`, `act`, ...) to what the paper says: `yes`, `no` or a word; what it leaves open
    is not there. `rows` are the row ids it names, `years` the tax years it reaches.
    """

    id: str
    request: str
    provision: str
    agencies: frozenset[str]
    states: dict[str, str]
    rows: frozenset[str]
    years: frozenset[int]
    span: Span


@dataclass(frozen=True, slots=True)
class Officers:
    """People of the register on one day: those who serve in the asking agency, and those who serve only elsewhere."""

    own: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RecipientKey:
    """A registered key to which a hand-out may be sealed (`age` recipient text)."""

    id: str
    agency: str
    age: str
    registrars: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Registers:
    """The custodian's registers of people, recipient keys, safeguard standing, staff and orders, with their digest."""

    people: dict[str, Person]
    recipients: dict[str, RecipientKey]
    safeguards: dict[str, Span]
    digest: str
    staff: tuple[Staff, ...] = ()
    orders: dict[str, CourtOrder] = field(default_factory=dict)

    def officers(self, agency: str, day: date) -> Officers:
        """Who is an officer or employee of `agency` on `day`, and who is one of other agencies only."""
        own, others = set[str](), set[str]()
        for person in self.people.values():
            (own if agency in (held := person.agencies_on(day)) else others if held else set()).add(person.id)
        for staff in self.staff:
            if day in staff.span:
                (own if staff.agency == agency else others).update(staff.people)
        return Officers(frozenset(own), frozenset(others - own))

    def humans(self, ids: Iterable[str]) -> frozenset[str]:
        """Every id, in one letter case, of the humans these ids name; an empty id names nobody.

        One key is one human whatever offices they hold, so is one `human` with several keys, and another letter case
        makes nobody a second person.
        """
        asked = frozenset(each.casefold() for each in ids if each)
        known = [person for person in self.people.values() if person.id.casefold() in asked]
        keys, named = {person.key for person in known}, {person.human.casefold() for person in known} - {""}
        found = asked | {
            person.id.casefold()
            for person in self.people.values()
            if person.key in keys or person.human.casefold() in named
        }
        return found if found == asked else self.humans(found)

    def superiors(self, id: str, day: date) -> frozenset[str] | None:
        """Every id, in one letter case, of those to whom this human reports on `day`, over any number of steps.

        None, which is no answer, when a line of the chart is missing on the way up, or no line ends at `NOBODY`.
        """
        found, todo, ends = set[str](), [self.humans({id})], False
        while todo:
            lines = {line.to.casefold() for each in todo.pop() for line in self._lines(each, day)}
            if not lines:
                return None
            ends = ends or NOBODY in lines
            above = [self.humans({each}) for each in sorted(lines - {NOBODY} - found)]
            found.update(*above)
            todo += above
        return frozenset(found) if ends else None

    def _lines(self, id: str, day: date) -> tuple[ReportsTo, ...]:
        """The lines of the chart of one id, in one letter case, on a day."""
        known = (person for person in self.people.values() if person.id.casefold() == id)
        return tuple(line for person in known for line in person.reports_to if day in line.span)

    def order_of(self, request: str) -> CourtOrder | None:
        """The order for disclosure that came with the request of that id, or None."""
        return self.orders.get(request)
