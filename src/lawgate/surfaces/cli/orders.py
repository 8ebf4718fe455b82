# SPDX-License-Identifier: Apache-2.0
"""Commands about orders. They come in by a door of their own, which nothing else of the office can close."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lawgate.surfaces.cli.again import again_under_orders, warn_of_names
from lawgate.surfaces.cli.deadlines import add_deadlines
from lawgate.surfaces.cli.doors import OFFICE, PERSON, Doors, answering, coded, moment
from lawgate.surfaces.cli.order_acts import add_acts
from lawgate.surfaces.cli.public import again_for_everybody, not_built

if TYPE_CHECKING:
    from lawgate.model.order import Standing
    from lawgate.office.house import House
    from lawgate.office.order_asof import Released
    from lawgate.office.orders import OrderDesk


def add_orders(app: typer.Typer, doors: Doors) -> None:
    """Add the group `order` to the command line."""
    order = typer.Typer(no_args_is_help=True, help="Court orders and other stops.")
    app.add_typer(order, name="order")

    @order.command()
    def enter(
        file: Path,
        by: PERSON,
        unreadable: Annotated[str, typer.Option(help="Enter a paper nobody can read, under this name.")] = "",
        office: OFFICE = Path(),
    ) -> None:
        """Enter an order. It binds at once; one person is enough."""
        from lawgate.docket.reading import entered_as
        from lawgate.office.orders import enter_order, enter_unreadable, not_enforced

        with answering():
            desk = doors.orders(office)
            text = paper(file)
            with nothing_entered(UNREADABLE):
                name = enter_unreadable(desk, unreadable, text, by) if unreadable else enter_order(desk, text, by)
        typer.echo(_binding(desk, name))
        say_exposed(desk, (entered_as(name) or (0, ""))[1])
        for sentence in () if unreadable else not_enforced(text):
            typer.echo(sentence, err=True)
        if (house := _house(doors, office)) is not None:
            if not unreadable:
                warn_of_names(house, lambda: text)
            # First: deciding again can take long, and people are to see at once what applies.
            again_for_everybody(house, office)
            again_under_orders(house)
        else:
            not_built(office)

    _shown(order, doors)
    _complete(order, doors)
    add_acts(order, doors)
    add_deadlines(order, doors)
    _stop(app, doors)


def _shown(order: typer.Typer, doors: Doors) -> None:
    @order.command("list")
    def listed(office: OFFICE = Path()) -> None:
        """Every order that has begun, with its state; every act, and what it lacks; what counsel has to settle."""
        from lawgate.docket.standing import standing

        with answering():
            desk = doors.orders(office)
            held = _verified(desk)
            stands = standing(desk.register.texts(), desk.clock.now(), _lifted(desk), held=held)
            lines = [*_lines(stands), *_act_lines(desk)]
        for line in lines or ("no order has been entered",):
            typer.echo(line)

    @order.command("as-of")
    def as_of(
        at: Annotated[str, typer.Argument(help="The moment in law, with offset.")],
        known: Annotated[str, typer.Option(help="What was known at this moment; the same unless said.")] = "",
        office: OFFICE = Path(),
    ) -> None:
        """Which orders were known, which were in force and how, and what had been released."""
        from lawgate.office.order_asof import as_of as asked

        with answering():
            desk = doors.orders(office)
            # Nobody knows today what will be known then; what an order says of a later day can be asked.
            found = asked(desk, moment(at), min(moment(known or at), desk.clock.now()))
        typer.echo(f"at {found.at.isoformat()}, as known at {found.known.isoformat()}")
        typer.echo(f"orders known: {', '.join(found.orders) or 'none'}; acts known: {', '.join(found.acts) or 'none'}")
        for line in _lines(found.stands):
            typer.echo(line)
        for one in found.released:
            typer.echo(f"released {one.at}: {one.package}, {one.rows} rows, to {one.recipient} (leaf {one.leaf})")
            for line in _exposed(one):
                typer.echo(f"    {line}")
        if not found.released:
            typer.echo("nothing had been released")


def _exposed(one: Released) -> Iterator[str]:
    """Which orders name a hand-out on their list, and which of them only for the clocks' sake."""
    if one.exposed:
        yield f"exposed: {', '.join(one.exposed)} had effect or was known here, and was not entered yet"
    if one.near:
        yield (
            f"within the clocks' tolerance: dated before the effect of {', '.join(one.near)}, but no more than clocks "
            "may differ; listed as exposed"
        )


