# SPDX-License-Identifier: Apache-2.0
"""An office folder with made-up records in it, and the lab's played people who sign: shared by the journeys.

Making records and importing them takes longest, so both happen once; a test works on a copy of the folder.
"""

from __future__ import annotations

import base64
import csv
import dataclasses
import hashlib
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
from click.testing import Result
from typer.testing import CliRunner

from lawgate.docket.printing import print_order
from lawgate.model.order import EVERY, Effect, EffectKind, Order
from lawgate.office.adjudicate import decide_batch
from lawgate.office.bench import read_bench
from lawgate.office.house import House
from lawgate.office.intake import receive
from lawgate.office.prepare import Prepared
from lawgate.office.release import Release, hand_in_review, prepare_package, review_paper, to_review
from lawgate.protocol.statement import Looked
from lawgate.surfaces.cli.app import build
from lawgate.surfaces.cli.doors import Doors
from lawgate.wiring.folder import create, open_house
from lawgate.wiring.main import rulebooks
from lawgate.wiring.orders import open_orders
from lawgate_lab.make import make
from lawgate_lab.played import signing_key
from lawgate_lab.registering import Past, register_now

SEED = 7
BOOK = "us-26-6103"
REVIEWER, CLERK = "person.custodian.1", "person.custodian.5"
AGENCY, KEY = "us.doj", "rk-doj-1"
AS_OF = datetime(2025, 6, 30, 16, 0, tzinfo=UTC)
SAFEGUARDS = "".join(
    f'[[safeguard]]\nagency = "{agency}"\napproved_on = 2025-01-01\nto = "until further notice"\nsource = "made up"\n'
    for agency in ("us.dhs", "us.doj")
)


