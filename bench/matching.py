# SPDX-License-Identifier: Apache-2.0
"""Who is meant: ours against Splink and pandas, the same claims against the same records in the same run.

Ours is the route's own step, from claims to verdicts and the findings that rest on them; its records were keyed when
they were imported, which the report gives beside. The peers get clean columns and give pairs of claim and record. Each
part leaves its pairs in a file, untimed, so that they can be compared and held against the truth.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import duckdb

from bench.data import Case
from bench.process import Clock
from bench.received import near_of, store_of, working

Report = dict[str, object]
# The number, where one is given, with both names; or both names at the building, with the unit where one is given.
BY_NUMBER = "l.tin = r.tin AND l.name_first = r.name_first AND l.name_last = r.name_last AND r.files"
AT_HOME = "l.building = r.building AND (l.unit = r.unit OR l.unit = '')"
BY_PLACE = f"l.name_first = r.name_first AND l.name_last = r.name_last AND {AT_HOME}"
LIKELY = 5.0
PAIRS_ASKED = 5_000_000


def ours(case: Case) -> Report:
    """Claims to verdicts by the route's step `match, find (2)`; reading the request and find (1) come before."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    with working(case) as (work, bench):
        work.find_request()
        work.measure()
        store = store_of(case, bench)
        clock = Clock()
        found = pa.table(store.candidates(work.survivors(), ()))
        work.find_record(found)
        clock.lap("match")
        verdicts: Counter[str] = Counter()
        for count in work.patterns():
            verdicts[str(count.pattern.verdict)] += count.rows
        (case.peers / "pairs").mkdir(exist_ok=True)
        # Who merely has a near name there can make a claim ambiguous, and is never the one meant.
        near = pc.invert(pc.or_(found["by_tin"], pc.greater(found["fit"], 0)))
        pq.write_table(found.select(["n", "record"]).append_column("near", near), _pairs(case, "match"))
        return {**clock.total(), "verdicts": dict(sorted(verdicts.items())), **_quality(case, "match")}


def pandas(case: Case) -> Report:
    """The two exact rules as two merges."""
    import pandas as pd

    clock = Clock()
    claims, people = (pd.read_parquet(case.peers / f"{name}.parquet") for name in ("claims", "people"))
    claims, people = claims.drop(columns=["record", "files"]), people.drop(columns="n")
    filers = people.loc[people["files"], ["tin", "name_first", "name_last", "record"]].drop_duplicates()
    number = claims.dropna(subset=["tin"]).merge(filers, on=["tin", "name_first", "name_last"])
    placed = claims.dropna(subset=["building"])
    near = placed.merge(people.dropna(subset=["building"]), on=["name_first", "name_last", "building"])
    near = near[(near["unit_x"] == near["unit_y"]) | (near["unit_x"] == "")]
    pairs = pd.concat([number[["n", "record"]], near[["n", "record"]]]).drop_duplicates()
    clock.lap("match")
    _pairs(case, "pandas").parent.mkdir(exist_ok=True)
    pairs.assign(near=False).to_parquet(_pairs(case, "pandas"))
    return {**clock.total(), **_quality(case, "pandas")}


def splink_deterministic(case: Case) -> Report:
    """Splink's deterministic link under the same three rules, of the claims that ours looks up."""
    return _linked(case, "splink_deterministic", "claims")


def splink_whole_file(case: Case) -> Report:
    """The same link of every row of the request: the work of somebody who has Splink and the file, and nothing else."""
    return _linked(case, "splink_whole_file", "every_row")


def _linked(case: Case, part: str, claims: str) -> Report:
    from splink import Linker, SettingsCreator
    from splink.internals.blocking_rule_library import CustomRule

    clock = Clock()
    con, tables = _splink_tables(case, claims)
    rules = [CustomRule(BY_NUMBER), CustomRule(BY_PLACE), CustomRule(_by_near_name(case))]
    settings = SettingsCreator("link_only", blocking_rules_to_generate_predictions=rules, retain_matching_columns=False)
    found = Linker(tables, settings, log_level=None).inference.deterministic_link()
    clock.lap("match")
    _keep_splink(case, con, part, found.physical_name)
    return {**clock.total(), **_quality(case, part)}


def _by_near_name(case: Case) -> str:
    """Somebody of a near name at the same place, as the engine says it, over the columns of both sides."""
    from lawgate.drivers.duckdb.forms import near

    how = near_of(case)
    said = re.sub(r"\bname_(first|last)", r"r.name_\1", near(how["begin"], how["part"]))
    return f"{AT_HOME} AND " + re.sub(r"\bsaid_(first|last)", r"l.name_\1", said)


