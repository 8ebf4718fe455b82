# SPDX-License-Identifier: Apache-2.0
"""Commands about notice: send it, hand in what came back, see who was served and how the clock stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lawgate.surfaces.cli.doors import OFFICE, PERSON, Doors, answering, moment, writable, writing

if TYPE_CHECKING:
    from lawgate.authority.notices import Met, Missing
    from lawgate.office.notify import Given
    from lawgate.office.notify_served import Status

PACKAGE = Annotated[str, typer.Argument(help="The package, as `lawgate status` lists it.")]
ACT = Annotated[bool, typer.Option("--act", help="The name is the id of an act on an order, not a package.")]
OUT = Annotated[Path, typer.Option(help="Folder for the paper and the page to file.")]
ADDRESS = Annotated[str, typer.Option("--at-address", help="PARTY/ADDRESS, by the ids of notice_parties.toml.")]


def add_notices(app: typer.Typer, doors: Doors) -> None:
    """Add the group `notice` to the command line."""
    group = typer.Typer(no_args_is_help=True, help="Notice that an order wants before something leaves.")
    app.add_typer(group, name="notice")
    _sent(group, doors)
    _back(group, doors)
    _reports(group, doors)
    _told(group, doors)


def _sent(group: typer.Typer, doors: Doors) -> None:
    @group.command()
    def send(
        package: PACKAGE,
        by: PERSON,
        out: OUT,
        anew: Annotated[bool, typer.Option("--anew", help="Make a new notice: its clock starts anew.")] = False,
        office: OFFICE = Path(),
    ) -> None:
        """Give notice of a package to every address of every party that an order names."""
        from lawgate.office.notify import give_notice
        from lawgate.office.notify_served import take_answers

        with answering():
            desk = writing(doors, office).notify
            writable(out)
            given = give_notice(desk, package, by, anew=anew)
            _write(given, out, dict(take_answers(desk, package, given)))

    @group.command()
    def act(
        name: Annotated[str, typer.Argument(help="Id of the act on an order.")],
        by: PERSON,
        out: OUT,
        office: OFFICE = Path(),
    ) -> None:
        """Give notice of an act that would loosen an order to every notice party of the order."""
        from lawgate.office.notify import give_act_notice
        from lawgate.office.notify_served import take_act_answers

        with answering():
            house = writing(doors, office)
            writable(out)
            given = give_act_notice(house.notify, house.orders, name, by)
            _write(given, out, dict(take_act_answers(house.orders, name, given)))

    @group.command()
    def keys(
        sender: Annotated[str, typer.Argument(help="The mailbox that notices come from.")],
        out: Annotated[Path, typer.Option(help="File for the mail certificate.")],
        office: OFFICE = Path(),
    ) -> None:
        """Make the keys that sign notices, where there are none, and write what parties check them by."""
        with answering():
            certificate, posting = writing(doors, office).notice_keys(sender)
            out.write_bytes(certificate)
        typer.echo(f"wrote {out}; posted notices are signed by the Ed25519 key {posting}")
        typer.echo("hand both to the parties by another way than mail")


def _back(group: typer.Typer, doors: Doors) -> None:
    @group.command()
    def statement(
        package: PACKAGE,
        out: Annotated[Path, typer.Option(help="File for the statement.")],
        by: PERSON,
        at_address: ADDRESS,
        how: Annotated[str, typer.Option(help="smtp, hand or filed.")],
        at: Annotated[str, typer.Option(help="When it was served, with offset.")],
        evidence: Annotated[
            Path | None, typer.Option(help="The delivery report, the stamped copy, or what counsel signed for it.")
        ] = None,
        act: ACT = False,
        office: OFFICE = Path(),
    ) -> None:
        """Write the statement of service that the person who served it signs."""
        from lawgate.office.notify_served import statement as written
        from lawgate.office.order_acts import statement as written_of_act

        with answering():
            house = doors.open(office)
            party, _, address = at_address.partition("/")
            shown = evidence.read_bytes() if evidence else b""
            when = moment(at).astimezone(UTC).replace(microsecond=0)
            said = (party, address, how, when, by, shown)
            write = partial(written_of_act, house.orders) if act else partial(written, house.notify)
            out.write_bytes(write(package, *said))
        typer.echo(f"wrote {out}; sign its exact bytes with the person's key (Ed25519), then `lawgate notice served`")

    @group.command()
    def served(
        package: PACKAGE,
        paper: Annotated[Path, typer.Option(help="The statement, or the receipt a party signed.")],
        signature: Annotated[Path | None, typer.Option(help="64 raw bytes over the statement.")] = None,
        evidence: Annotated[Path | None, typer.Option(help="What the statement rests on.")] = None,
        act: ACT = False,
        office: OFFICE = Path(),
    ) -> None:
        """Hand in a signed statement of service, or a receipt of a party's own."""
        from lawgate.office.notify_served import take_receipt
        from lawgate.office.order_acts import served as taken_of_act
        from lawgate.protocol.notice import Receipt, parse_served, print_receipt

        with answering():
            house, data = writing(doors, office), paper.read_bytes()
            if signature is not None:
                data = print_receipt(Receipt(parse_served(data), signature.read_bytes()))
            shown = evidence.read_bytes() if evidence else b""
            if act:
                leaf, witnessed = taken_of_act(house.orders, package, data, shown), True
            else:
                taken = take_receipt(house.notify, package, data, shown)
                leaf, witnessed = taken.leaf, taken.witnessed
        typer.echo(f"the receipt is in leaf {leaf}")
        if not witnessed:
            typer.echo(
                "witnesses have not seen it yet: no clock starts before `lawgate notice list` finds them", err=True
            )