def _lifted(desk: OrderDesk) -> frozenset[str]:
    """The acts that may loosen now; none, after saying so, when log or registers cannot be read."""
    from lawgate.model.fault import LawgateError
    from lawgate.office.order_acts import lifted_now

    try:
        return lifted_now(desk)
    except (LawgateError, OSError) as broken:
        typer.echo(f"no act that loosens is counted here: {coded(broken)}", err=True)
        return frozenset()


def _verified(desk: OrderDesk) -> Mapping[str, frozenset[str]]:
    """Whose signatures on verifications hold; nobody's, after saying so, when log or registers cannot be read."""
    from lawgate.model.fault import LawgateError
    from lawgate.office.order_acts import verified_now

    try:
        return verified_now(desk)
    except (LawgateError, OSError):
        typer.echo("no order is shown as verified here: log or registers cannot be read", err=True)
        return {}


def _lines(stands: Standing) -> Iterator[str]:
    """One line for each order, each text nobody can read, and each task for counsel."""
    from lawgate.docket.duties import conflicts

    for one in stands.stood:
        order = one.order
        until = order.ends.isoformat() if order.ends else "until further notice"
        since = f"  binds since {one.since.isoformat()}" if one.since else "  does not bind"
        kinds = ", ".join(e.kind for e in order.effects)
        yield f"{order.id}  {order.kind}  {one.state}  {kinds}  stated end: {until}{since}"
    for name in stands.unreadable:
        yield f"{name}  unreadable: binds everything"
    for each in conflicts(stands):
        yield (
            f"COUNSEL orders_conflict: {each.compels} compels what {each.forbids} forbids. Nothing leaves; "
            "ask the courts which of them goes first"
        )


def _act_lines(desk: OrderDesk) -> Iterator[str]:
    """One line for each act that can be read."""
    from lawgate.office.order_list import acts_now

    for each in acts_now(desk):
        yield f"{each.act.id}  act on {each.act.order}  {each.act.kind}  {each.stands}"


def _binding(desk: OrderDesk, name: str) -> str:
    """What became of a text that was just entered: it may be one from before, which has ended since."""
    from lawgate.docket.reading import entered_as
    from lawgate.docket.standing import standing
    from lawgate.model.fault import LawgateError

    try:
        stands = standing(desk.register.texts(), desk.clock.now(), _lifted(desk))
    except LawgateError:
        return f"{name} is in force"  # a docket that cannot be read stops everything
    known = (entered_as(name) or (0, ""))[1]
    states = [each.state for each in stands.stood if each.order.id == known]
    ended = [state for state in states if not state.binds]
    if ended:
        return f"{name} DOES NOT BIND: {ended[0]}"
    return f"{name} is in force" + (f": it binds, {states[0]}" if states else "")


def say_exposed(desk: OrderDesk, order: str) -> None:
    """Say what had left, by the lists in the log, when an order came. It binds whatever comes of this."""
    from lawgate.model.fault import LawgateError
    from lawgate.office.order_leaves import acts_began, exposures

    try:
        leaves = list(desk.log.leaves())
        found = [each for each in exposures(leaves, acts_began(desk.register.texts())) if each.order == order]
    except (LawgateError, OSError) as broken:
        typer.echo(f"the order binds; what had left before cannot be told now: {coded(broken)}", err=True)
        return
    by = dict(leaves)
    rows = sum(by[each.leaf].number("rows") for each in found if each.leaf in by)
    if found:
        typer.echo(
            f"ALREADY GONE before it was entered: {len(found)} hand-outs, {rows} rows; `lawgate order as-of` lists"
        )
    else:
        typer.echo("nothing that it covers had left since it took effect")