def splink_probabilistic(case: Case) -> Report:
    """Splink's model: trained on these data, pairs from five blocking rules, kept from a match weight of 5."""
    clock = Clock()
    con, tables = _splink_tables(case, "claims")
    linker = _trained(tables)
    found = linker.inference.predict(threshold_match_weight=LIKELY)
    clock.lap("match")
    _keep_splink(case, con, "splink_probabilistic", found.physical_name)
    return {**clock.total(), **_quality(case, "splink_probabilistic")}


def _trained(tables: object) -> object:
    import splink.comparison_library as cl
    from splink import Linker, SettingsCreator, block_on

    blocks = [("tin",), ("name_first", "name_last", "zip"), ("name_last", "dob"), ("name_first", "dob")]
    blocks.append(("street", "zip", "name_first"))
    settings = SettingsCreator(
        "link_only",
        comparisons=[
            cl.JaroWinklerAtThresholds("name_first", [0.9, 0.8]),
            cl.JaroWinklerAtThresholds("name_last", [0.9, 0.8]).configure(term_frequency_adjustments=True),
            cl.ExactMatch("dob"),
            cl.DamerauLevenshteinAtThresholds("tin", [1]),
            cl.JaroWinklerAtThresholds("street", [0.9]),
            cl.ExactMatch("zip"),
        ],
        blocking_rules_to_generate_predictions=[block_on(*b) for b in blocks],
        retain_matching_columns=False,
    )
    linker = Linker(tables, settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match([block_on("tin", "name_last")], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=PAIRS_ASKED, seed=1)
    for some in (("name_first", "name_last", "zip"), ("tin",)):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*some))
    return linker


def _splink_tables(case: Case, claims: str) -> tuple[duckdb.DuckDBPyConnection, list[object]]:
    from splink import DuckDBAPI

    con = duckdb.connect()
    # Somebody who moved has a row for each place, so the row is the id, and the record is read from it afterwards.
    for name, stem in (("claims", claims), ("people", "people")):
        file = f"read_parquet('{case.peers / stem}.parquet')"
        con.execute(f"CREATE TABLE {name}_in AS SELECT n AS unique_id, * EXCLUDE (n) FROM {file}")
    api = DuckDBAPI(con)
    # Names in alphabetical order: Splink puts the claims on the left then.
    return con, [api.register(f"{name}_in", dataset_display_name=name) for name in ("claims", "people")]


def _keep_splink(case: Case, con: duckdb.DuckDBPyConnection, name: str, table: str) -> None:
    _pairs(case, name).parent.mkdir(exist_ok=True)
    con.execute(
        "COPY (SELECT CAST(f.unique_id_l AS INTEGER) AS n, p.record, min(CAST(match_key AS INTEGER)) = 2 AS near "
        f"FROM {table} f JOIN people_in p ON p.unique_id = f.unique_id_r GROUP BY ALL) TO '{_pairs(case, name)}'"
    )


def _pairs(case: Case, name: str) -> Path:
    return case.peers / "pairs" / f"{name}.parquet"


def _quality(case: Case, name: str) -> Report:
    """Claims for which the part named the person meant and nobody else, somebody else only, or several people.

    People of a near name are left aside.
    """
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE told AS SELECT n, count(*) AS k, bool_or(record = meant) AS right_one FROM "
        f"read_parquet('{_pairs(case, name)}') p JOIN read_parquet('{case.peers / 'meant.parquet'}') m USING (n) "
        "WHERE NOT near GROUP BY n"
    )
    one, other, several = con.execute(
        "SELECT count(*) FILTER (k = 1 AND right_one), count(*) FILTER (k = 1 AND NOT right_one), "
        "count(*) FILTER (k > 1) FROM told"
    ).fetchall()[0]
    return {"one_and_right": one, "one_and_wrong": other, "several": several}


def differences(case: Case, name: str) -> dict[str, int]:
    """Pairs that only ours has and pairs that only the other part has; pandas is not asked for near names."""
    some = "WHERE NOT near" if name == "pandas" else ""
    mine, theirs = (f"(SELECT n, record, near FROM read_parquet('{_pairs(case, p)}') {some})" for p in ("match", name))
    con = duckdb.connect()
    made = {}
    for label, a, b in (("only_ours", mine, theirs), ("only_theirs", theirs, mine)):
        made[label] = int(con.execute(f"SELECT count(*) FROM ({a} EXCEPT {b})").fetchall()[0][0])
    return made


# These are told the same rules, so that their pairs must be ours; the last has those of rows nobody looks up, too.
SAME_RULES = ("pandas", "splink_deterministic", "splink_whole_file")
