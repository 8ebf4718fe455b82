# SPDX-License-Identifier: Apache-2.0
"""The requester at home, without any office: the empty form, filled, validated; and what the custodian then shows."""

import base64
import csv
import hashlib
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from house.tree import ROOT
from journeys.office import AS_OF, BOOK, SEED, Office, rewritten
from lawgate.drivers.keys.verify import verify
from lawgate.ledger.leaf import parse as parse_leaf
from lawgate.ledger.proof import parse as parse_proof
from lawgate.ledger.proof import verify_entry
from lawgate.model.fault import LawgateError
from lawgate.office.adjudicate import decide_batch
from lawgate.office.rejected import proof_files, rejected
from lawgate.office.template import KEYS
from lawgate.ports.intake import COVER_KEYS, FILES
from lawgate.surfaces.cli.app import build
from lawgate.surfaces.cli.doors import Doors
from lawgate.wiring.folder import create, open_house
from lawgate.wiring.main import rulebooks
from lawgate.wiring.offline import offline
from lawgate.wiring.orders import open_orders
from lawgate_lab.played import signing_key
from unit.intake.bad import HEADERS, case, row

SPEC = (ROOT / "docs/spec/request-format.md").read_text("utf-8")
EXAMPLE = SPEC.partition("```toml\n")[2].partition("```")[0]
CANARY = "Zyxwvut"


def call(*words: str | Path) -> Result:
    """The requester's command line, with the rulebook that is shipped."""

    def book(folder: Path | None) -> object:
        return offline(folder or rulebooks() / BOOK)

    app = build(Doors(lambda folder, name: create(folder, rulebooks(), BOOK, name), open_house, open_orders, book))
    return CliRunner().invoke(app, [*map(str, words)])


def _emptied(empty: str) -> Callable[[re.Match[str]], str]:
    """A line of the example with its value taken out; the remark stays in its column."""

    def line(found: re.Match[str]) -> str:
        return f"{found[1]} = {empty}".ljust(40) + found[3] if found[3] else f"{found[1]} = {empty}"

    return line


def signed(folder: Path, text: str) -> None:
    """The cover, with what it states of the CSV files made true, and its signature."""
    for name in FILES[2:]:
        data = (folder / name).read_bytes()
        stated = f'"{name}" = {{ sha256 = "{hashlib.sha256(data).hexdigest()}", rows = {data.count(b"%c" % 10) - 1} }}'
        text = re.sub(rf'^"{name}" = .*$', stated, text, flags=re.MULTILINE)
    (folder / "cover.toml").write_text(text)
    signature = signing_key(SEED, "person.dhs.1").sign(text.encode())
    (folder / "cover.toml.sig").write_bytes(base64.b64encode(signature) + b"\n")


def filled(folder: Path, *lines: str) -> Path:
    """The empty form with every place filled as the published example says, one case, and these rows."""
    assert call("request", "template", folder).exit_code == 0
    text, example = (folder / "cover.toml").read_text(), tomllib.loads(EXAMPLE)
    for key, empty, _ in KEYS:
        (shown,) = re.findall(rf"^{key} = (.*?) *(?:# .*)?$", EXAMPLE, re.MULTILINE)
        assert f"\n{key} = {empty}" in f"\n{text}"
        text = re.sub(rf"^{key} = {re.escape(empty)}", f"{key} = {shown}", text, flags=re.MULTILINE)
        assert key == "signed_at" or tomllib.loads(text)[key] == example[key]
    for name, more in (("cases.csv", [case()]), ("rows.csv", lines or [row(1), row(2)])):
        with (folder / name).open("a") as file:
            file.writelines(f"{line}\n" for line in more)
    signed(folder, text)
    return folder


def test_the_empty_form_names_every_place_that_is_empty(tmp_path: Path) -> None:
    assert call("request", "template", tmp_path / "form").exit_code == 0
    assert sorted(p.name for p in (tmp_path / "form").iterdir()) == sorted(FILES)
    done = call("request", "validate", tmp_path / "form")
    assert done.exit_code == 1
    empty = re.findall(r"^E_COVER \[file\] cover.toml, column (\w+)", done.stderr, re.MULTILINE)
    assert set(empty) == set(COVER_KEYS) - {"format", "agreement"}
    assert re.findall(r"^(E_\w+) \[file\] (?!cover.toml,)", done.stderr, re.MULTILINE) == [
        "E_SIGNATURE",
        "E_EMPTY",
        "E_EMPTY",
    ]


