# SPDX-License-Identifier: Apache-2.0
"""Every date and number of the story that is not made up, in one table: what, when, how sure, and who says so.

The lab makes everything else. Times of day are the lab's own: the sources give days. Where sources differ, both are
here and the words say so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Status(StrEnum):
    """How a fact stands. A court's words are told with the act they stand in, and with nothing stronger."""

    REPORTED = "reported"
    RECORD = "later record"
    ORDER = "order"
    LIKELY = "likely, in an order for the time being"
    AFFIRMED = "appeal in another case"
    INDICATIVE = "indicative: no order"
    PENDING = "pending"
    ARITHMETIC = "arithmetic from the record"


@dataclass(frozen=True)
class Fact:
    """One fact: key, day (several where sources differ, or the first and last), numbers by name, how it stands, who says so, plain words.

    `words` may use the numbers by their names.
    """

    key: str
    days: tuple[date, ...]
    numbers: dict[str, int] = field(default_factory=dict)
    status: Status = Status.RECORD
    source: str = ""
    words: str = ""
    lasting: bool = False

    @property
    def told(self) -> str:
        """The words with the numbers in them."""
        return self.words.format(**{name: f"{number:,}" for name, number in self.numbers.items()})

    @property
    def when(self) -> str:
        """The day or days, as people write them."""
        return (" to " if self.lasting else " or ").join(f"{day.day} {day:%B %Y}" for day in self.days)


REPORTS = "two news reports of 21 November 2025 (docs/seeds.md, S1 and S2)"
RECORDS = "court record and later reports, as docs/seeds.md states them"

TABLE = (
    Fact(
        "agreement",
        (date(2025, 4, 7),),
        status=Status.REPORTED,
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
        {"addresses": 47_289, "other_paper": 47_489, "by_number": 42_695},
        source=RECORDS,
        words="{addresses} addresses are sent, {by_number} of them on name and number alone. Sources differ: one paper "
        "of the record says {other_paper}, the first reports say about 47,000.",
    ),
    Fact(
        "by_address",
        (date(2025, 8, 7),),
        {"by_address": 4_594},
        status=Status.ARITHMETIC,
        source="47,289 less 42,695",
        words="The other {by_address} went out on name and address.",
    ),
    Fact(
        "notice_order",
        (date(2025, 9, 5), date(2025, 9, 9)),
        {"hours": 24},
        status=Status.ORDER,
        source="reports and court record; they give two days and no number of people",
        words="A court orders {hours} hours' notice to itself and to the plaintiffs before any bulk transfer.",
    ),
    Fact(
        "stay",
        (date(2025, 11, 21),),
        status=Status.LIKELY,
        source=REPORTS,
        words="The court finds the policy likely unlawful, for want of a reasoned explanation, and stays it (a stay and "
        "preliminary injunction, not a final judgment). Records already shared stay where they are.",
    ),
    Fact(
        "second_court",
        (date(2026, 2, 5),),
        status=Status.ORDER,
        source="court record; its operative paragraphs were not seen",
        words="Another court orders, for the time being, that the practice stop and that the recipient not use what it "
        "has. That order binds the recipient too.",
    ),
    Fact(
        "other_case",
        (date(2026, 2, 24),),
        status=Status.AFFIRMED,
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
        words="The first court, in an indicative ruling, counts approximately {violations} violations. While the appeal "
        "is pending it orders nothing.",
    ),
    Fact(
        "pending",
        (date(2026, 11, 22),),
        status=Status.PENDING,
        source="no decision was found when this was written",
        words="The appeals are pending.",
    ),
)
FACTS = {each.key: each for each in TABLE}


def fact(key: str) -> Fact:
    """One fact. KeyError for a key that the table does not have."""
    return FACTS[key]
