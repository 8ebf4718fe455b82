# SPDX-License-Identifier: Apache-2.0
"""The demonstration: the affair, a proper request, witnesses, an order; a screen and a report with its figures."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyrage
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from lawgate.ledger.leaf import StageLeaf
from lawgate.office.explain import Explained, explain
from lawgate.office.handout import HandedOut
from lawgate.office.house import House
from lawgate.office.order_leaves import exposures
from lawgate.ports.cases import BatchRow
from lawgate.protocol.bars import Barred
from lawgate_lab.figures import AffairFigures, affair_figures
from lawgate_lab.make import make
from lawgate_lab.office import (
    Laps,
    found_office,
    handouts_after_orders,
    make_package,
    stop_order,
    take_and_decide,
    try_pull,
)
from lawgate_lab.played import age_identity
from lawgate_lab.replica import replica_2025
from lawgate_lab.witnesses import Post, played

SEED = 2025
MARK = ".made-by-the-demo"
STEPS = (
    "start three witnesses; make synthetic records and requests",
    "found an office, import the records",
    "the affair: receive and decide",
    "what the check of 2025 would have sent",
    "a proper request, answered",
    "one witness away, then two",
    "a second proper request, and an order",
    "check the whole log",
)


@dataclass(frozen=True)
class Proper:
    """A proper request as it went: people, seconds from receipt to hand-out, of which the reviewer looked."""

    batch: BatchRow
    rows: int
    seconds: float
    looked: float
    records_opened: int
    handout: int


@dataclass(frozen=True)
class Away:
    """The first package asked for again: handed out with one of three witnesses away, barred with two."""

    one: HandedOut
    two: Barred
    sent_by_two: int


@dataclass(frozen=True)
class Stopped:
    """The second package: handed out before the order, barred after it."""

    before: HandedOut
    after: Barred
    order: str
    after_order: int


@dataclass(frozen=True)
class Story:
    """Everything the screen and the report are made of."""

    claims: int
    records: int
    affair: BatchRow
    figures: AffairFigures
    letters: tuple[Explained, ...]
    proper: Proper
    away: Away
    stopped: Stopped
    laps: dict[str, float]
    decide_laps: dict[str, float]
    log_leaves: int
    log_root: str
    log_broken: int
    witness_note: str
    office: Path
    timeline: tuple[tuple[str, str, str], ...]


def run(out: Path, claims: int, records: int, console: Console, decided: Callable[[], None] = lambda: None) -> Story:
    """Play the whole story into `out` and give back its figures. Ends by itself.

    `decided` is called once after the affair was decided, when nothing is measured any more that it could slow down.
    """
    _clear(out)
    lab, laps, inner = out / "lab", Laps(), Laps()
    with _progress(console, laps) as step, ExitStack() as until_the_end:
        with step():
            posts = until_the_end.enter_context(played(out / "witnesses"))
            _lab(lab, claims, records)
        with step():
            house = found_office(out / "office", lab, SEED, posts)
        with step():
            inner.since = time.perf_counter()
            affair = take_and_decide(house, lab / "affair", inner.lap)
            decided()
        with step():
            replica = replica_2025(lab / "records", lab / "affair")
            room = house.decide.rooms.path(affair.id)
            figures = affair_figures(room, lab / "truth" / "affair.parquet", affair, replica)
            letters = _letters(house, affair)
        with step():
            proper = answer_proper(house, lab / "proper-a", out / "handed-out")
        with step():
            away = try_without(house, posts, proper.batch, out / "handed-out")
        with step():
            stopped = stop_second(house, lab / "proper-b", out / "handed-out")
        with step():
            broken = sum(c.broken for c in house.check_log())
            size, root = house.log_head()
    return Story(
        claims=claims,
        records=records,
        affair=affair,
        figures=figures,
        letters=(*letters, _first_granted(house, proper.batch)),
        proper=proper,
        away=away,
        stopped=stopped,
        laps=laps.seconds,
        decide_laps=inner.seconds,
        log_leaves=size,
        log_root=root,
        log_broken=broken,
        witness_note=house.witness_note,
        office=out / "office",
        timeline=_timeline(house),
    )


def _timeline(house: House) -> tuple[tuple[str, str, str], ...]:
    """Every leaf in the order of the log: its instant, its kind, what it is about and how many rows."""
    leaves = list(house.decide.log.leaves())
    return tuple((leaf.at, leaf.kind, _about(leaf, leaves)) for _, leaf in leaves)


def _about(leaf: StageLeaf, leaves: Sequence[tuple[int, StageLeaf]]) -> str:
    subject = next((leaf.text(name) for name in ("package", "order", "batch") if name in leaf.body), "")
    if leaf.kind == "in-force":
        # The list begins a little before the order's effect, and says of each whether it is there for that only.
        rows, near = dict(leaves), {each.leaf for each in exposures(leaves) if each.near and each.order == subject}
        named = [int(name.rpartition("@")[2]) for name in leaf.texts("exposed")]
        before, since = (sum(rows[at].number("rows") for at in named if (at in near) is one) for one in (True, False))
        tolerated = f", {before:,} rows before it within the clocks' tolerance" if before else ""
        return f"{subject}{tolerated}, {since:,} rows"
    counted = {"prepared": "rows", "handout": "rows"}.get(leaf.kind)
    return f"{subject}, {leaf.number(counted):,} rows" if counted else subject


def _clear(out: Path) -> None:
    """Remove what an earlier demonstration made, nothing else. FileExistsError for a folder none was made in."""
    mark = out / MARK
    if out.exists() and any(out.iterdir()) and not mark.exists():
        raise FileExistsError(f"{out} holds something that no demonstration made; name another folder with --out")
    out.mkdir(parents=True, exist_ok=True)
    for made in ("lab", "office", "witnesses", "handed-out"):
        shutil.rmtree(out / made, ignore_errors=True)
    mark.write_text("Made by `lawgate-lab demo`; the next run makes lab, office, witnesses and handed-out anew.\n")


def _lab(lab: Path, claims: int, records: int) -> None:
    make(lab, claims, records, "affair", SEED)
    for name in ("proper-a", "proper-b"):
        make(lab, claims, records, "proper", SEED, name)


def answer_proper(house: House, request: Path, out: Path) -> Proper:
    """A small request from receipt to the recipient's opened records. ValueError when it is not answered yes."""
    begin = time.perf_counter()
    batch = take_and_decide(house, request)
    prepared, looked = make_package(house, batch.id, SEED)
    done = try_pull(house, prepared.manifest.package, batch.recipient_key, out)
    seconds = time.perf_counter() - begin
    if isinstance(done, Barred):
        raise ValueError(f"a proper request was not answered: {done.why}")
    opened = open_as_recipient(out / done.name, batch.recipient_key)
    return Proper(batch, len(prepared.manifest.records), seconds, looked, opened, done.handout)


