# SPDX-License-Identifier: Apache-2.0
"""People of one name in one home: whoever the row does not clearly mean must not be answered for."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from journeys.office import Office, addresses_on_file, open_office, rewritten, sent


@pytest.fixture
def with_a_child(opened: Office, tmp_path: Path) -> Office:
    """The small office again; the first person of the request `proper` has a child of the same first and last name."""
    lab = tmp_path / "lab"
    (lab / "records").mkdir(parents=True)
    (lab / "registers").symlink_to(opened.lab / "registers")
    people = pq.read_table(opened.lab / "records" / "taxpayers.parquet")
    places = pq.read_table(opened.lab / "records" / "addresses.parquet")
    rows, _ = sent(opened.lab / "proper")
    (parent,) = [person for person in people.to_pylist() if person["tin"] == rows[0]["tin"].replace("-", "")]
    number = max(people["record"].to_pylist()) + 1
    child = {**parent, "record": number, "kind": "dependent", "tin": "941490001", "middle": "Y", "suffix": ""}
    parents = {**parent, "middle": ""}
    others = [parents if person["record"] == parent["record"] else person for person in people.to_pylist()]
    homes = [{**place, "record": number} for place in places.to_pylist() if place["record"] == parent["record"]]
    assert addresses_on_file(opened.lab, parent["record"], range(2018, 2025))
    write([*others, child], people.schema, lab / "records" / "taxpayers.parquet")
    write([*places.to_pylist(), *homes], places.schema, lab / "records" / "addresses.parquet")
    return open_office(tmp_path / "office", lab)


def write(rows: list[dict[str, object]], schema: pa.Schema, path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(rows, schema), path)


def with_middle(rows: bytes) -> bytes:
    """The first row says the child's middle initial, and gives neither number nor birth date."""
    head, first, *rest = rows.decode().split("\n")
    cells = first.split(",", 21)
    cells[4], cells[7], cells[20] = "Y", "", cells[20]
    cells[19] = ""
    return "\n".join([head, ",".join(cells), *rest]).encode()


def test_a_child_of_the_same_name_is_not_the_parent(opened: Office, with_a_child: Office, tmp_path: Path) -> None:
    request = rewritten(opened.lab / "proper", tmp_path / "request", rows=with_middle)
    batch = with_a_child.decided(request)
    outcomes = [row["row_outcome"] for row in sorted(with_a_child.rows(batch), key=lambda row: row["n"])]
    assert outcomes == ["RETURN_FOR_CURE", "REQUIRE", "REQUIRE"]