def test_the_empty_form_is_the_published_one(tmp_path: Path) -> None:
    call("request", "template", tmp_path / "form")
    blank = re.sub(r'sha256 = ".*?", rows = \d+', 'sha256 = "", rows = 0', EXAMPLE)
    for key, empty, _ in KEYS:
        blank = re.sub(rf"^({key}) = .*?( *)(# .*)?$", _emptied(empty), blank, flags=re.MULTILINE)
    assert (tmp_path / "form" / "cover.toml").read_text() == blank
    for name in FILES[2:]:
        described = SPEC.partition(f"### {name}")[2].partition("\n### ")[0].partition("\n## ")[0]
        columns = [
            c for cell in re.findall(r"^\| ([^|]*) \|", described, re.MULTILINE) for c in re.findall("`(.*?)`", cell)
        ]
        header = (tmp_path / "form" / name).read_text()
        assert header == ",".join(columns) + "\n" == HEADERS[name.removesuffix(".csv")] + "\n"


def test_the_form_is_not_written_over_another(tmp_path: Path) -> None:
    folder = filled(tmp_path / "form")
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    done = call("request", "template", folder)
    assert (done.exit_code, "not done: E_TEMPLATE" in done.stderr) == (1, True)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_the_filled_form_is_clean(tmp_path: Path) -> None:
    done = call("request", "validate", filled(tmp_path / "form"))
    assert (done.exit_code, done.stderr) == (0, "")
    assert "rows.csv: 2 sent = 2 accepted + 0 rejected" in done.stdout
    assert "cases.csv: 1 sent = 1 accepted + 0 rejected" in done.stdout


def test_every_fault_is_told_with_its_place_and_no_value(tmp_path: Path) -> None:
    bad = [row(2, dob=CANARY, tin=CANARY), row(3, last=CANARY), row(3), row(4, case_id=CANARY)]
    folder = filled(tmp_path / "form", row(1), *bad)
    done = call("request", "validate", folder)
    assert done.exit_code == 1
    assert "rows.csv: 5 sent = 2 accepted + 3 rejected" in done.stdout
    told = [line.split(": ")[0] for line in done.stderr.splitlines()]
    assert told == [
        "E_DATE [row] rows.csv line 3, column dob",
        "E_TIN [row] rows.csv line 3, column tin",
        "E_ROW_ID [row] rows.csv line 5, column row_id",
        "E_CASE [row] rows.csv line 6, column case_id",
    ]
    assert CANARY not in done.output + done.stderr
    assert sorted(p.name for p in folder.iterdir()) == sorted(FILES), "nothing is left beside the request"


def test_a_refused_request_a_missing_folder_and_a_bad_rulebook(tmp_path: Path) -> None:
    folder = filled(tmp_path / "form")
    (folder / "rows.csv").write_bytes((folder / "rows.csv").read_bytes() + b"\xff\n")
    done = call("request", "validate", folder)
    assert (done.exit_code, "rows.csv: 3 sent = 0 accepted + 3 rejected" in done.stdout) == (1, True)
    assert "Refused" in done.stdout
    assert call("request", "validate", tmp_path / "none").exit_code == 2
    other = call("request", "validate", folder, "--rulebook", tmp_path)
    assert (other.exit_code, other.stderr.startswith("stopped: E_RULEBOOK: the rulebook")) == (2, True)


def test_another_rulebook_has_another_layout(tmp_path: Path) -> None:
    folder, book = filled(tmp_path / "form"), tmp_path / "book"
    shutil.copytree(rulebooks() / BOOK / "registers", book / "registers")
    facts = (rulebooks() / BOOK / "facts.toml").read_text()
    (book / "facts.toml").write_text(facts.replace('name = "event_number"', 'name = "other_number"'))
    done = call("request", "validate", folder, "--rulebook", book)
    assert (done.exit_code, "E_HEADER [file] rows.csv line 1" in done.stderr) == (1, True)


def test_the_installed_command_needs_no_office(tmp_path: Path) -> None:
    folder = filled(tmp_path / "form")
    command = [sys.executable, "-m", "lawgate.wiring.main", "request", "validate", str(folder)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, "Clean" in done.stdout) == (0, True), done.stderr


