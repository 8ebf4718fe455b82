# SPDX-License-Identifier: Apache-2.0
"""The same request under the same law gives the same bytes; only the salts, which nobody sees, differ."""

import hashlib
import shutil
from pathlib import Path

import pytest

from journeys.office import AS_OF, Office, open_office, small_lab
from lawgate.drivers.duckdb.work import row_table
from lawgate_lab.make import make

SALT = Path("keys") / "salt.key"


def settled(office: Office, request: Path) -> tuple[bytes, bytes, str]:
    """Decided: pattern records, row table, and the root in the log."""
    told_of_officers(office, request)
    batch = office.decided(request, AS_OF)
    (leaf,) = [leaf for _, leaf in office.house.decide.log.leaves() if leaf.kind == "decision-batch"]
    patterns = (office.room(batch) / "patterns.jsonl").read_bytes()
    assert leaf.text("patterns") == hashlib.sha256(patterns).hexdigest()
    return patterns, b"".join(row_table(office.room(batch))), leaf.text("root")


def told_of_officers(office: Office, request: Path) -> None:
    """The officers whom the request names are in the register of staff."""
    shutil.copy(request.parent / "registers" / "staff.toml", office.folder / "registers")


@pytest.fixture(scope="module")
def request_of_many(opened: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows of every kind, so that there are many patterns."""
    folder = tmp_path_factory.mktemp("many")
    make(folder, 400, 3000, "honest", opened.seed)
    return folder / "honest"


def test_the_same_salts_give_the_same_bytes_and_root(opened: Office, request_of_many: Path, tmp_path: Path) -> None:
    # The second office makes everything anew: keys, records of the same seed, import. It is given the salts only.
    first = opened.copy(tmp_path / "first")
    second = open_office(tmp_path / "second", small_lab(tmp_path / "lab"))
    (second.folder / SALT).write_bytes((first.folder / SALT).read_bytes())
    one, other = settled(first, request_of_many), settled(second, request_of_many)
    assert one == other
    assert one[0].count(b"\n") > 20
    assert len(one[1]) == 400 * 76


def test_other_salts_give_another_root_over_the_same_bytes(
    opened: Office, request_of_many: Path, tmp_path: Path
) -> None:
    first, second = opened.copy(tmp_path / "first"), opened.copy(tmp_path / "second")
    (second.folder / SALT).write_bytes(hashlib.sha256(b"other").digest())
    one, other = settled(first, request_of_many), settled(second, request_of_many)
    assert one[:2] == other[:2]
    assert one[2] != other[2]


def test_another_instant_of_the_law_is_another_decision(opened: Office, request_of_many: Path, tmp_path: Path) -> None:
    """The bytes are the same because the inputs are: one second in one pin, and every record differs."""
    first, second = opened.copy(tmp_path / "first"), opened.copy(tmp_path / "second")
    one = settled(first, request_of_many)
    told_of_officers(second, request_of_many)
    batch = second.decided(request_of_many, AS_OF.replace(second=1))
    later = (second.room(batch) / "patterns.jsonl").read_bytes()
    assert later != one[0]
    assert later.replace(b"2025-06-30T16:00:01Z", b"2025-06-30T16:00:00Z") == one[0]