def _reports(group: typer.Typer, doors: Doors) -> None:
    @group.command()
    def report(package: PACKAGE, file: Path, by: PERSON, act: ACT = False, office: OFFICE = Path()) -> None:
        """Hand in a report of a mail system: one that says the notice came back stops the clock."""
        from lawgate.office.notify_served import take_act_report, take_report

        with answering():
            house, data = writing(doors, office), file.read_bytes()
            if act:
                taken = take_act_report(house.notify, house.orders, package, data, by)
            else:
                taken = take_report(house.notify, package, data, by)
        if taken is None:
            typer.echo("the notice did not come back; for a delivery, write a statement that rests on this report")
        else:
            typer.echo(f"leaf {taken.leaf}: the notice CAME BACK, so that address is not served", err=True)
            raise typer.Exit(1)


def _told(group: typer.Typer, doors: Doors) -> None:
    @group.command("list")
    def listed(package: PACKAGE, office: OFFICE = Path()) -> None:
        """Who was served when, and how each clock stands, with every step of counting."""
        from lawgate.office.notify_served import notices_of

        with answering():
            lines = list(_package(notices_of(doors.open(office).notify, package)))
        typer.echo("\n".join(lines))


def _package(status: Status) -> Iterator[str]:
    if not status.notices:
        yield "no notice was sent yet"
    for leaf, lines in status.notices:
        yield f"notice in leaf {leaf}"
        yield from (f"    {each.served}  {each.what}  {each.at}  leaf {each.leaf}" for each in lines)
    for clock in status.clocks:
        yield f"{clock.owed.order}: {clock.owed.hours} hours after service on {', '.join(clock.owed.parties)}"
        yield from _clock(clock.found)
    if not status.clocks:
        yield "no order in force wants notice of this package under terms that can be met"


def _clock(found: Met | Missing) -> Iterator[str]:
    from lawgate.authority.notices import Missing
    from lawgate.docket.clock import spoken
    from lawgate.model.meanings.notice import CLOCKS
    from lawgate.model.meanings.table import meaning, mending

    if isinstance(found, Missing):
        yield f"    NOT MET: {found.code}: {meaning(CLOCKS, found.code)}"
        yield from (f"        {each}" for each in found.who if each)
        yield f"    to mend: {mending(CLOCKS, found.code)}"
    else:
        yield "    met" + (f", good until {spoken(found.until)}" if found.until else "")
    for reading in found.counted.readings if found.counted else ():
        acts = found.counted is not None and reading == found.counted.acts
        yield f"    counted ({reading.reading}{', this one acts' if acts else ''}):"
        yield from (f"        {step}" for step in reading.steps)


def _write(given: Given, out: Path, answers: Mapping[str, str]) -> None:
    """The paper and the page as files, and what became of each address. `answers`: receipts taken, by address."""
    stem = out / f"notice-{given.leaf}"
    stem.with_suffix(".json").write_bytes(given.paper)
    stem.with_suffix(".pdf").write_bytes(given.page)
    typer.echo(f"the notice is in leaf {given.leaf}; wrote {stem}.json and .pdf")
    for each in given.told:
        name = f"{each.party}/{each.address}"
        if each.code:
            typer.echo(f"{name} ({each.kind}): NOT SENT: {each.code}", err=True)
        elif answers.get(name) == "":
            typer.echo(f"{name} ({each.kind}): served; its own receipt is logged")
        else:
            typer.echo(f"{name} ({each.kind}): sent; not served before a receipt is handed in")
