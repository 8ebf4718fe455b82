# SPDX-License-Identifier: Apache-2.0
"""The custodian's register of seals: entries that are closed for a time, or that may not be shown at all."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lawgate.ledger.accounting import Seal
from lawgate.model.fault import LawgateError
from lawgate.model.request import Registers
from lawgate.office.custodian import ever_of_custodian

FOREVER, NO_END = "until further notice", 99991231
FORMS = ("sealed", "withheld")
_PARTS = {"package", "rows", "authority", "until", "paper", "by"}


class SealsError(LawgateError):
    """The register of seals cannot be followed: nothing is shown to anybody until it can."""

    stop = "E_SEALS"


@dataclass(frozen=True, slots=True)
class SealAct:
    """One entry of the register: whose rows of which package (None: all of them), the seal, and its form."""

    package: str
    rows: tuple[int, ...] | None
    seal: Seal
    withheld: bool


def read_seals(
    data: bytes, law: Mapping[str, Mapping[str, str]], registers: Registers, office: str
) -> tuple[SealAct, ...]:
    """Every act of the register, in order. SealsError when one of them cannot be followed to the letter.

    An authority has to be one the rulebook lists; which form it gives stands there and not here. Two people have
    sealed, who are two humans and hold or held an office where somebody holds `office`, which is the custodian's. Only
    what may not be shown at all can be without an end.
    """
    try:
        doc = tomllib.loads(data.decode())
        if set(doc) - {"seal"}:
            raise ValueError("there are tables of seals only")
        return tuple(_act(table, law, registers, office) for table in doc.get("seal", []))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as wrong:
        why = str(wrong) if type(wrong) is ValueError else "it is not in its form"
        raise SealsError(f"the register of seals cannot be followed: {why}") from None


def _act(table: dict[str, Any], law: Mapping[str, Mapping[str, str]], registers: Registers, office: str) -> SealAct:
    if set(table) != _PARTS or not isinstance(table["package"], str):
        raise ValueError(f"a seal has exactly: {', '.join(sorted(_PARTS))}")
    authority = law.get(str(table["authority"]), {})
    form = authority.get("form", "")
    if authority.get("kind") != "authority" or form not in FORMS:
        raise ValueError("the rulebook lists no such authority")
    people = [str(each) for each in table["by"]]
    humans = {registers.people[each].key for each in people if ever_of_custodian(registers, office, each)}
    if len(humans) < 2 or len(humans) < len(people):
        raise ValueError("two people of the custodian have to seal, and nobody else")
    if not re.fullmatch("[0-9a-f]{64}", str(table["paper"])):
        raise ValueError("the paper is named by its SHA-256")
    seal = Seal(_until(table["until"], form), str(table["authority"]), bytes.fromhex(table["paper"]))
    return SealAct(table["package"], _rows(table["rows"]), seal, form == "withheld")


def _until(value: object, form: str) -> int:
    if value == FOREVER and form == "withheld":
        return NO_END
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError("a seal ends on a day")
    return int(value.strftime("%Y%m%d"))


def _rows(value: object) -> tuple[int, ...] | None:
    if value == "all":
        return None
    if not isinstance(value, list) or not value or any(type(row) is not int or row < 0 for row in value):
        raise ValueError("the rows are `all`, or numbers of rows")
    if len(set(value)) < len(value):
        raise ValueError("a row is named twice")
    return tuple(value)