@dataclass(frozen=True)
class Office:
    """One office folder, and the lab folder its records and requests come from."""

    folder: Path
    lab: Path
    seed: int = SEED

    @property
    def house(self) -> House:
        """The house, opened anew as each command does."""
        return open_house(self.folder)

    def copy(self, folder: Path) -> Office:
        """The same office in another folder, keys and all."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Office(folder, self.lab, self.seed)

    def room(self, batch: str) -> Path:
        """Where the batch's values are kept."""
        return self.folder / "batches" / batch

    def decided(self, request: Path, as_of: datetime | None = AS_OF) -> str:
        """Receive a request and decide it; its batch id."""
        batch = receive(self.house.intake, request).batch
        assert batch.state == "received"
        return decide_batch(self.house.decide, batch.id, as_of).id

    def once(self, request: Path) -> str:
        """The batch of this request: decided now, unless an earlier test did."""
        named = re.findall(r'^request_id = "(.*)"$', (request / "cover.toml").read_text(), re.MULTILINE)[0]
        known = [b.id for b in self.house.decide.cases.batches() if b.request_id == named and b.state == "decided"]
        return known[0] if known else self.decided(request)

    def prepared(self, batch: str, rows: Sequence[int], declined: Sequence[int] = ()) -> Prepared:
        """Review the rows as the played reviewer, hand the review in, prepare the package."""
        desk = self.house.release
        # A log whose last leaf was dated a little ahead carries that on: rows are looked at after they were decided.
        while to_review(desk, batch, [*rows][:1]).decided_at > datetime.now(UTC):
            time.sleep(0.2)
        looked = [Looked(row, row not in declined, at) for row, at in seen(sorted({*rows, *declined}))]
        paper = review_paper(desk, batch, REVIEWER, looked)
        hand_in_review(ahead(desk, len(looked)), batch, paper, signing_key(self.seed, REVIEWER).sign(paper))
        return prepare_package(desk, batch)

    def rows(self, batch: str) -> list[dict[str, object]]:
        """The decisions as stored."""
        return pq.read_table(self.room(batch) / "decisions.parquet").to_pylist()

    def patterns(self, batch: str) -> list[dict[str, object]]:
        """The pattern records as stored."""
        return [json.loads(line) for line in (self.room(batch) / "patterns.jsonl").read_bytes().splitlines()]

    def failed(self, batch: str) -> list[set[tuple[str, str, str]]]:
        """For each row in order: (level, element, code) of every clause that is not met or cannot be told."""
        house = self.house
        known = house.decide.cases.batch(batch)
        assert known is not None
        provision = read_bench(house.decide, known).provision
        clauses = provision.clauses if provision else ()
        patterns = [
            {
                (c.level, c.element, c.code)
                for c, letter in zip(clauses, record["clauses"], strict=True)
                if letter in "nu"
            }
            for record in self.patterns(batch)
        ]
        return [patterns[row["pattern"]] for row in sorted(self.rows(batch), key=lambda row: row["n"])]

    def broken(self) -> list[str]:
        """What `log verify` finds broken."""
        return [check.sentence for check in self.house.check_log() if check.broken]

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """The command line in a process of its own; it succeeds."""
        done = self.start(*words)
        assert done.returncode == 0, done.stderr
        return done

    def start(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """The command line in a process of its own."""
        command = [sys.executable, "-m", "lawgate.wiring.main", *map(str, words), "--office", str(self.folder)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def call(self, *words: str | Path) -> Result:
        """The same command line in this process: exit code, both outputs, and an exception that got away."""
        app = build(Doors(lambda folder, name: create(folder, rulebooks(), BOOK, name), open_house, open_orders))
        return CliRunner().invoke(app, [*map(str, words), "--office", str(self.folder)])


def open_office(folder: Path, lab: Path, seed: int = SEED) -> Office:
    """A new office with the lab's people and records."""
    create(folder, rulebooks(), BOOK, "journey", clock=Past())
    for register in (lab / "registers").glob("*.toml"):
        shutil.copy(register, folder / "registers")
    (folder / "registers" / "safeguards.toml").write_text(SAFEGUARDS)
    made = Office(folder, lab, seed)
    # A new key waits three days: the office is founded so far back, and registers the played keys there and then.
    register_now(made.house.keys, seed)
    made.house.import_records(lab / "records")
    return made


PRACTICE = """id = "made-up"
requester = "us.doj"
provision = "i2"
channel = "folder"
rows_a_request = 2000000
rows_a_year = 2000000
matching_standard = "matches_on_file"
explanation = "{digest}"
citation = "26 U.S.C. 6103(p)(1)"
reason = "HYPOTHETICAL: made up for a test, so that a large batch has something to give."
in_force = {{ start = 2020-01-01, end = "until further notice" }}
"""


def allow_many(office: Office) -> Office:
    """The same office with a made-up practice for large requests; without one a large batch is held."""
    place = office.folder / "rulebooks" / BOOK / "practices" / "made-up.toml"
    place.write_text(PRACTICE.format(digest="0" * 64))
    return office


def small_lab(folder: Path) -> Path:
    """A few thousand people; requests `proper` (3 people), `second` (3 others), `thirty` (30)."""
    for name, people in (("proper", 3), ("second", 3), ("thirty", 30)):
        make(folder, 10, 3000, "proper", SEED, name, people)
    return folder


class Ahead:
    """The machine's clock, some seconds ahead."""

    def __init__(self, seconds: int) -> None:
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def monotonic(self) -> float:
        return time.monotonic()


class Still:
    """A clock that stands at one moment."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def monotonic(self) -> float:
        return 0.0


def ahead(desk: Release, rows: int) -> Release:
    """The same desks when so many rows have been looked at: a test need not wait a second for each."""
    return dataclasses.replace(desk, review=dataclasses.replace(desk.review, clock=Ahead(rows + 5)))


def seen(rows: Sequence[int]) -> list[tuple[int, datetime]]:
    """Each row with the second it is looked at, from now on: all on one day, as a review demands."""
    while True:
        first = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
        if first.date() == (first + timedelta(seconds=len(rows) + 10)).date():
            return [(row, first + timedelta(seconds=k)) for k, row in enumerate(rows)]
        time.sleep(1)


def sent(request: Path) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Rows and cases of a request as text."""
    with (request / "rows.csv").open(newline="") as rows, (request / "cases.csv").open(newline="") as cases:
        return list(csv.DictReader(rows)), list(csv.DictReader(cases))


def rewritten(
    request: Path,
    target: Path,
    cover: Callable[[str], str] = str,
    rows: Callable[[bytes], bytes] = bytes,
    cases: Callable[[bytes], bytes] = bytes,
    signer: str = "",
    seed: int = SEED,
) -> Path:
    """The request with other rows, cases or cover: counted, digested and signed anew, by its own signer unless said."""
    target.mkdir()
    text = (request / "cover.toml").read_text()
    for name, change in (("cases.csv", cases), ("rows.csv", rows)):
        data = change((request / name).read_bytes())
        (target / name).write_bytes(data)
        digest, lines = hashlib.sha256(data).hexdigest(), data.split(b"\n")
        stated = f'"{name}" = {{ sha256 = "{digest}", rows = {len(lines) - 2} }}'
        text = re.sub(rf'^"{re.escape(name)}" = .*$', stated, text, flags=re.MULTILINE)
    raw = cover(text).encode()
    signer = signer or re.findall(r'^signer = "(.*)"$', raw.decode(), re.MULTILINE)[0]
    (target / "cover.toml").write_bytes(raw)
    (target / "cover.toml.sig").write_bytes(base64.b64encode(signing_key(seed, signer).sign(raw)) + b"\n")
    return target


def an_order(name: str, agency: str, at: datetime | None = None) -> bytes:
    """The text of an order that stops everything this agency asks for, from now on."""
    now = (at or datetime.now(UTC)).replace(microsecond=0)
    effect = Effect(EffectKind.STOP, EVERY, (agency,), EVERY, EVERY, EVERY, 0)
    return print_order(Order(name, "A Court", "1:30-cv-1", "stay", "a" * 64, now, now, now, None, (effect,), ""))


def addresses_on_file(lab: Path, record: int, years: Sequence[int]) -> dict[str, dict[str, str]]:
    """What the records say, year by year: the values a grant of these years is about."""
    table = pq.read_table(lab / "records" / "addresses.parquet", filters=[("record", "=", record)])
    return {
        str(year): {part: row[part] for part in ("line1", "line2", "city", "state", "zip")}
        for row in table.to_pylist()
        for year in years
        if row["from_year"] <= year <= row["to_year"]
    }


def files_below(folder: Path) -> Iterator[Path]:
    """Every plain file, links not followed."""
    yield from (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def today() -> date:
    """The UTC day."""
    return datetime.now(UTC).date()
