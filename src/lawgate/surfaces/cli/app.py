# SPDX-License-Identifier: Apache-2.0
"""`lawgate`: the commands of one office folder. Heavy imports happen inside `open_house`, never for help."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from lawgate.surfaces.cli.again import add_again
from lawgate.surfaces.cli.approvals import add_approvals, objected
from lawgate.surfaces.cli.audit import add_audit
from lawgate.surfaces.cli.doors import BATCH, OFFICE, PERSON, Doors, answering, moment, there, writing
from lawgate.surfaces.cli.evidence import add_evidence
from lawgate.surfaces.cli.keys import add_keys
from lawgate.surfaces.cli.logs import add_log
from lawgate.surfaces.cli.notices import add_notices
from lawgate.surfaces.cli.orders import add_orders
from lawgate.surfaces.cli.person import add_person
from lawgate.surfaces.cli.public import add_public
from lawgate.surfaces.cli.recall import add_recall
from lawgate.surfaces.cli.receive import add_receive
from lawgate.surfaces.cli.requests import add_requests, some_faults
from lawgate.surfaces.cli.reviews import add_show
from lawgate.surfaces.cli.statutory import add_statutory
from lawgate.surfaces.cli.usage import Spoken
from lawgate.surfaces.cli.witness import POLICY, WITNESS, add_witness, listed, tell_witnesses


def build(doors: Doors) -> typer.Typer:
    """The command line over these doors."""
    app = typer.Typer(
        cls=Spoken,
        no_args_is_help=True,
        help="The gate between confidential records and everyone who asks for them.",
        # A trace with the values of variables would show what nobody may see.
        pretty_exceptions_enable=False,
        pretty_exceptions_show_locals=False,
    )
    _office(app, doors)
    _request(app, doors)
    _told(app, doors)
    add_again(app, doors)
    _review(app, doors)
    _release(app, doors)
    add_approvals(app, doors)
    add_keys(app, doors)
    add_notices(app, doors)
    add_orders(app, doors)
    add_log(app, doors)
    add_evidence(app, doors)
    add_statutory(app, doors)
    add_public(app, doors)
    add_audit(app, doors)
    add_recall(app, doors)
    add_witness(app, doors)
    add_person(app, doors)
    add_receive(app, doors)
    return app


def _office(app: typer.Typer, doors: Doors) -> None:
    records = typer.Typer(no_args_is_help=True, help="The custodian's records.")
    app.add_typer(records, name="records")

    @app.command()
    def init(
        folder: Path,
        name: Annotated[str, typer.Option(help="The office's name in its log.")] = "office",
        witness: WITNESS = None,
        policy: POLICY = None,
        after: Annotated[
            Path | None, typer.Option(help="An office whose log is closed and goes on in this one.")
        ] = None,
    ) -> None:
        """Make an office folder: settings, rulebook, docket, keys, log; one local witness unless others are named."""
        with answering():
            if after is not None:
                tell_witnesses(doors.after(folder, name, there(after)))
            elif text := listed(witness or [], policy):
                tell_witnesses(doors.witness.found(folder, name, text))
            else:
                doors.create(folder, name)
        typer.echo(
            f"made {folder}. Next: put people.toml, recipients.toml and safeguards.toml into its registers folder,"
        )
        typer.echo(
            "and staff.toml with the officers who sign nothing; then `lawgate records import FOLDER`. Numbers must come"
        )
        typer.echo("from never-issued ranges (profile synthetic).")

    @records.command("import")
    def import_records(source: Path, office: OFFICE = Path()) -> None:
        """Import the custodian's two Parquet files and pin them by their SHA-256."""
        with answering():
            manifest = writing(doors, office).import_records(source)
        typer.echo(f"imported; manifest sha256 {manifest}")

    @app.command()
    def status(office: OFFICE = Path()) -> None:
        """Batches and packages with their hand-outs, and the orders in force."""
        from lawgate.docket.standing import standing
        from lawgate.law.registers import read_registers
        from lawgate.office.disclosed import fates
        from lawgate.surfaces.cli.overview import render

        with answering():
            desk = doors.open(office).decide
            leaves = list(desk.log.leaves())
            batches = [(batch, fates(leaves, batch.id)) for batch in desk.cases.batches()]
            docket, now = desk.orders.texts(), desk.clock.now()
            lifted = desk.lifted(docket, read_registers(desk.registers()), now)
            typer.echo(render(batches, standing(docket, now, lifted)))
            for line in objected(leaves):
                typer.echo(line)