def try_without(house: House, posts: Sequence[Post], batch: BatchRow, out: Path) -> Away:
    """The first package asked for again with one witness away, then with two; the second is back afterwards."""
    package = next(iter(house.decide.cases.packages(batch.id))).id
    posts[2].stop()
    one = try_pull(house, package, batch.recipient_key, out)
    posts[1].stop()
    before = len(list(out.iterdir()))
    two = try_pull(house, package, batch.recipient_key, out)
    sent = len(list(out.iterdir())) - before
    posts[1].start()
    posts[1].wait()
    if isinstance(one, Barred) or not isinstance(two, Barred) or [bar.code for bar in two.bars][:1] != ["witness"]:
        raise ValueError("the witnesses did not make the difference: this is a defect")
    return Away(one, two, sent)


def stop_second(house: House, request: Path, out: Path) -> Stopped:
    """A second package: pulled, then the order comes in, then the same pull again."""
    batch = take_and_decide(house, request)
    prepared, _ = make_package(house, batch.id, SEED)
    package = prepared.manifest.package
    before = try_pull(house, package, batch.recipient_key, out)
    # The log counts in whole seconds; in the order's own second the hand-out before it would count as after it.
    time.sleep(1.1)
    order = stop_order(house, batch.agency)
    after = try_pull(house, package, batch.recipient_key, out)
    if isinstance(before, Barred) or not isinstance(after, Barred):
        raise ValueError("the order did not make the difference: this is a defect")
    return Stopped(before, after, order, handouts_after_orders(house))


def open_as_recipient(delivered: Path, key: str) -> int:
    """Open a delivery as its recipient would with the age program; how many records opened."""
    import io
    import tarfile

    mine = pyrage.x25519.Identity.from_str(age_identity(SEED, key))
    lines = pyrage.decrypt((delivered / "keys.age").read_bytes(), [mine]).decode().splitlines()
    identities = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    with tarfile.open(fileobj=io.BytesIO((delivered / "package.tar").read_bytes())) as tar:
        sealed = [tar.extractfile(m) for m in tar.getmembers() if m.name.endswith(".age")]
        return sum(bool(pyrage.decrypt(f.read(), identities)) for f in sealed if f is not None)


