# SPDX-License-Identifier: Apache-2.0
"""The made-up requests: form, digests, signature, the rates of the affair, and a truth that agrees with the records."""

import base64
import csv
import hashlib
import re
import stat
import tomllib
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from typer.testing import CliRunner

from lawgate_lab.app import app
from lawgate_lab.groups import beside
from lawgate_lab.labels import DEFECTS
from lawgate_lab.make import OtherData, make
from lawgate_lab.played import read_played_key
from lawgate_lab.replica import replica_2025
from lawgate_lab.request import CASE_HEADER
from lawgate_lab.rows import HEADER
from lawgate_lab.words import fold

SEED, PEOPLE, CLAIMS = 11, 20_000, 3_000  # as in conftest.py
VARIANTS = ("affair", "honest", "proper")
Row = dict[str, Any]


def _rows(folder: Path, variant: str) -> list[Row]:
    with (folder / variant / "rows.csv").open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def _truth(folder: Path, variant: str) -> list[Row]:
    table: list[Row] = pq.read_table(folder / "truth" / f"{variant}.parquet").to_pylist()
    return table


def _address(row: Row, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(row[name] for name in names)


ASKED = ("addr_line1", "addr_line2", "city", "state", "zip")
FILED = ("line1", "line2", "city", "state", "zip")


@pytest.fixture(scope="module")
def filed(folder: Path) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in pq.read_table(folder / "records" / "addresses.parquet").to_pylist():
        found.setdefault(row["record"], []).append(row)
    return found


@pytest.fixture(scope="module")
def people(folder: Path) -> dict[int, Row]:
    table = pq.read_table(folder / "records" / "taxpayers.parquet").to_pylist()
    return {row["record"]: row for row in table}


def test_two_runs_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    make(tmp_path, CLAIMS, PEOPLE, "all", SEED)
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        assert (tmp_path / path.relative_to(folder)).read_bytes() == path.read_bytes(), path.name


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", ["cases.csv", "rows.csv"])
def test_csv_is_as_the_format_says(folder: Path, variant: str, name: str) -> None:
    data = (folder / variant / name).read_bytes()
    text = data.decode("utf-8")
    header = HEADER if name == "rows.csv" else CASE_HEADER
    assert text.startswith(",".join(header) + "\n")
    assert text.endswith("\n")
    assert not data.startswith(b"\xef\xbb\xbf")
    assert "\r" not in text
    assert "\0" not in text
    assert unicodedata.is_normalized("NFC", text)
    lines = text.split("\n")[:-1]
    read = list(csv.reader(lines, strict=True))
    assert {len(fields) for fields in read} == {len(header)}
    for line, fields in zip(lines, read, strict=True):
        assert line == ",".join(_quoted(value) for value in fields)
        longest = {k: 2000 if key in {"reason_text", "recipients"} else 200 for k, key in enumerate(header)}
        assert all(len(value) <= longest[k] for k, value in enumerate(fields))
    ids = [fields[0] for fields in read]
    assert len(set(ids)) == len(ids)


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"' if re.search('[",]', value) else value


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_cover_names_the_files_and_its_signature_verifies(folder: Path, variant: str) -> None:
    data = (folder / variant / "cover.toml").read_bytes()
    cover = tomllib.loads(data.decode())
    assert re.fullmatch(r"[a-z0-9-]{4,64}", cover["request_id"])
    for name, facts in cover["files"].items():
        content = (folder / variant / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == facts["sha256"]
        assert len(list(csv.reader(content.decode().splitlines()))) == facts["rows"] + 1
    register = tomllib.loads((folder / "registers" / "people.toml").read_text(encoding="utf-8"))["person"]
    signer = next(person for person in register if person["id"] == cover["signer"])
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(signer["key"]))
    signature = (folder / variant / "cover.toml.sig").read_bytes()
    assert signature.endswith(b"\n")
    key.verify(base64.b64decode(signature.strip(), validate=True), data)
    assert any(held["office"] == cover["office"] and held["from"] <= date(2025, 6, 1) for held in signer["holds"])