def _request(app: typer.Typer, doors: Doors) -> None:
    request = typer.Typer(no_args_is_help=True, help="Requests as they arrive.")
    app.add_typer(request, name="request")
    add_requests(request, doors)

    @request.command()
    def receive(folder: Path, office: OFFICE = Path()) -> None:
        """Receive a request: its cover, its signature, cases.csv and rows.csv, in one folder."""
        from lawgate.office.intake import receive as take

        with answering():
            sent = there(folder)
            got = take(writing(doors, office, taking_up=True).intake, sent)
        for sentence in some_faults(got.parsed, got.batch.id):
            typer.echo(sentence, err=True)
        for each in got.earlier:
            typer.echo(f"note: batch {each.batch} states the same {each.what}", err=True)
        rows = got.parsed.rows
        counted = f"{rows.sent:,} sent = {rows.accepted:,} accepted + {rows.rejected:,} rejected"
        typer.echo(f"{got.batch.id}: {got.batch.state}; {counted}")
        if got.parsed.refused:
            raise typer.Exit(1)

    @app.command()
    def decide(
        batch: BATCH,
        as_of: Annotated[str, typer.Option(help="Instant whose law applies, with offset; now unless said.")] = "",
        office: OFFICE = Path(),
    ) -> None:
        """Decide every row of a received batch, element by element, and root the decisions in the log."""
        from lawgate.office.adjudicate import decide_batch

        with answering():
            made = decide_batch(writing(doors, office, taking_up=True).decide, batch, moment(as_of) if as_of else None)
        for name, rows in sorted(made.figures.items()):
            if name.startswith(("row_outcome.", "outcome.")):
                typer.echo(f"{name.replace('.', ' ')}: {rows:,}")
        typer.echo(f"decisions are rooted in leaf {made.decision_leaf}")


def _told(app: typer.Typer, doors: Doors) -> None:
    @app.command()
    def report(batch: BATCH, office: OFFICE = Path()) -> None:
        """What a batch came to: counts, the first thing in the way, what the batch as a whole shows."""
        from lawgate.model.fault import Refused
        from lawgate.office.pinned import pinned_bench
        from lawgate.surfaces.cli.batch_report import render

        with answering():
            desk = doors.open(office).decide
            found = desk.cases.batch(batch)
            if found is None:
                raise Refused("E_BATCH", "there is no batch of that id")
            provision = pinned_bench(desk, found.decision_leaf).provision if found.state == "decided" else None
            typer.echo(render(found, provision, list(desk.cases.packages(batch))))

    @app.command()
    def explain(batch: BATCH, row: str, office: OFFICE = Path()) -> None:
        """Why one row was decided as it was: a letter with every element and its citation, and no personal value."""
        from lawgate.office.explain import explain as explained
        from lawgate.surfaces.cli.letters import render

        with answering():
            found = explained(doors.open(office).decide, batch, row)
        typer.echo(render(found))


