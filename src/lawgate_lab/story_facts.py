# SPDX-License-Identifier: Apache-2.0
"""Every date and number of the story that is not made up, in one table: what, when, how sure, and who says so.

The lab makes everything else. Times of day are the lab's own: the sources give days. Where sources differ, both are
here and the words say so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum


class Status(StrEnum):
    """How a fact stands, in the words of the glossary. What a court said is told with its act, and no stronger."""

    REPORT = "report"
    RECORD = "later record"
    BOTH = "report, later record"
    LIKELY = "report: likely"
    INDICATIVE = "later record: indicative"


@dataclass(frozen=True)
class Fact:
    """One fact: key, days, numbers by name, how it stands, who says so, and plain words.

    Several days are those between which sources differ; of what is `lasting`, the first and the last. `words` may use
    the numbers by their names. `court` and `docket` are there for what a docket takes in.
    """

    key: str
    days: tuple[date, ...]
    numbers: dict[str, int] = field(default_factory=dict)
    status: Status = Status.RECORD
    source: str = ""
    words: str = ""
    lasting: bool = False
    court: str = ""
    docket: str = ""

    @property
    def told(self) -> str:
        """The words with the numbers in them."""
        return self.words.format(**{name: f"{number:,}" for name, number in self.numbers.items()})

    @property
    def when(self) -> str:
        """The day or days, as people write them."""
        return (" to " if self.lasting else " or ").join(f"{day.day} {day:%B %Y}" for day in self.days)


REPORTS = "two news reports of 21 November 2025 (docs/seeds.md, S1 and S2)"
DISTRICT = "U.S. District Court for the District of Columbia"
RECORDS = "court record and later reports, as docs/seeds.md states them"

TABLE = (
    Fact(
        "agreement",
        (date(2025, 4, 7),),
        status=Status.REPORT,
        source="reports; public text of the agreement, partly blacked out",
        words="The heads of two departments sign an agreement on how addresses may be asked for in criminal matters.",
    ),
    Fact(
        "first_request",
        (date(2025, 6, 5),),
        {"people": 7_600_000},
        source=RECORDS,
        words="A request for {people} people. The tax agency rejects it for legal deficiencies.",
    ),
    Fact(
        "second_request",
        (date(2025, 6, 24),),
        {"people": 7_300_000},
        source=RECORDS,
        words="A second request, for {people} people. It is rejected too.",
    ),
    Fact(
        "deficiencies",
        (date(2025, 6, 25), date(2025, 6, 27)),
        source=RECORDS,
        words="The acting chief counsel lists what is lacking, among it a written assurance that each person is under "
        "active criminal investigation. The whole list is not public.",
        lasting=True,
    ),
    Fact(
        "third_request",
        (date(2025, 6, 27),),
        {"people": 1_280_000},
        source=RECORDS,
        words="A third request, for {people} people, is approved. One official is named as personally and directly "
        "engaged in every case.",
    ),
    Fact(
        "sent",
        (date(2025, 8, 7),),
        {"addresses": 47_289, "other_paper": 47_489, "about": 47_000, "by_number": 42_695},
        source=RECORDS,
        words="{addresses} addresses are sent, {by_number} of them on name and number alone. Sources differ: one paper "
        "of the record says {other_paper}, the first reports say about {about}.",
    ),
    Fact(
        "by_address",
        (date(2025, 8, 7),),
        {"by_address": 4_594},
        source="arithmetic: addresses less those on name and number",
        words="The other {by_address} went out on name and address.",
    ),
    Fact(
        "notice_order",
        (date(2025, 9, 5), date(2025, 9, 9)),
        {"hours": 24},
        status=Status.BOTH,
        source="reports and court record; they give two days and no number of people",
        words="A court orders {hours} hours' notice to itself and to the plaintiffs before any bulk transfer.",
        court=DISTRICT,
        docket="1:25-cv-00457",
    ),
    Fact(
        "stay",
        (date(2025, 11, 21),),
        status=Status.LIKELY,
        source=REPORTS,
        words="The court finds the policy likely unlawful, for want of a reasoned explanation, and stays it (a stay "
        "and preliminary injunction, not a final judgment). Records already shared stay where they are.",
        court=DISTRICT,
        docket="1:25-cv-00457",
    ),
    Fact(
        "second_court",
        (date(2026, 2, 5),),
        source="court record; its operative paragraphs were not seen",
        words="Another court orders, for the time being, that the practice stop and that the recipient not use what it "
        "has. That order binds the recipient too.",
        court="U.S. District Court for the District of Massachusetts",
        docket="1:25-cv-12822",
    ),
    Fact(
        "other_case",
        (date(2026, 2, 24),),
        source="court record",
        words="An appeals court affirms that an order was refused in another case. It reads the paragraph "
        "as reaching addresses, and the agreement as a statement that binds nobody. It ends neither order.",
    ),
    Fact(
        "indicative",
        (date(2026, 2, 26),),
        {"violations": 42_695},
        status=Status.INDICATIVE,
        source="court record",
        words="The first court, in an indicative ruling, counts approximately {violations} violations. While the "
        "appeal is pending it orders nothing.",
    ),
    Fact(
        "pending",
        (date(2026, 11, 22),),
        source="no decision was found when this was written",
        words="The appeals are pending.",
    ),
)
FACTS = {each.key: each for each in TABLE}


def fact(key: str) -> Fact:
    """One fact. KeyError for a key that the table does not have."""
    return FACTS[key]


DAYLIGHT, STANDARD = timezone(timedelta(hours=-4)), timezone(timedelta(hours=-5))


@dataclass(frozen=True)
class Moment:
    """A moment of the story's clock. `of` is the fact whose day it is; empty where nobody but the lab did anything."""

    at: datetime
    of: str = ""