def test_played_keys_are_marked_private_and_belong_to_the_register(folder: Path) -> None:
    files = sorted((folder / "played-keys").iterdir())
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 and ".played." in path.name for path in files)
    assert all("PLAYED BY THE LAB" in path.read_text(encoding="utf-8") for path in files)
    register = tomllib.loads((folder / "registers" / "people.toml").read_text(encoding="utf-8"))["person"]
    for person in register:
        key = read_played_key(folder / "played-keys" / f"{person['id']}.played.key")
        assert base64.b64encode(key.public_key().public_bytes_raw()).decode() == person["key"]
        assert person["name"].startswith("Example ")


def test_the_recipient_keys_open_what_is_sealed_to_them(folder: Path) -> None:
    import pyrage

    register = tomllib.loads((folder / "registers" / "recipients.toml").read_text(encoding="utf-8"))["recipient_key"]
    for entry in register:
        sealed = pyrage.encrypt(b"text", [pyrage.x25519.Recipient.from_str(entry["age"])])
        secret = (folder / "played-keys" / f"{entry['id']}.played.age").read_text(encoding="utf-8").split("\n")[2]
        assert pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(secret)]) == b"text"


def test_every_case_is_in_the_file_and_opened_and_every_tin_is_well_formed(folder: Path) -> None:
    for variant in VARIANTS:
        with (folder / variant / "cases.csv").open(encoding="utf-8", newline="") as text:
            cases = {row["case_id"]: row for row in csv.DictReader(text)}
        for row in _rows(folder, variant):
            assert row["case_id"] in cases
            assert re.fullmatch(r"|9\d{8}|9\d\d-\d\d-\d{4}", row["tin"])
            assert re.fullmatch(r"20\d\d(;20\d\d)*", row["taxable_periods"])


def test_the_affair_is_one_statute_one_reason_one_official_and_a_case_a_row(folder: Path) -> None:
    rows = _rows(folder, "affair")
    with (folder / "affair" / "cases.csv").open(encoding="utf-8", newline="") as text:
        cases = list(csv.DictReader(text))
    assert len(rows) == len(cases) == CLAIMS == len({row["case_id"] for row in rows})
    assert {row["reason_text"] for row in rows} == {rows[0]["reason_text"]}
    assert {(c["statute_cite"], c["engaged_official"], c["recipients"]) for c in cases} == {
        ("8 USC 1253(a)(1)", "person.dhs.900", "person.dhs.900")
    }


def _share(rows: list[Row], holds: Any) -> float:
    return sum(bool(holds(row)) for row in rows) / len(rows)


def test_the_rates_of_the_affair_are_those_of_the_card(folder: Path) -> None:
    rows = _rows(folder, "affair")
    assert _share(rows, lambda r: r["tin"]) == pytest.approx(0.20, abs=0.01)
    assert _share(rows, lambda r: not any(_address(r, ASKED))) == pytest.approx(0.055, abs=0.015)
    assert _share(rows, lambda r: not r["final_order_date"]) == pytest.approx(0.02, abs=0.01)
    assert _share(rows, lambda r: r["final_order_date"] > "2025-03-29") == pytest.approx(0.031, abs=0.012)
    assert _share(rows, lambda r: "1182" in r["removal_ground"]) == pytest.approx(0.20, abs=0.03)
    assert _share(rows, lambda r: r["deferred_action"] == "yes") == pytest.approx(0.015, abs=0.01)
    truth = _truth(folder, "affair")
    assert _share(truth, lambda t: t["defect"] == "unit_missing") == pytest.approx(0.099, abs=0.02)
    assert _share(truth, lambda t: t["defect"] in {"partial_address"}) == pytest.approx(0.026, abs=0.012)
    assert _share(truth, lambda t: t["meant"] > 0) < 0.06