def _review(app: typer.Typer, doors: Doors) -> None:
    review = typer.Typer(no_args_is_help=True, help="Individual review by a named human.")
    app.add_typer(review, name="review")
    add_show(review, doors)

    @review.command("list")
    def listed(
        batch: BATCH,
        limit: Annotated[int, typer.Option(min=1, help="Show so many rows at most.")] = 200,
        office: OFFICE = Path(),
    ) -> None:
        """Rows whose outcome grants, for the reviewer to look at one by one."""
        from lawgate.office.release import to_look_at

        with answering():
            rows = to_look_at(doors.open(office).release, batch, limit + 1)
        for row in rows[:limit]:
            others = f"{row.others} others at the address ({row.minors} minors)"
            typer.echo(f"row {row.n}  {row.row_id}  {others}  see `lawgate review show {batch} {row.n} --by PERSON`")
        if not rows:
            typer.echo("the decision grants no row of this batch, so there is nothing to review")
        if len(rows) > limit:
            typer.echo(f"more rows grant than these {limit:,}; --limit shows more", err=True)

    @review.command()
    def paper(
        batch: BATCH,
        out: Path,
        by: PERSON,
        accept: Annotated[
            list[str] | None, typer.Option(help="ROW@INSTANT: accepted; ROW is the number `review list` shows.")
        ] = None,
        decline: Annotated[list[str] | None, typer.Option(help="ROW@INSTANT: declined.")] = None,
        office: OFFICE = Path(),
    ) -> None:
        """Write the statement the reviewer signs, for the rows they looked at."""
        from lawgate.model.fault import Refused
        from lawgate.office.release import review_paper
        from lawgate.protocol.statement import Looked

        with answering():
            if not accept and not decline:
                raise Refused("E_SEEN", "a review is of at least one row")
            said = ((True, accept or []), (False, decline or []))
            looked = [Looked(*_seen(text, accepted)) for accepted, texts in said for text in texts]
            out.write_bytes(review_paper(doors.open(office).release, batch, by, looked))
        typer.echo(
            f"wrote {out}; sign its exact bytes with the reviewer's key (Ed25519), then `lawgate review hand-in`"
        )

    @review.command("hand-in")
    def hand_in(batch: BATCH, statement: Path, signature: Path, office: OFFICE = Path()) -> None:
        """Hand in a signed review (signature: 64 raw bytes)."""
        from lawgate.office.release import hand_in_review

        with answering():
            taken = hand_in_review(
                writing(doors, office).release, batch, statement.read_bytes(), signature.read_bytes()
            )
        typer.echo(f"review of {len(taken.statement.looked)} rows is in leaf {taken.leaf}")


def _release(app: typer.Typer, doors: Doors) -> None:
    @app.command()
    def prepare(
        batch: BATCH,
        review: Annotated[
            int | None, typer.Option(help="Leaf of the review; the oldest one without a package unless said.")
        ] = None,
        office: OFFICE = Path(),
    ) -> None:
        """Seal the rows that one review accepted into a package. Nothing leaves yet."""
        from lawgate.office.release import prepare_package

        with answering():
            made = prepare_package(writing(doors, office, taking_up=True).release, batch, review)
        typer.echo(
            f"package {made.manifest.package}: {len(made.manifest.records)} records, prepared in leaf {made.leaf}"
        )

    @app.command()
    def pull(
        package: str,
        key: Annotated[str, typer.Option(help="Id of the registered recipient key that asks.")],
        out: Annotated[Path, typer.Option(help="Folder to deliver into.")],
        office: OFFICE = Path(),
    ) -> None:
        """Hand a package and its sealed keys to the recipient, after a last look at the docket."""
        from lawgate.office.handout import pull as hand_out

        with answering():
            house = writing(doors, office)
            done = hand_out(house.release.release, package, key, house.courier(out))
        typer.echo(f"handed out as {done.name}; leaves {done.handout} (before) and {done.sent} (after)")


def _seen(text: str, accepted: bool) -> tuple[int, bool, datetime]:
    from lawgate.model.fault import Refused

    row, _, at = text.partition("@")
    try:
        number, seen = int(row), datetime.fromisoformat(at)
    except ValueError:
        number, seen = 0, datetime.min
    # An instant without its offset could be any zone's: it is refused, never taken for this machine's.
    if seen.tzinfo is None:
        raise Refused(
            "E_SEEN", "a row is named without the instant at which it was looked at, or that lacks its offset"
        )
    return number, accepted, seen.astimezone(UTC)
