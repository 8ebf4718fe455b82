# SPDX-License-Identifier: Apache-2.0
"""The record store on Parquet: import once, then one question."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from lawgate.drivers.duckdb import forms
from lawgate.drivers.duckdb.connection import connect, parquet, quote, told
from lawgate.drivers.duckdb.facts import BASE_YEAR, LAST_YEAR
from lawgate.linkage.grammar import AddressGrammar, NameGrammar
from lawgate.model.fault import LawgateError, Refused
from lawgate.ports.columns import Columns

ASKED = ("history.parquet", "by_number.parquet", "by_name_place.parquet", "by_home.parquet", "near.json")
VALUES = "lines.parquet"  # the addresses as they are written: read, and hashed, only when a field is asked for
FILES = (*ASKED, VALUES)
NUMBER = "hash(tin || '|' || name_first || '|' || name_last)"
# How the given name begins, at a place: whoever is not of that name, or near it, is dropped when texts are compared.
NAME_PLACE = "hash({begin} || '|' || building)"
HOME = "hash(building || '|' || unit)"
FIELDS = ("mailing_address",)
BESIDE = "650MB"  # for one question: the batch that asks holds its own tables in memory meanwhile


@told
def import_records(source: Path, target: Path, addresses: AddressGrammar, names: NameGrammar) -> str:
    """Read the custodian's two files, write keyed copies into `target`, and return the manifest's SHA-256 (hex).

    Raises Refused E_RECORDS when a taxpayer number or record handle stands twice, or an address hangs in the air.
    """
    target.mkdir(parents=True, exist_ok=True)
    (target / "import.duckdb").unlink(missing_ok=True)
    con = connect(target, [source], memory="1800MB", database=target / "import.duckdb")
    try:
        _check(con, source)
        con.execute(f"""CREATE TABLE person AS
            SELECT record, kind IN ('primary', 'secondary') AS files, tin, dob, deceased,
              (flags & 1) = 1 AS withheld, flags >> 1 AS marks,
              {forms.name_columns(names, "first", "middle", "last", "suffix")}
            FROM {parquet(source / "taxpayers.parquet")}""")
        keep = "record, row_number() OVER () AS place, line1, line2, city, state, zip, from_year, to_year"
        con.execute(
            f"CREATE TABLE place AS {forms.place_select(addresses, parquet(source / 'addresses.parquet'), keep, False)}"
        )
        near = {"begin": names.begin, "part": names.part, "sounds": names.sounds}
        (target / "near.json").write_text(json.dumps(near, indent=1) + "\n")
        _write(con, target, f"left(name_first, {names.begin})")
    finally:
        con.close()
        (target / "import.duckdb").unlink(missing_ok=True)
    return _manifest(target)


def foreign_numbers(source: Path, patterns: Sequence[str]) -> int:
    """How many people in the custodian's file have a number that fits none of the patterns (whole-text RE2).

    Refused E_RECORDS when the two files are not there or cannot be read.
    """
    for name in ("taxpayers.parquet", "addresses.parquet"):
        if not (source / name).is_file():
            raise Refused("E_RECORDS", f"the folder has no {name}; it needs taxpayers.parquet and addresses.parquet")
    con = connect(source, [])
    try:
        fits = " OR ".join(f"regexp_full_match(tin, {quote(p)})" for p in patterns) or "false"
        query = f"SELECT count(*) FROM {parquet(source / 'taxpayers.parquet')} WHERE NOT ({fits})"
        return int(con.execute(query).fetchall()[0][0])
    except duckdb.Error:
        raise Refused("E_RECORDS", "taxpayers.parquet cannot be read, or lacks the column tin") from None
    finally:
        con.close()


def _check(con: duckdb.DuckDBPyConnection, source: Path) -> None:
    people, places = parquet(source / "taxpayers.parquet"), parquet(source / "addresses.parquet")
    checks = {
        "a record handle stands twice": f"SELECT count(*) - count(DISTINCT record) FROM {people}",
        "a kind is none of primary, secondary, dependent": f"SELECT count(*) FROM {people}"
        " WHERE kind IS NULL OR kind NOT IN ('primary', 'secondary', 'dependent')",
        "a number stands twice": f"SELECT count(*) - count(DISTINCT tin) FROM {people}",
        "an address belongs to no person": f"SELECT count(*) FROM {places} a ANTI JOIN {people} p USING (record)",
        "years run backwards": f"SELECT count(*) FROM {places} WHERE from_year > to_year OR from_year < {BASE_YEAR}",
        # The database ends a text at a NUL when it takes accents off, so half a name could pass for a whole one.
        "a name holds a NUL": f"SELECT count(*) FROM {people} WHERE {_nul('first', 'middle', 'last', 'suffix')}",
        "a place holds a NUL": f"SELECT count(*) FROM {places} WHERE {_nul('line1', 'line2', 'city', 'state', 'zip')}",
    }
    for wrong, query in checks.items():
        try:
            found = con.execute(query).fetchall()[0][0]
        except duckdb.Error:
            raise Refused("E_RECORDS", "one of the two files cannot be read, or lacks a column") from None
        if found:
            raise Refused("E_RECORDS", f"the records cannot be imported: {wrong}")


def _nul(*columns: str) -> str:
    return " OR ".join(f"contains({c}, chr(0))" for c in columns)


def _write(con: duckdb.DuckDBPyConnection, target: Path, begin: str) -> None:
    every = "FROM place JOIN person USING (record)"
    history = (
        "SELECT record, files, tin, dob, deceased, withheld, marks, name_first, name_last, name_middle, name_suffix, "
        "coalesce(building, '|') AS building, coalesce(unit, '') AS unit, from_year, place, "
        f"coalesce({_span('from_year', 'to_year')}, 0) AS span "
        "FROM person LEFT JOIN place USING (record) ORDER BY record, from_year"
    )
    tables = {
        "history.parquet": history,
        "by_number.parquet": f"SELECT {NUMBER} AS key, record FROM person WHERE files ORDER BY key, record",
        "by_name_place.parquet": f"SELECT DISTINCT {NAME_PLACE.format(begin=begin)} AS key, record {every}"
        " WHERE name_first <> '' AND name_last <> '' AND street <> '' ORDER BY key, record",
        "by_home.parquet": f"SELECT {HOME} AS key, record, {_span('from_year', 'to_year')} AS span, dob {every}"
        " WHERE street <> '' ORDER BY key, record, span",
        VALUES: "SELECT place, line1, line2, city, state, zip FROM place ORDER BY place",
    }
    for file, query in tables.items():
        out = quote(str((target / file).resolve()))
        con.execute(f"COPY ({query}) TO {out} (FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE 122880)")


def _span(first: str, last: str) -> str:
    below, upto = f"({first} - {BASE_YEAR})", f"(least({last}, {LAST_YEAR}) - {BASE_YEAR} + 1)"
    return f"((1::BIGINT << {upto}) - (1::BIGINT << {below}))"


def _manifest(target: Path) -> str:
    listed = {f: _sha256(target / f) for f in FILES}
    text = json.dumps({"format": "lawgate-records-2", "files": listed}, sort_keys=True, indent=1) + "\n"
    (target / "manifest.json").write_text(text)
    return hashlib.sha256(text.encode()).hexdigest()


def _sha256(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


class ParquetRecords:
    """RecordStore over the keyed Parquet files of `import_records`."""

    def __init__(self, folder: Path, day: date) -> None:
        """`day` is the day on which minors are counted. Raises LawgateError when nothing was imported."""
        self._folder = folder
        self._day = day
        if not (folder / "manifest.json").exists():
            raise LawgateError("no records have been imported")

    @property
    def manifest(self) -> str:
        """SHA-256 (hex) of the manifest made at import."""
        return hashlib.sha256((self._folder / "manifest.json").read_bytes()).hexdigest()

    @told
    def candidates(self, claims: Columns, fields: tuple[str, ...]) -> Columns:
        """See `ports.records.RecordStore.candidates`."""
        if unknown := set(fields) - set(FIELDS):
            raise Refused("E_FIELD", f"no such field: {', '.join(sorted(unknown))}")
        with ThreadPoolExecutor(1) as other:
            # The files are long: they are hashed while they are asked, and nothing is told before they are found whole.
            unchanged = other.submit(self._unchanged, FILES if fields else ASKED)
            try:
                return self._candidates(claims, fields)
            finally:
                unchanged.result()

    def _candidates(self, claims: Columns, fields: tuple[str, ...]) -> Columns:
        near = self._near()
        begin, turned = (NAME_PLACE.format(begin=f"left({x}, {near['begin']})") for x in ("name_first", "name_last"))
        con = connect(self._folder, [], memory=BESIDE)
        try:
            con.register("handed", claims)
            con.execute(
                f"CREATE TEMP TABLE claim AS SELECT *, {begin} AS place, {turned} AS turned, {NUMBER} AS number"
                " FROM handed WHERE name_first <> '' AND name_last <> '' AND building <> ''"
            )
            con.execute(CHOSEN.format(number=self._file("by_number"), place=self._file("by_name_place")))
            con.execute(
                SEEN.format(
                    history=self._file("history"),
                    home=HOME,
                    lines=", same_name, from_year, place" if fields else "",
                    names=", ".join(f"CASE WHEN beside THEN {c} END AS {c}" for c in NAMES),
                )
            )
            con.execute(HEARD.format(names=", ".join(NAMES), sound=forms.sound(near["sounds"], "word")))
            con.execute(
                NEAR.format(
                    near=forms.near(near["begin"], near["part"]),
                    sounds=", ".join(f"{c}_heard.sound AS {c}_sound" for c in NAMES),
                    heard=" ".join(f"JOIN heard {c}_heard ON {c}_heard.word = {c}" for c in NAMES),
                )
            )
            lines = f" LEFT JOIN {parquet(self._folder / VALUES)} USING (place)" if fields else ""
            con.execute(TOLD.format(field=MAILING if fields else "", lines=lines))
            con.execute(EXPOSED.format(home=self._file("by_home"), day=self._day.isoformat()))
            answer: Columns = con.sql(ANSWER.format(field=", mailing_address" if fields else "")).to_arrow_table()
            return answer
        finally:
            con.close()

    def _unchanged(self, files: tuple[str, ...]) -> None:
        """LawgateError unless each file is the one the manifest names: a decision pins the bytes, not the names."""
        listed = json.loads((self._folder / "manifest.json").read_bytes())["files"]
        with ThreadPoolExecutor() as pool:
            found = dict(zip(files, pool.map(_sha256, (self._folder / f for f in files)), strict=True))
        if listed.keys() != set(FILES) or found.items() - listed.items():
            raise LawgateError("the records are not those that were imported; import them again")

    def _near(self) -> dict[str, Any]:
        """What makes a name near. Statements are made of it, so it is held against the manifest before it is read."""
        listed = json.loads((self._folder / "manifest.json").read_bytes())["files"]
        data = (self._folder / "near.json").read_bytes()
        if hashlib.sha256(data).hexdigest() != listed["near.json"]:
            raise LawgateError("the records are not those that were imported; import them again")
        near: dict[str, Any] = json.loads(data)
        return near

    def _file(self, stem: str) -> str:
        return parquet(self._folder / f"{stem}.parquet")


NAMES = ("said_first", "said_last", "name_first", "name_last")

CHOSEN = """
CREATE TEMP TABLE chosen AS
SELECT c.n, p.record FROM {number} p JOIN claim c ON p.key = c.number WHERE c.tin <> ''
UNION SELECT c.n, p.record FROM {place} p
  JOIN (SELECT n, place FROM claim UNION ALL SELECT n, turned FROM claim WHERE turned <> place) c ON p.key = c.place"""

# The full text is compared here, so that two names or addresses of one hash never pass for one another.
SEEN = """
CREATE TEMP TABLE seen AS
SELECT n, record, files, files AND same_name AND said_tin <> '' AND tin = said_tin AS by_tin,
  CAST(CASE WHEN same_name AND street_known AND building = said_building
    THEN (CASE WHEN unit = said_unit THEN 2 WHEN said_unit = '' THEN 1 ELSE 0 END)
    ELSE 0 END AS TINYINT) AS fit,
  (said_middle <> '' AND name_middle <> '' AND said_middle <> name_middle)
    OR (said_suffix <> '' AND name_suffix <> '' AND said_suffix <> name_suffix)
    OR (said_dob <> '' AND said_dob <> CAST(dob AS VARCHAR)) AS contradicts,
  span & listed AS span, deceased, withheld, marks, CASE WHEN street_known THEN {home} END AS home, beside,
  {names}{lines}