def _letters(house: House, affair: BatchRow) -> tuple[Explained, ...]:
    """A refused row, and one to be cured whose address the records did not confirm."""
    import pyarrow.parquet as pq

    room = house.decide.rooms.path(affair.id)
    table = pq.read_table(room / "decisions.parquet", columns=["row_id", "row_outcome", "pattern"]).to_pylist()
    denied = next(r["row_id"] for r in table if r["row_outcome"] == "DENY")
    cured = (explain(house.decide, affair.id, r["row_id"]) for r in _one_a_pattern(table, "RETURN_FOR_CURE"))
    unconfirmed = next(c for c in cured if any(p.why.startswith("the records do not show") for p in c.letter.against))
    return explain(house.decide, affair.id, denied), unconfirmed


def _one_a_pattern(table: list[dict[str, str]], outcome: str) -> Iterator[dict[str, str]]:
    seen = set()
    for row in table:
        if row["row_outcome"] == outcome and row["pattern"] not in seen:
            seen.add(row["pattern"])
            yield row


def _first_granted(house: House, batch: BatchRow) -> Explained:
    row = house.decide.engine.granted(house.decide.rooms.path(batch.id), 1)[0]
    return explain(house.decide, batch.id, row.row_id)


Step = Callable[[], AbstractContextManager[None]]


@contextmanager
def _progress(console: Console, laps: Laps) -> Iterator[Step]:
    """A bar over the steps; each `with step():` is the next one, and its time is noted under its name."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task, names = bar.add_task("", total=len(STEPS)), iter(STEPS)

        @contextmanager
        def step() -> Iterator[None]:
            name = next(names)
            bar.update(task, description=name)
            yield
            laps.lap(name)
            bar.advance(task)

        yield step


def screen(story: Story) -> list[str]:
    """The last screen: at most 14 lines of at most 100 characters, every figure computed."""
    f, p, s = story.figures, story.proper, story.stopped
    held = "the whole request is on hold" if f.on_hold == f.rows else f"{f.on_hold:,} rows on hold"
    office = story.office
    return [
        "SYNTHETIC DATA. Nobody here exists. The lab plays the named people, with keys of their own.",
        f"The request    {story.affair.sent:,} people; {f.officials} official engaged in all of it "
        f"({f.load:,.2f} s a year for each); {f.reasons} reason",
        f"2025's check   would have sent {f.would_send:,} home addresses, {f.would_send_number:,} on name and number "
        "alone",
        f"lawgate sends  {f.sends:,}; {held}:",
        f"               {_because(f.holding)}",
        f"{'Of the ' + format(f.would_send, ','):<14} confirmed {f.confirmed:,}, address not confirmed "
        f"{f.not_confirmed:,}, another person {f.other_person:,}, other reasons {f.other_element:,}",
        f"               for a wrong person {f.wrong:,}; living at the {f.row_outcomes.get('REQUIRE', 0):,} permitted "
        f"addresses: {f.others:,} others, {f.minors:,} minors",
        f"A proper one   {p.rows} people: yes, in {p.seconds:.1f} s, {p.looked:.1f} s of it the (played) reviewer's "
        f"look; {p.records_opened} opened",
        "An order       (HYPOTHETICAL) after a second package was pulled once: the same pull is stopped;",
        f"               sent after the order: {s.after_order}",
        f"The log        {story.log_leaves} leaves, {story.log_broken} broken. Of 3 witnesses one away: it goes on; "
        f"two away: {story.away.sent_by_two} sent",
        f"Check it       .venv/bin/lawgate log verify --office {office}",
        f"Ask why        .venv/bin/lawgate explain {story.affair.id} {story.letters[0].row.row_id} -o {office}",
        f"Read on        {office.parent / 'report.html'}",
    ]


WORDS = {
    "i2.A.engaged.load_implausible": "nobody can be engaged in so many cases",
    "i2.B.iv.reason.reasons_repeated": "the same reason serves nearly everybody",
    "i2.B.iv.reason.one_reason_for_most": "the same reason serves nearly everybody",
}


def _because(holding: tuple[str, ...]) -> str:
    told = list(dict.fromkeys(WORDS[code] for code in WORDS if code in holding))
    return "; ".join(told) or ", ".join(holding)
