# SPDX-License-Identifier: Apache-2.0
"""Time rules of a rulebook: each file of `clocks/` says how one kind of period is counted. Read strictly or not at all.

Only what the program does can be written: hours are those that pass, the day of an event is not counted, an end on a
day off moves on.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from lawgate.law.elements import MISSHAPEN, Doc, text_of, what_is_wrong
from lawgate.law.spans import span_of
from lawgate.model.fault import Fault, Faulty, Scope
from lawgate.model.timerule import Change, DayOfYear, Holiday, TimeRule, ZoneYears

CLOCKS = "clocks/"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
KEYS = {"id", "title", "citation", "reason", "serves", "in_force", "zone", "weekend", "holiday"}
ZONE_KEYS = {"name", "years"}
YEARS_KEYS = {"from", "to", "standard_minutes", "summer_minutes", "begins", "ends", "citation"}
HOLIDAY_KEYS = {"name", "from", "to", "disputed", "observed", "citation", "checked_by"}
WHEN = ({"month", "day"}, {"month", "weekday", "nth"}, {"on"})


def read_clocks(files: Mapping[str, bytes]) -> tuple[TimeRule, ...]:
    """The time rules among a rulebook's files (relative name -> bytes). Faulty with every file that cannot be read."""
    faults: list[Fault] = []
    docs = dict[str, Doc]()
    for name in sorted(n for n in files if n.startswith(CLOCKS)):
        try:
            docs[name] = tomllib.loads(files[name].decode())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            faults.append(_fault(name, "the file is not TOML 1.0 in UTF-8"))
    made = check_clocks(docs, faults)
    if faults:
        raise Faulty(tuple(faults))
    return made


def check_clocks(docs: Mapping[str, Doc], faults: list[Fault]) -> tuple[TimeRule, ...]:
    """The time rules among parsed files; a fault for each that cannot be read, or that says what another one says."""
    made = list[TimeRule]()
    for name, doc in sorted(docs.items()):
        if name.startswith(CLOCKS):
            try:
                made.append(_rule(doc))
            except MISSHAPEN as wrong:
                faults.append(_fault(name, what_is_wrong(wrong)))
    ids = [each.id for each in made]
    if len(set(ids)) != len(ids):
        faults.append(_fault(CLOCKS, "two time rules have one id"))
    return tuple(made)


def clock_for(rules: tuple[TimeRule, ...], what: str, day: date) -> TimeRule | None:
    """The one time rule that serves for `what` (as `notice`) on that day; None where there is none, or more than one.

    None leaves every wait unmet: nobody knows when it would end.
    """
    found = [each for each in rules if what in each.serves and day in each.span]
    return found[0] if len(found) == 1 else None


def _fault(name: str, mend: str) -> Fault:
    return Fault(Scope.FILE, name, 0, "", "L_CLOCK", mend)


def _rule(doc: Doc) -> TimeRule:
    _exactly(doc, KEYS)
    text_of(doc, "title"), text_of(doc, "reason")
    zone = _exactly(doc["zone"], ZONE_KEYS)
    years = tuple(_years(each) for each in _list(zone, "years"))
    for before, after in pairwise(years):
        if before.span.end != after.span.start:
            raise ValueError("the years of a zone follow each other without a gap or an overlap")
    weekend = tuple(WEEKDAYS.index(each) for each in _list(doc, "weekend"))
    if len(set(weekend)) == len(WEEKDAYS):
        raise ValueError("a week has a day on which a period can end")
    return TimeRule(
        id=text_of(doc, "id"),
        citation=text_of(doc, "citation"),
        serves=tuple(_texts(doc, "serves")),
        span=span_of(doc["in_force"], "start", "end"),
        zone=text_of(zone, "name"),
        years=years,
        weekend=weekend,
        holidays=tuple(_holiday(each) for each in _list(doc, "holiday")),
    )


def _years(table: Any) -> ZoneYears:
    _exactly(table, YEARS_KEYS)
    text_of(table, "citation")
    standard, summer = (_whole(table, key, -840, 840) for key in ("standard_minutes", "summer_minutes"))
    made = ZoneYears(span_of(table, "from", "to"), standard, summer, _change(table["begins"]), _change(table["ends"]))
    if made.begins.day.month >= made.ends.day.month or summer <= standard:
        # A summer that lasts over New Year, or sets clocks back, is counted by nobody here.
        raise ValueError("summer time begins and ends in one year, and sets clocks forward")
    return made


def _change(table: Any) -> Change:
    _exactly(table, {"month", "weekday", "nth", "hour"})
    return Change(_day_of_year(table), 60 * _whole(table, "hour", 0, 23))


def _day_of_year(table: Doc) -> DayOfYear:
    month = _whole(table, "month", 1, 12)
    if "weekday" not in table:
        return DayOfYear(month, None, _whole(table, "day", 1, 31))
    nth = _whole(table, "nth", -1, 5)
    if nth == 0:
        raise ValueError("`nth` counts from 1, or is -1 for the last one")
    return DayOfYear(month, WEEKDAYS.index(text_of(table, "weekday")), nth)


def _holiday(table: Any) -> Holiday:
    when = set(table) - HOLIDAY_KEYS
    if when not in WHEN or not set(table) >= HOLIDAY_KEYS:
        raise ValueError("a holiday has its keys and either month and day, month, weekday and nth, or a date")
    if not all(type(table[key]) is bool for key in ("disputed", "observed")) or type(table["checked_by"]) is not str:
        raise ValueError("`disputed` and `observed` are true or false, `checked_by` is a text, which may be empty")
    text_of(table, "citation")
    day = _date(table["on"]) if "on" in table else _day_of_year(table)
    name, span = text_of(table, "name"), span_of(table, "from", "to")
    return Holiday(name, span, day, disputed=table["disputed"], observed=table["observed"])


def _date(value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError("`on` must be a date")
    return value


def _exactly(table: Any, keys: set[str]) -> Doc:
    if not isinstance(table, dict) or set(table) != keys:
        raise ValueError(f"a table has exactly: {', '.join(sorted(keys))}")
    return table


def _list(table: Doc, key: str) -> list[Any]:
    found = table[key]
    if not isinstance(found, list) or not found:
        raise ValueError(f"`{key}` is a list that is not empty")
    return found


def _texts(table: Doc, key: str) -> list[str]:
    found = _list(table, key)
    if not all(isinstance(each, str) and each for each in found):
        raise ValueError(f"`{key}` is a list of texts")
    return found


def _whole(table: Doc, key: str, low: int, high: int) -> int:
    if type(table[key]) is not int or not low <= table[key] <= high:
        raise ValueError(f"`{key}` is a whole number from {low} to {high}")
    return int(table[key])
