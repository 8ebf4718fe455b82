# SPDX-License-Identifier: Apache-2.0
"""Commands about what has to add up: the yearly reports, and reconciliation."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lawgate.surfaces.cli.doors import OFFICE, PERSON, Doors, answering, writing
from lawgate.surfaces.cli.public import write_files

if TYPE_CHECKING:
    from lawgate.office.house import House
    from lawgate.office.reconcile import Reconciled
    from lawgate.office.reports import Sheet


def add_statutory(app: typer.Typer, doors: Doors) -> None:
    """Add `report-statutory` and the group `reconcile` to the command line."""
    _reports(app, doors)
    group = typer.Typer(no_args_is_help=True, help="Do manifest, transmitted, received and accounted agree?")
    app.add_typer(group, name="reconcile")
    _run(group, doors)
    _receipts(group, doors)


def _reports(app: typer.Typer, doors: Doors) -> None:
    @app.command("report-statutory")
    def report_statutory(
        year: int,
        out: Annotated[Path, typer.Option(help="A new or empty folder for the reports.")],
        draft: Annotated[
            bool, typer.Option("--draft", help="The confidential report alone, of a year that is not over.")
        ] = False,
        office: OFFICE = Path(),
    ) -> None:
        """The yearly reports of disclosures, each in a folder of its own: confidential, and for the public."""
        from lawgate.model.fault import Refused
        from lawgate.office.reports import statutory
        from lawgate.office.reports_rules import read_rules

        with answering():
            house = doors.open(office)
            if out.exists() and any(out.iterdir()):
                raise Refused("E_OUT", "the folder is not empty; name another one")
            kinds = [kind for kind in read_rules(house.decide.law()).kinds.values() if kind.every_number or not draft]
            made = [statutory(house.decide, year, kind.id, draft=draft) for kind in kinds]
            for sheet in made:
                write_files(out / sheet.kind.id, _files(sheet, house))
        for sheet in made:
            hidden = f"; {len(sheet.hidden)} lines not shown" if sheet.hidden else ""
            draft_of = "DRAFT, the year is not over; " if sheet.draft else ""
        typer.echo(f"{out / sheet.kind.id}: {draft_of}for {sheet.kind.audience}, due by {sheet.due}{hidden}")


def _files(sheet: Sheet, house: House) -> Mapping[str, bytes]:
    from lawgate.office.reports_files import columns, numbers_csv, trace_csv
    from lawgate.surfaces.site.render import report, report_data

    made = report_data(sheet, house.profile)
    pdf = house.accounting().pdf.make("report", made, int(datetime(sheet.year + 1, 1, 1, tzinfo=UTC).timestamp()))
    return {
        "report.csv": numbers_csv(sheet),
        "report.parquet": _parquet(columns(sheet)),
        "trace.csv": trace_csv(sheet),
        "report.html": report(sheet, house.profile),
        "report.pdf": pdf,
    }


def _parquet(columns: Mapping[str, list[int | str | bool | None]]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    kinds = {"agency": pa.string(), "provision": pa.string(), "shown": pa.bool_()}
    table = pa.table({name: pa.array(found, kinds.get(name, pa.int64())) for name, found in columns.items()})
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink)
    return bytes(sink.getvalue())


def _run(group: typer.Typer, doors: Doors) -> None:
    @group.command()
    def run(
        stated: Annotated[
            int | None, typer.Option(help="How many records somebody was told had left, to be held against the log.")
        ] = None,
        office: OFFICE = Path(),
    ) -> None:
        """Compare counts and sets of every package. A difference is an incident: it is logged, and the status is 1."""
        from lawgate.model.fault import Refused
        from lawgate.office.reconcile import raise_alarms, reconcile

        with answering():
            house = writing(doors, office)
            found = reconcile(house.release, stated)
            alarms = raise_alarms(house.release, found)
        for sentence in _told(found):
            typer.echo(sentence)
        if not found:
            typer.echo("no package has been prepared yet")
        with answering():
            if alarms:
                raise Refused("reconcile_differs", f"incidents in leaves {', '.join(map(str, alarms))}")


def _told(found: tuple[Reconciled, ...]) -> Iterator[str]:
    for one in found:
        where = one.package if one.handout is None else f"{one.package}, hand-out {one.handout}"
        counts = ", ".join(f"{name} {'not yet' if n is None else f'{n:,}'}" for name, n in one.counts.items())
        yield f"{'DIFFERS' if one.differences else 'agrees '} {where}: {counts}"
        for each in one.differences:
            which = f" ({', '.join(name[:16] for name in each.examples)})" if each.examples else ""
            yield (
                f"        {each.earlier} {each.had:,}, {each.later} {each.has:,}: "
                f"{each.missing:,} missing, {each.extra:,} too many{which}"
            )


def _receipts(group: typer.Typer, doors: Doors) -> None:
    @group.command()
    def receipt(delivery: Path, out: Path, by: PERSON) -> None:
        """For the recipient: count what arrived in the folder DELIVERY and write the receipt to sign."""
        from lawgate.office.reconcile_receipt import write_receipt

        with answering():
            package, received = _arrived(delivery)
            out.write_bytes(write_receipt(package, delivery.resolve().name, by, datetime.now(UTC), received))
        typer.echo(f"{len(received)} sealed records; wrote {out}: sign its exact bytes (Ed25519) and send both")

    @group.command()
    def take(paper: Path, signature: Path, office: OFFICE = Path()) -> None:
        """Take a recipient's signed receipt (signature: 64 raw bytes), whatever it says, and log it."""
        from lawgate.office.reconcile_receipt import take_receipt

        with answering():
            leaf = take_receipt(writing(doors, office).release, paper.read_bytes(), signature.read_bytes())
        typer.echo(f"the receipt is in leaf {leaf}; next: `lawgate reconcile run`")


def _arrived(delivery: Path) -> tuple[str, list[str]]:
    """The package's id and the SHA-256 of each sealed record in a delivery, counted in the files themselves."""
    from lawgate.model.fault import Refused
    from lawgate.protocol.manifest import ENDINGS

    sealed = tuple(f".{ending}" for ending in ENDINGS)
    try:
        with tarfile.open(delivery / "package.tar") as tar:
            names = [each.name for each in tar.getmembers() if each.isreg() and each.name.endswith(sealed)]
            streams = [tar.extractfile(name) for name in names]
            found = [sha256(stream.read()).hexdigest() for stream in streams if stream is not None]
    except tarfile.TarError:
        raise Refused("E_RECEIPT", "package.tar cannot be read; ask the custodian for it again") from None
    return delivery.resolve().name.rpartition("-")[0], found
