# SPDX-License-Identifier: Apache-2.0
"""Commands about acts on orders: write one to be signed, enter it, tell those who have to know, lift."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lawgate.surfaces.cli.after_acts import again_after_act, say_who_verified
from lawgate.surfaces.cli.doors import OFFICE, PERSON, Doors, answering, moment

if TYPE_CHECKING:
    from lawgate.docket.acts import Act
    from lawgate.model.order import Part

SIGNED = Annotated[
    list[str] | None,
    typer.Option("--signed", help="PERSON,OFFICE,FILE: a signature (64 bytes) over the paper. For each who signs."),
]
ACT = Annotated[str, typer.Argument(help="Id of the act, as `lawgate order list` shows it.")]
LISTED = Annotated[str, typer.Option(help="A stay in part: only these, with commas between. Everything unless said.")]
SAYS = "NOTHING WAS ENTERED."


def add_acts(order: typer.Typer, doors: Doors) -> None:
    """Add the commands to the group `order`."""
    _paper(order, doors)
    for name, kinds, says in (
        ("act", (), "Enter an act on an order. One that tightens binds at once; one that loosens waits to be lifted."),
        ("verify", ("verify",), "Enter that an order was verified by its paper: two people sign."),
        ("stay", ("stay", "admin-stay"), "Enter a stay. It counts once it is lifted."),
        ("modify", ("modify",), "Enter that another order takes the place of one. It counts once it is lifted."),
    ):
        order.command(name, help=says)(_entering(doors, kinds))
    _lifting(order, doors)


def _paper(order: typer.Typer, doors: Doors) -> None:
    @order.command()
    def paper(
        kind: Annotated[str, typer.Argument(help="What happened, as docs/spec/docket.md lists it.")],
        of: Annotated[str, typer.Argument(metavar="ORDER", help="Id of the order.")],
        document: Annotated[Path, typer.Option(help="The paper it rests on; the act names its SHA-256.")],
        name: Annotated[str, typer.Option("--id", help="Id of the act.")],
        effective: Annotated[str, typer.Option(help="From when it has effect, with offset; now unless said.")] = "",
        until: Annotated[str, typer.Option(help="When a stay lapses, with offset.")] = "",
        successor: Annotated[str, typer.Option(help="The order that takes its place.")] = "",
        note: Annotated[str, typer.Option(help="One line.")] = "",
        effects: LISTED = "",
        provisions: LISTED = "",
        requesters: LISTED = "",
        recipients: LISTED = "",
        fields: LISTED = "",
        years: LISTED = "",
        office: OFFICE = Path(),
    ) -> None:
        """Print the text of an act: what each person signs, byte for byte. Nothing is entered."""
        from lawgate.docket.act_text import digest_of, print_act, read_unsigned
        from lawgate.docket.acts import Act, ActKind
        from lawgate.model.fault import Refused

        with answering():
            if kind not in set(ActKind):
                raise Refused("act_kind", f"an act is one of {', '.join(ActKind)}")
            now = doors.orders(office).clock.now().astimezone(UTC).replace(microsecond=0)
            parts = _parts(effects, provisions, requesters, recipients, fields, years)
            begins, ends = moment(effective) if effective else now, moment(until) if until else None
            digest = digest_of(document.read_bytes())
            made = Act(name, of, ActKind(kind), successor, digest, now, now, begins, ends, note, parts, ())
            text = print_act(made)
            read_unsigned(text, "act")
        typer.echo(text.decode(), nl=False)


def _parts(*listed: str) -> tuple[Part, ...]:
    """The one part of a stay, from lists as typed; none when nothing is listed."""
    from lawgate.model.fault import Refused
    from lawgate.model.order import EVERY, Part

    if not any(listed):
        return ()
    effects, provisions, requesters, recipients, fields, years = (
        tuple(each.split(",")) if each else EVERY for each in listed
    )
    try:
        numbers = [each if isinstance(each, str) else tuple(map(int, each)) for each in (effects, years)]
    except ValueError:
        raise Refused("act_kind", "effects and years are listed by number") from None
    return (Part(numbers[0], provisions, requesters, recipients, fields, numbers[1]),)


def _entering(doors: Doors, kinds: tuple[str, ...]) -> Callable[..., None]:
    def enter(file: Path, by: PERSON, signed: SIGNED = None, office: OFFICE = Path()) -> None:
        from lawgate.docket.act_text import print_act, read_act
        from lawgate.docket.acts import Direction
        from lawgate.model.fault import Refused
        from lawgate.office.order_acts import enter_act
        from lawgate.surfaces.cli.orders import nothing_entered, paper

        with answering():
            desk = doors.orders(office)
            with nothing_entered():
                act = _with_signatures(paper(file), signed or [])
                text = print_act(act)
                read_act(text, "act")
                if kinds and act.kind.value not in kinds:
                    raise Refused("act_kind", f"this text is an act of another kind. {SAYS}")
                name = enter_act(desk, text, by)
        if act.direction is Direction.LOOSEN:
            typer.echo(f"{name} is entered; it loosens nothing before `lawgate order lift {act.id}`")
        else:
            typer.echo(f"{name} is entered and counts")
            if act.kind.value == "verify":
                say_who_verified(desk, act.order)
            again_after_act(doors, office)

    return enter


def _with_signatures(text: bytes, signed: list[str]) -> Act:
    """The act of a text, with the signatures in these files added."""
    import base64
    from dataclasses import replace

    from lawgate.docket.act_text import read_act, read_unsigned
    from lawgate.docket.acts import Signature
    from lawgate.model.fault import Refused
    from lawgate.surfaces.cli.orders import paper

    if not signed:
        return read_act(text, "act")
    made = []
    for each in signed:
        person, _, rest = each.partition(",")
        office, _, file = rest.partition(",")
        if not file:
            raise Refused("act_signed", f"write PERSON,OFFICE,FILE. {SAYS}")
        made.append(Signature(person, office, base64.b64encode(paper(Path(file))).decode()))
    return replace(read_unsigned(text, "act"), signatures=tuple(made))


def _lifting(order: typer.Typer, doors: Doors) -> None:
    @order.command()
    def tell(
        act: ACT,
        out: Annotated[Path, typer.Option(help="Where the notice is written.")],
        office: OFFICE = Path(),
    ) -> None:
        """Write the notice of an act that loosens, to be served at every address it names (or: `notice act`)."""
        from lawgate.office.order_acts import tell as told

        with answering():
            index, paper = told(doors.orders(office), act)
            out.write_bytes(paper)
        typer.echo(f"leaf {index}; serve {out} at every address it names, then `lawgate notice served --act`")

    @order.command()
    def lift(act: ACT, by: PERSON, office: OFFICE = Path()) -> None:
        """Let an act that loosens take effect from now on, when two signed, the wait is over and all were served."""
        from lawgate.office.order_acts import lift as lifting

        with answering():
            index = lifting(doors.orders(office), act, by)
        typer.echo(f"lifted by leaf {index}; nothing that was stopped before leaves by itself")
        again_after_act(doors, office)
