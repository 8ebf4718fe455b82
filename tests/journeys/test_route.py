# SPDX-License-Identifier: Apache-2.0
"""The whole route by the command line: from a proper request to an address on the recipient's screen, and not after."""

import json
import re
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq

from journeys.office import (
    AGENCY,
    CLERK,
    KEY,
    REVIEWER,
    SEED,
    Office,
    addresses_on_file,
    an_order,
    files_below,
    seen,
    sent,
)
from lawgate_lab.played import signing_key

PERSONAL = ("first", "middle", "last", "dob", "addr_line1", "addr_line2", "city", "zip", "event_number", "tin")


def the_id(text: str) -> str:
    found = re.match(r"(\S+): received; 3 sent = 3 accepted \+ 0 rejected\n", text)
    assert found, text
    return found[1]


def elements(office: Office) -> list[tuple[str, str]]:
    """Id and citation of every element that a row has to show, from the rulebook's text and by no reader of ours."""
    text = next((office.folder / "rulebooks").glob("*/provisions/i2.toml")).read_text()
    found = re.findall(r'^\[\[element\]\]\nid = "(.*)"\ncitation = "(.*)"$([^~]*?)(?=^\[\[element\]\]$|\Z)', text, re.M)
    return [(name, citation) for name, citation, rest in found if re.search('level = "(request|row)"', rest)]


def reviewed(office: Office, run: Callable[..., object], batch: str, tmp_path: Path) -> None:
    """Paper, signature, hand-in, for all three rows."""
    paper, signature = tmp_path / "paper.json", tmp_path / "paper.sig"
    times = seen(range(3))
    time.sleep(max(0.0, (times[-1][1] - datetime.now(UTC)).total_seconds()))
    looked = [word for row, at in times for word in ("--accept", f"{row}@{at.isoformat()}")]
    run("review", "paper", batch, paper, *looked, "--by", REVIEWER)
    signature.write_bytes(signing_key(SEED, REVIEWER).sign(paper.read_bytes()))
    run("review", "hand-in", batch, paper, signature)


def test_from_a_request_to_an_address(office: Office, tmp_path: Path, need) -> None:
    age = need("age")
    request = office.lab / "proper"
    batch = the_id(office.run("request", "receive", request).stdout)
    assert "E_AGAIN" in office.call("request", "receive", request).stderr
    assert "outcome REQUIRE: 3\nrow_outcome REQUIRE: 3\n" in office.run("decide", batch).stdout
    rows, _ = sent(request)
    letter_holds(office.run("explain", batch, rows[0]["row_id"]).stdout, office, rows[0])
    reviewed(office, office.run, batch, tmp_path)
    assert f"package {batch}-p01: 3 records" in office.run("prepare", batch).stdout
    office.run("pull", f"{batch}-p01", "--key", KEY, "--out", tmp_path / "out")
    assert "whole:" in office.call("log", "verify").stdout
    (box,) = (tmp_path / "out").iterdir()
    assert opened(age, office, box) == {row["row_id"]: expected(office, row) for row in rows}
    named = json.loads((box / "manifest.json").read_text())
    assert (named["package"], named["fields"], len(named["records"])) == (f"{batch}-p01", ["mailing_address"], 3)
    assert named["purpose"] == "criminal_investigation"


def letter_holds(letter: str, office: Office, row: dict[str, str]) -> None:
    """Every element with its citation, and nothing of the person."""
    found = elements(office)
    assert len(found) > 8
    assert [name for name, citation in found if f"[{citation}, {name}]" not in letter] == []
    assert [row[name] for name in PERSONAL if row[name] and row[name] in letter] == []
    assert row["reason_text"][:40] not in letter


def opened(age: Path, office: Office, box: Path) -> dict[str, object]:
    """Every record of a hand-out, opened by the age program and nothing of ours, each by its own identity."""
    mine = office.lab / "played-keys" / f"{KEY}.played.age"
    ids = subprocess.run([age, "-d", "-i", mine, "keys.age"], cwd=box, capture_output=True, check=True).stdout.decode()
    subprocess.run(["tar", "xf", "package.tar"], cwd=box, check=True)
    found = {}
    for name, identity in re.findall(r"^# (\d{4}\.age)\n(AGE-SECRET-KEY-1\S+)$", ids, re.MULTILINE):
        (box / "one.txt").write_text(identity + "\n")
        shown = subprocess.run([age, "-d", "-i", "one.txt", name], cwd=box, capture_output=True, check=True).stdout
        record = json.loads(shown)
        found[record["row_id"]] = record["values"]
    others = [name for name in box.glob("*.age") if name.name not in {"0001.age", "0002.age", "0003.age", "keys.age"}]
    assert others == []
    return found


def expected(office: Office, row: dict[str, str]) -> dict[str, object]:
    """What may be given for the row: the one field, the years listed, as the custodian's own file has them."""
    table = pq.read_table(office.lab / "records" / "taxpayers.parquet", filters=[("tin", "=", row["tin"])])
    (person,) = table.to_pylist()
    years = [int(year) for year in row["taxable_periods"].split(";")]
    return {"mailing_address": addresses_on_file(office.lab, person["record"], years)}


def test_an_order_stops_the_same_pull(office: Office, tmp_path: Path) -> None:
    first, second = (office.decided(office.lab / name) for name in ("proper", "second"))
    third = office.decided(office.lab / "thirty")
    office.prepared(first, range(3))
    package = office.prepared(second, range(3)).manifest.package
    out = tmp_path / "out"
    pull = ("pull", package, "--key", KEY, "--out", out)
    enter(office, tmp_path, "order-of-others", "us.dhs")
    assert office.call(*pull).exit_code == 0, "an order about another agency changes nothing here"
    reviewed_third = office.prepared(third, range(3)).manifest.package
    before = {path: path.read_bytes() for path in files_below(out)}
    assert len(before) == 2
    enter(office, tmp_path, "order-of-ours", AGENCY)
    refused(office, before, out, *pull)
    refused(office, before, out, "pull", f"{first}-p01", "--key", KEY, "--out", out)
    refused(office, before, out, "pull", reviewed_third, "--key", KEY, "--out", out)
    listed = office.call("order", "list").output
    assert "order-of-ours  stay  REPORTED  stop  stated end: until further notice  binds since " in listed
    assert office.broken() == []


def test_an_order_stops_preparing_too(office: Office, tmp_path: Path) -> None:
    batch = office.decided(office.lab / "proper")
    reviewed(office, lambda *words: ok(office, *words), batch, tmp_path)
    enter(office, tmp_path, "order-of-ours", AGENCY)
    done = office.call("prepare", batch)
    assert (done.exit_code, "order-of-ours" in done.output) == (1, True)
    assert list((office.folder / "packages").iterdir()) == []
    assert not (office.folder / "keeper" / "packages").exists() or not any(
        (office.folder / "keeper/packages").iterdir()
    )


def ok(office: Office, *words: str | Path) -> None:
    done = office.call(*words)
    assert done.exit_code == 0, done.output


def enter(office: Office, tmp_path: Path, name: str, agency: str) -> None:
    (tmp_path / f"{name}.toml").write_bytes(an_order(name, agency))
    ok(office, "order", "enter", tmp_path / f"{name}.toml", "--by", CLERK)


def refused(office: Office, before: dict[Path, bytes], out: Path, *words: str | Path) -> None:
    """Not done, for the order's sake, and what lies in the recipient's folder is what lay there."""
    done = office.call(*words)
    assert (done.exit_code, "not done: barred" in done.output, "order-of-ours" in done.output) == (1, True, True)
    assert {path: path.read_bytes() for path in files_below(out)} == before