def test_the_check_of_2025_finds_the_known_share_and_confirms_three_in_ten(folder: Path) -> None:
    found = replica_2025(folder / "records", folder / "affair")
    assert found.tin_path == round(CLAIMS * 42_695 / 1_280_000)
    assert found.address_path == round(CLAIMS * 4_594 / 1_280_000)
    truth = {row["row_id"]: row for row in _truth(folder, "affair")}
    by_tin = [truth[row] for row in found.row_ids_tin.to_pylist()]
    assert len(by_tin) == found.tin_path
    assert _share(by_tin, lambda t: t["confirmed"]) == pytest.approx(0.30, abs=0.06)
    assert all(truth[row]["confirmed"] for row in found.row_ids_address.to_pylist())


def test_the_honest_request_is_diverse_and_mostly_clean(folder: Path) -> None:
    rows, truth = _rows(folder, "honest"), _truth(folder, "honest")
    assert len(rows) == CLAIMS
    wordy = {re.sub(r"[0-9,$]", "", row["reason_text"]) for row in rows}
    assert len(wordy) >= 0.6 * CLAIMS
    assert 0.75 < _share(truth, lambda t: t["clean"]) < 0.88
    assert _share(rows, lambda r: r["tin"]) == pytest.approx(0.60, abs=0.05)
    with (folder / "honest" / "cases.csv").open(encoding="utf-8", newline="") as text:
        officials = {row["engaged_official"] for row in csv.DictReader(text)}
    assert CLAIMS / 32 <= len(officials) <= CLAIMS / 28
    assert {label for label in DEFECTS if not label.startswith(("name_", "order_", "ground", "deferred", "review"))} - {
        t["defect"] for t in truth
    } <= {"dummy_address", "duplicate_tin", "left_out_name", "number_differs", "birth_differs"}


@pytest.mark.parametrize("variant", VARIANTS)
def test_confirmed_means_on_file_and_a_tin_is_of_the_record_named(
    folder: Path, variant: str, filed: dict[int, list[Row]], people: dict[int, Row]
) -> None:
    held = {row["tin"]: record for record, row in people.items()}
    for row, truth in zip(_rows(folder, variant), _truth(folder, variant), strict=True):
        assert row["row_id"] == truth["row_id"]
        assert held.get(row["tin"].replace("-", ""), 0) == truth["tin_of"]
        on_file = _address(row, ASKED) in {_address(span, FILED) for span in filed.get(truth["meant"], [])}
        if truth["defect"] == "unit_missing":
            assert not truth["confirmed"]
        elif truth["defect"] != "address_style":
            assert truth["confirmed"] == on_file, truth


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_clean_row_has_nothing_against_it(
    folder: Path, variant: str, filed: dict[int, list[Row]], people: dict[int, Row]
) -> None:
    at_building: dict[tuple[str, ...], set[int]] = {}
    for record, spans in filed.items():
        person = people[record]
        for span in spans if person["kind"] != "dependent" else []:
            key = (fold(person["first"]), fold(person["last"]), span["line1"], span["zip"])
            at_building.setdefault(key, set()).add(record)
    clean = 0
    for row, truth in zip(_rows(folder, variant), _truth(folder, variant), strict=True):
        assert truth["clean"] == (truth["excluded"] == "")
        if not truth["clean"]:
            continue
        clean += 1
        person = people[truth["meant"]]
        assert truth["confirmed"]
        assert truth["defect"] == "none"
        assert truth["tin_of"] in {0, truth["meant"]}
        assert (row["first"], row["last"], person["kind"] != "dependent") == (person["first"], person["last"], True)
        assert not person["deceased"]
        assert not person["flags"]
        assert re.match(r"[1-9]\d* |PO Box \d", row["addr_line1"])
        for span in filed[truth["meant"]]:
            key = (fold(person["first"]), fold(person["last"]), span["line1"], span["zip"])
            assert at_building[key] == {truth["meant"]}
        years = {year for span in filed[truth["meant"]] for year in range(span["from_year"], span["to_year"] + 1)}
        assert {int(year) for year in row["taxable_periods"].split(";")} <= years
    assert clean > 0