def _at(of: str, day: str, clock: str) -> Moment:
    """On a day, at an hour of the lab's own choosing, in Eastern time."""
    summer = day[:4] == "2025" and "04" <= day[5:7] <= "10"
    return Moment(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=DAYLIGHT if summer else STANDARD), of)


MOMENTS = {
    "office founded": _at("agreement", "2025-04-07", "09:00:00"),
    "april requests": _at("", "2025-04-08", "12:00:00"),
    "keys registered": _at("", "2025-05-01", "12:00:00"),
    "first request": _at("first_request", "2025-06-05", "16:00:00"),
    "second request": _at("second_request", "2025-06-24", "16:00:00"),
    "third request": _at("third_request", "2025-06-27", "16:00:00"),
    "sent": _at("sent", "2025-08-07", "16:00:00"),
    "list audited": _at("", "2025-08-15", "11:00:00"),
    "notice ordered": _at("notice_order", "2025-09-05", "15:00:00"),
    "notice order learned": _at("notice_order", "2025-09-05", "15:20:00"),
    "notice order verified": _at("", "2025-09-05", "17:00:00"),
    "small request": _at("", "2025-09-23", "09:00:00"),
    "larger request": _at("", "2025-09-25", "09:00:00"),
    "notice given": _at("", "2025-09-26", "15:30:00"),
    "court served": _at("", "2025-09-26", "15:40:00"),
    "all served": _at("", "2025-09-26", "16:00:00"),
    "waiting prepared": _at("", "2025-11-20", "11:00:00"),
    "waiting served": _at("", "2025-11-20", "16:00:00"),
    "stay entered": _at("stay", "2025-11-21", "15:00:00"),
    "stay asked about": _at("stay", "2025-11-21", "15:05:00"),
    "stay learned": _at("stay", "2025-11-21", "15:10:00"),
    "stay verified": _at("", "2025-11-21", "15:30:00"),
    "waiting asked for": _at("", "2025-11-21", "16:05:00"),
    "stay certified": _at("", "2025-12-01", "09:00:00"),
    "december requests": _at("", "2025-12-02", "09:00:00"),
    "second court": _at("second_court", "2026-02-05", "14:00:00"),
    "second court verified": _at("", "2026-02-05", "15:00:00"),
    "other case": _at("other_case", "2026-02-24", "16:00:00"),
    "indicative": _at("indicative", "2026-02-26", "16:00:00"),
    "today": _at("pending", "2026-11-22", "12:00:00"),
    "packages prepared": _at("", "2026-12-07", "09:00:00"),
    "first fetched": _at("", "2026-12-07", "10:01:00"),
    "stop entered": _at("", "2026-12-07", "10:02:00"),
    "second fetched": _at("", "2026-12-07", "10:03:00"),
    "third asked for": _at("", "2026-12-07", "10:04:40"),
    "stop learned": _at("", "2026-12-07", "10:05:00"),
    "fourth asked for": _at("", "2026-12-07", "10:06:00"),
}
SIGNED = {"april": "2025-04-08", "september": "2025-09-22", "november": "2025-11-03", "december": "2025-12-01"}
"""Days on which requests were signed that nobody made."""
SIGNED_LAST = "2026-12-01"


def moment(name: str) -> datetime:
    """One moment of the story's clock. KeyError for one that the table does not have."""
    return MOMENTS[name].at