def _complete(order: typer.Typer, doors: Doors) -> None:
    @order.command()
    def complete(office: OFFICE = Path()) -> None:
        """Make up what the log lacks of orders and acts that bind already. It enters nothing and loosens nothing."""
        from lawgate.office.orders import complete_orders

        with answering():
            complete_orders(doors.orders(office))
        typer.echo("the log has every order and act of the docket")
        if (house := _house(doors, office)) is not None:
            again_for_everybody(house, office)
            again_under_orders(house)


def _stop(app: typer.Typer, doors: Doors) -> None:
    @app.command()
    def stop(
        by: PERSON,
        reason: Annotated[str, typer.Option(help="One line: why.")],
        recipient: Annotated[list[str] | None, typer.Option(help="Only what goes to this recipient.")] = None,
        second: Annotated[str, typer.Option(help="A second person, who signed; needed for a second stop.")] = "",
        signature: Annotated[Path | None, typer.Option(help="The second person's signature (64 bytes).")] = None,
        office: OFFICE = Path(),
    ) -> None:
        """Stop every release at once, without a paper. It ends by itself unless a paper confirms it."""
        from lawgate.model.order import PROVISIONAL_STOP_HOURS
        from lawgate.office.order_stop import again_paper, last_stop
        from lawgate.office.order_stop import stop as stopping

        with answering():
            desk = doors.orders(office)
            signed = paper(signature) if signature else b""
            if not second and (before := last_stop(desk, by, desk.clock.now())):
                typer.echo("what a second person has to sign, byte for byte:", err=True)
                typer.echo(again_paper(by, before.id, recipient or []).decode(), nl=False)
            name = stopping(desk, by, recipient or [], reason, second, signed)
        typer.echo(f"{name} is in force for {PROVISIONAL_STOP_HOURS} hours; `lawgate order verify` confirms it")
        if (house := _house(doors, office)) is not None:
            warn_of_names(house, lambda: desk.register.texts()[name])
            again_for_everybody(house, office)
            again_under_orders(house)


UNREADABLE = """if that takes time, enter the paper with
--unreadable NAME at once: it then binds everything (docs/spec/docket.md)."""
"""What else can be done about the text of an order that has faults."""


@contextmanager
def nothing_entered(otherwise: str = "") -> Iterator[None]:
    """After the faults of an order or act: say that it does not bind, and what can be done at once."""
    from lawgate.model.fault import Faulty

    try:
        yield
    except Faulty as faulty:
        for fault in faulty.faults:
            typer.echo(fault.sentence(), err=True)
        typer.echo(f"NOTHING WAS ENTERED. Mend the text and enter it{f'; {otherwise}' if otherwise else '.'}", err=True)
        raise typer.Exit(1) from None


def paper(file: Path) -> bytes:
    """The bytes of a file that is to be entered. OSError, after saying that nothing was, when it cannot be read."""
    try:
        return file.read_bytes()
    except OSError:
        typer.echo("NOTHING WAS ENTERED.", err=True)
        raise


def _house(doors: Doors, office: Path) -> House | None:
    """The rest of the office, for what follows an order; None, after saying so, when it cannot be opened."""
    from lawgate.model.fault import LawgateError

    try:
        return doors.open(office)
    except (LawgateError, OSError) as broken:
        why = coded(broken)
    typer.echo(f"THE ORDER BINDS, but names and stored decisions were not looked at: {why}", err=True)
    typer.echo("when that is mended: `lawgate redecide`", err=True)
    return None
