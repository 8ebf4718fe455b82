# SPDX-License-Identifier: Apache-2.0
"""Commands about what already left: what it is, calling it back, answers, freezes, certificates of the end of use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lawgate.surfaces.cli.doors import OFFICE, PERSON, Doors, answering, writable, writing

if TYPE_CHECKING:
    from lawgate.office.quarantine import Prior, Recall
    from lawgate.office.recall import Written
    from lawgate.office.recall_desk import RecallDesk

LEAF = Annotated[int, typer.Argument(help="Leaf of the disclosure, as `lawgate recall status` shows it.")]
RECALL = Annotated[str, typer.Argument(help="Id of the recall.")]
RECIPIENT = Annotated[str, typer.Option(help="Id of the agency.")]
OUT = Annotated[Path, typer.Option(help="Folder for the letters and lists.")]
PAPER = Annotated[Path, typer.Option(help="The paper it rests on; the log names its SHA-256.")]
ROWS = Annotated[int, typer.Option(min=1, help="For how many rows.")]


def add_recall(app: typer.Typer, doors: Doors) -> None:
    """Add the group `recall` to the command line."""
    group = typer.Typer(no_args_is_help=True, help="What already left: call it back, or keep track of it.")
    app.add_typer(group, name="recall")
    _letters(group, doors)
    _again(group, doors)
    _papers(group, doors)
    _told(group, doors)


def _letters(group: typer.Typer, doors: Doors) -> None:
    @group.command("open")
    def opened(
        leaf: LEAF,
        because: Annotated[str, typer.Option(help="custodian_error, use_breach or order.")],
        by: PERSON,
        out: OUT,
        code: Annotated[
            list[str] | None, typer.Option(help="Only entries this code stands against; repeat it.")
        ] = None,
        order: Annotated[str, typer.Option(help="Id of the order that asks for it.")] = "",
        office: OFFICE = Path(),
    ) -> None:
        """Call back an earlier disclosure: a letter to each recipient, and a list of its rows by id."""
        from lawgate.office.recall import open_recall

        with answering():
            desk = writing(doors, office).recall
            writable(out)
            found = open_recall(desk, leaf, because, by, code or (), order)
            _write(out, found.letters)
        typer.echo(f"{found.id} is in leaf {found.leaf}: {found.rows:,} rows, each one act of disclosure")
        typer.echo(_asks(found.demand))
        typer.echo("letters to the people concerned are another step, with a trigger of their own")
        if because == "use_breach":
            typer.echo(
                "enter suspended days for the agency in safeguards.toml: until then it can be sent more", err=True
            )

    @group.command()
    def renew(recall: RECALL, by: PERSON, out: OUT, office: OFFICE = Path()) -> None:
        """Write where a letter is missing, or where an order that came or ended changes what may be asked."""
        from lawgate.office.recall import renew as again

        with answering():
            desk = writing(doors, office).recall
            writable(out)
            letters = again(desk, recall, by)
            _write(out, letters)
        typer.echo(f"letters written: {len(letters)}")

    @group.command()
    def freeze(
        order: Annotated[str, typer.Argument(help="Id of the order that freezes.")],
        by: PERSON,
        out: OUT,
        office: OFFICE = Path(),
    ) -> None:
        """Tell everybody who has something of ours that an order freezes it."""
        from lawgate.office.recall import freeze_notices

        with answering():
            desk = writing(doors, office).recall
            writable(out)
            letters = freeze_notices(desk, order, by)
            _write(out, letters)
        typer.echo(f"notices written: {len(letters)}; who was told of a disclosure before is not told again")


def _again(group: typer.Typer, doors: Doors) -> None:
    @group.command()
    def letters(
        name: Annotated[str, typer.Argument(help="Id of the recall, or of the order that freezes.")],
        out: OUT,
        office: OFFICE = Path(),
    ) -> None:
        """Write the letters that are in the log once more, byte for byte; nothing is asked anew."""
        from lawgate.office.recall import written

        with answering():
            _write(out, written(doors.open(office).recall, name))


def _papers(group: typer.Typer, doors: Doors) -> None:
    @group.command()
    def answer(
        recall: RECALL,
        recipient: RECIPIENT,
        state: Annotated[str, typer.Option(help="quarantined, kept, destroyed or returned.")],
        rows: ROWS,
        paper: PAPER,
        by: PERSON,
        was: Annotated[str, typer.Option(help="open, or quarantined for rows that were set apart.")] = "open",
        office: OFFICE = Path(),
    ) -> None:
        """Record what a recipient answered."""
        from lawgate.office.recall import answer as answered

        with answering():
            desk = writing(doors, office).recall
            found = answered(desk, recall, recipient, state, rows, paper.read_bytes(), by, was)
        typer.echo(f"{recipient}: {_states(found.states)}")

    @group.command()
    def certificate(
        leaf: LEAF,
        recipient: RECIPIENT,
        state: Annotated[str, typer.Option(help="returned, undisclosable or retained.")],
        rows: ROWS,
        paper: PAPER,
        by: PERSON,
        office: OFFICE = Path(),
    ) -> None:
        """Record a certificate of the end of use."""
        from lawgate.office.certificates import certify

        with answering():
            desk = writing(doors, office).recall
            index = certify(desk, leaf, recipient, state, rows, paper.read_bytes(), by)
        typer.echo(f"the certificate is in leaf {index}")


def _told(group: typer.Typer, doors: Doors) -> None:
    @group.command()
    def overdue(office: OFFICE = Path()) -> None:
        """Disclosures whose certificates of the end of use are overdue, and recalls that nobody answered in time."""
        from lawgate.office.certificates import overdue as late
        from lawgate.office.quarantine import recalls
        from lawgate.office.recall_desk import today

        with answering():
            desk = doors.open(office).recall
            leaves, day = list(desk.log.leaves()), today(desk)
            lines = [_certificate(each) for each in late(leaves, day)]
            for each in recalls(leaves).values():
                for one in each.demanded.values():
                    if one.states["open"] and one.answer_by < day:
                        rows = one.states["open"]
                        lines.append(
                            f"{each.id}: {one.recipient} has not answered for {rows:,} rows since {one.answer_by}"
                        )
        typer.echo("\n".join(lines) or "nothing is overdue")

    @group.command()
    def status(office: OFFICE = Path()) -> None:
        """Everything that was sent, the orders that hold it where it is, and how each recall stands."""
        with answering():
            text = "\n".join(_status(doors.open(office).recall))
        typer.echo(text)


def _status(desk: RecallDesk) -> Iterator[str]:
    from lawgate.model.order import EffectKind
    from lawgate.office.quarantine import bound_by, frozen, recalls
    from lawgate.office.recall_desk import covered_by, prior_disclosures, stands_now

    found, stands = prior_disclosures(desk), stands_now(desk)
    if not found:
        yield "nothing has been sent yet, as far as this log knows"
    for each in found:
        covered = covered_by(desk, each)
        yield f"leaf {each.leaf}  {each.name}  {each.acts:,} acts  to {', '.join(each.recipients)}"
        yield from _held("FROZEN by", frozen(stands, covered))
        yield from _held("left in place by", bound_by(EffectKind.LEAVE_IN_PLACE, stands, covered))
        yield from _held("to be preserved by", bound_by(EffectKind.PRESERVE, stands, covered))
        yield from _held("freeze notices sent for", [f"{order} to {who}" for order, who in sorted(each.noticed)])
        yield f"    certificates: {_states(each.certified)}, {each.uncertified:,} not certified (due {each.due})"
        if len(each.recipients) > 1:
            yield f"    certified by: {_states(each.certified_by)}"
    yield from _recalls(recalls(desk.log.leaves()).values())


def _recalls(found: Iterable[Recall]) -> Iterator[str]:
    for each in found:
        yield f"{each.id}  {each.rows:,} rows of leaf {each.source_leaf}, because of {each.order or each.reason}"
        for one in each.demanded.values():
            yield f"    {one.recipient}: {_states(one.states)}; answer by {one.answer_by}; {_asks(one.demand)}"
        if unasked := each.rows - sum(one.rows for one in each.demanded.values()):
            yield f"    {unasked:,} rows have no letter yet: `lawgate recall renew {each.id}` writes it"


def _held(says: str, orders: Sequence[str]) -> Iterator[str]:
    if orders:
        yield f"    {says} {', '.join(orders)}"


def _states(states: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {rows:,}" for name, rows in states.items())


def _certificate(each: Prior) -> str:
    return f"leaf {each.leaf}  {each.name}: {each.uncertified:,} of {each.acts:,} rows not certified since {each.due}"


def _asks(demand: str) -> str:
    if demand == "set_apart":
        return "an order keeps it: recipients are asked to set it apart, and nobody is asked to destroy anything"
    return "recipients are asked to give it back or destroy it"


def _write(out: Path, letters: Sequence[Written]) -> None:
    """Letters as text, and beside each the ids of its rows."""
    out.mkdir(parents=True, exist_ok=True)
    for each in letters:
        (out / f"{each.file}.txt").write_bytes(each.text)
        if each.rows:
            (out / f"{each.file}.csv").write_text("\n".join((each.heading, *each.rows)) + "\n")
        typer.echo(f"wrote {out / each.file}.txt")