def test_labelled_addresses_are_what_the_label_says(folder: Path, filed: dict[int, list[Row]]) -> None:
    everywhere = {_address(span, FILED) for spans in filed.values() for span in spans}
    for row, truth in zip(_rows(folder, "honest"), _truth(folder, "honest"), strict=True):
        spans = sorted(filed.get(truth["meant"], []), key=lambda span: span["from_year"])
        given, own = _address(row, ASKED), [_address(span, FILED) for span in spans]
        if truth["defect"] == "former_address":
            assert given in own
            assert given != own[-1]
        if truth["defect"] == "never_on_file":
            assert given not in everywhere
        if truth["defect"] == "next_resident":
            assert given in everywhere
            assert given not in own
        if truth["defect"] in {"spouse_tin", "namesake_tin"}:
            assert truth["tin_of"] not in {0, truth["meant"]}
        if truth["defect"] == "transposed_tin":
            assert truth["tin_of"] != truth["meant"]


def test_another_name_gives_other_people_and_other_data_is_not_mixed(folder: Path, tmp_path: Path) -> None:
    make(tmp_path, 300, 5_000, "proper", 2)
    make(tmp_path, 300, 5_000, "proper", 2, "second", 4)
    one, two = ({row["meant"] for row in _truth(tmp_path, name)} for name in ("proper", "second"))
    assert (len(one), len(two)) == (3, 4)
    assert not one & two
    covers = {(tmp_path / name / "cover.toml").read_text(encoding="utf-8") for name in ("proper", "second")}
    assert len({tomllib.loads(text)["request_id"] for text in covers}) == 2
    with pytest.raises(OtherData):
        make(tmp_path, 300, 5_000, "proper", 3)


def test_the_chain_repeats_most_people_under_other_ids(tmp_path: Path) -> None:
    make(tmp_path, 400, 20_000, "chain", 4)
    meant = {
        name: {tuple(row.items())[3:13] for row in _rows(tmp_path, name)} for name in ("chain-1", "chain-2", "affair")
    }
    assert meant["affair"] <= meant["chain-2"]
    assert len(meant["chain-2"] & meant["chain-1"]) > 0.9 * len(meant["chain-2"])
    assert {row["reason_text"] for row in _rows(tmp_path, "chain-1")} == {""}
    sizes = [len(_rows(tmp_path, name)) for name in ("chain-1", "chain-2", "affair")]
    assert sizes == [2375, 2281, 400]
    cases = [{row["case_id"] for row in _rows(tmp_path, name)} for name in ("chain-1", "chain-2", "affair")]
    assert not cases[0] & cases[1]
    assert not cases[1] & cases[2]


def test_the_command_tells_what_it_made_and_refuses_to_mix(tmp_path: Path) -> None:
    args = ["make", str(tmp_path / "d"), "--claims", "12.8k", "--records", "2000", "--variant", "proper"]
    told = CliRunner().invoke(app, [*args, "--seed", "1"])
    assert told.exit_code == 0
    assert "proper: 3 rows, 3 clean" in told.output
    refused = CliRunner().invoke(app, [*args, "--seed", "2"])
    assert refused.exit_code == 2
    assert "another folder" in refused.output


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_groups_beside_the_truth_follow_from_the_records(
    folder: Path, variant: str, people: dict[int, Row]
) -> None:
    groups = pq.read_table(beside(folder / "truth" / f"{variant}.parquet")).to_pylist()
    for truth, group in zip(_truth(folder, variant), groups, strict=True):
        assert group["row_id"] == truth["row_id"]
        if truth["excluded"] != "defect":
            assert group["otherwise"] == truth["excluded"]
        on_file = people.get(truth["meant"])
        names = f"{on_file['first']} {on_file['last']}" if on_file else ""
        assert group["accented"] == (not names.isascii())
        assert group["two_surnames"] == (on_file is not None and len(re.split("[ -]", str(on_file["last"]))) > 1)
        assert group["itin_shaped"] == (on_file is not None and int(str(on_file["tin"])[3:5]) >= 50)