def spoiled(data: bytes) -> bytes:
    """Rows 2 and 3 of the request, wrong in one and in two places."""
    lines = data.split(b"\n")
    lines[2] = lines[2].replace(b",subject,", b",victim,")
    lines[3] = lines[3].replace(b",subject,", b",victim\x07,", 1).replace(b"r0000", b"r 000", 1)
    return b"\n".join(lines)


def test_a_rejected_row_has_its_entry_and_its_proof(office: Office, tmp_path: Path) -> None:
    request = rewritten(office.lab / "thirty", tmp_path / "request", rows=spoiled)
    home = call("request", "validate", request)
    got = office.call("request", "receive", request)
    batch = got.stdout.split(":")[0]
    told = [line for line in home.stderr.splitlines() if line.startswith("E_")]
    assert told == [line for line in got.stderr.splitlines() if line.startswith("E_")], "both sides say the same"
    decide_batch(office.house.decide, batch, AS_OF)
    shown = office.call("request", "faults", batch, "--proof", tmp_path / "proof")
    assert (shown.exit_code, shown.stdout.splitlines()[: len(told)]) == (0, told)
    assert "2 rows rejected; rooted in leaf 4" in shown.stdout
    one = office.call("request", "faults", batch, "--line", "4", "--file", "rows.csv")
    assert [line.split(" ")[0] for line in one.stdout.splitlines()[:-1]] == ["E_ID", "E_CODEPOINT"]
    assert "not done: E_LINE" in office.call("request", "faults", batch, "--line", "5").stderr
    # An outsider holds the three files against each other and against the log's policy, and needs nothing else.
    files = {p.name: p.read_bytes() for p in (tmp_path / "proof").iterdir()}
    assert set(files) == {"faults.parquet", "parse.json", "parse.tlog-proof"}
    policy = office.house.release.release.policy
    verify_entry(files["parse.json"], parse_proof(files["parse.tlog-proof"]), policy, verify)
    leaf = parse_leaf(files["parse.json"])
    assert leaf.text("faults") == hashlib.sha256(files["faults.parquet"]).hexdigest()
    assert (leaf.number("accepted"), leaf.number("rejected")) == (28, 2)


def test_changed_faults_are_not_shown(office: Office, tmp_path: Path) -> None:
    request = rewritten(office.lab / "thirty", tmp_path / "request", rows=spoiled)
    batch = office.call("request", "receive", request).stdout.split(":")[0]
    kept = office.room(batch) / "faults.parquet"
    other = office.call("request", "receive", office.lab / "proper").stdout.split(":")[0]
    kept.write_bytes((office.room(other) / "faults.parquet").read_bytes())
    for look in (lambda: rejected(office.house.intake, batch), lambda: proof_files(office.house.intake, batch)):
        with pytest.raises(LawgateError, match="not those that were rooted"):
            look()
    done = office.call("request", "faults", batch)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "not done: E_BATCH" in office.call("request", "faults", "no-such-batch").stderr


def test_the_same_again_is_recognised(office: Office, tmp_path: Path) -> None:
    first = office.call("request", "receive", office.lab / "proper").stdout.split(":")[0]
    twice = office.call("request", "receive", office.lab / "proper")
    assert (twice.exit_code, f"as batch {first}" in twice.stderr) == (1, True)

    def renamed(text: str) -> str:
        return re.sub(r'^request_id = ".*"$', 'request_id = "req-again-1"', text, flags=re.MULTILINE)

    other = office.call("request", "receive", rewritten(office.lab / "proper", tmp_path / "other", cover=renamed))
    assert [line for line in other.stderr.splitlines() if line.startswith("note")] == [
        f"note: batch {first} states the same rows.csv",
        f"note: batch {first} states the same cases.csv",
    ]

    def changed(data: bytes) -> bytes:
        lines = list(csv.reader(data.decode().splitlines()))
        return data.replace(lines[1][lines[0].index("last")].encode(), b"Other", 1)

    same_id = office.call("request", "receive", rewritten(office.lab / "proper", tmp_path / "rows", rows=changed))
    assert [line for line in same_id.stderr.splitlines() if line.startswith("note")] == [
        f"note: batch {first} states the same cases.csv",
        f"note: batch {first} states the same request_id",
        f"note: batch {other.stdout.split(':')[0]} states the same cases.csv",
    ]
    fresh = office.call("request", "receive", office.lab / "second")
    assert (fresh.exit_code, fresh.stderr) == (0, "")
    assert len(office.house.decide.cases.batches()) == 4