FROM (SELECT *, NOT starts_with(building, '|') AS street_known,
    name_first = said_first AND name_last = said_last AS same_name, NOT same_name AND street_known
      AND name_first <> '' AND name_last <> '' AND building = said_building
      AND (unit = said_unit OR said_unit = '') AS beside
  FROM {history} JOIN (SELECT k.record, c.n, c.tin AS said_tin, c.dob AS said_dob, c.name_first AS said_first,
      c.name_last AS said_last, c.name_middle AS said_middle, c.name_suffix AS said_suffix,
      c.building AS said_building, c.unit AS said_unit, c.years AS listed
    FROM chosen k JOIN claim c USING (n)) USING (record)) WHERE same_name OR beside"""

# Names are few, and people beside one another many: how a name sounds is found once for each name.
HEARD = """
CREATE TEMP TABLE heard AS
SELECT word, {sound} AS sound FROM (SELECT DISTINCT unnest([{names}]) AS word FROM seen WHERE beside)"""

NEAR = """
UPDATE seen SET fit = -1 WHERE rowid IN (
  SELECT place FROM (SELECT seen.rowid AS place, seen.*, {sounds} FROM seen {heard} WHERE beside) WHERE {near})"""

MAILING = """, list(struct_pack(span := span, line1 := line1, line2 := line2, city := city, state := state,
  zip := zip) ORDER BY from_year) FILTER (WHERE files AND span <> 0 AND same_name) AS mailing_address"""

# Whoever shares no more than a name and a building, or a key, is not a candidate: nothing of theirs comes back.
TOLD = """
CREATE TEMP TABLE told AS
SELECT n, record, any_value(files) AS files, bool_or(by_tin) AS by_tin,
  CASE WHEN min(fit) < 0 THEN -1 ELSE max(fit) END AS fit,
  bool_or(contradicts) AS contradicts,
  bit_or(span) AS years, bool_or(deceased) AS deceased, bool_or(withheld) AS withheld,
  bit_or(marks) AS marks{field}
FROM seen{lines} GROUP BY n, record HAVING bool_or(seen.by_tin) OR max(seen.fit) > 0 OR min(seen.fit) < 0"""

EXPOSED = """
CREATE TEMP TABLE exposed AS
SELECT n, record, CAST(count(*) AS INTEGER) AS others, CAST(count(*) FILTER (minor) AS INTEGER) AS minors FROM (
  SELECT DISTINCT s.n, s.record, o.record AS other, o.dob + INTERVAL 18 YEAR > DATE '{day}' AS minor
  FROM (SELECT n, record, s.home, s.span FROM seen s JOIN told t USING (n, record)
    WHERE t.fit = 2 AND s.home IS NOT NULL AND s.span <> 0) s
  JOIN {home} o ON o.key = s.home
  WHERE o.record <> s.record AND (o.span & s.span) <> 0
) GROUP BY n, record"""

ANSWER = """
SELECT n, record, files, by_tin, fit, contradicts, years, deceased, withheld, marks, coalesce(others, 0) AS others,
  coalesce(minors, 0) AS minors{field}
FROM told LEFT JOIN exposed USING (n, record) ORDER BY n, record"""
