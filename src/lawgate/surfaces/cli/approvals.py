# SPDX-License-Identifier: Apache-2.0
"""Commands for approvals of a package, and for objections to a batch or package."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lawgate.surfaces.cli.doors import OFFICE, PERSON, Doors, answering, writing

if TYPE_CHECKING:
    from lawgate.ledger.leaf import StageLeaf
    from lawgate.office.approvals import ToApprove

PACKAGE = Annotated[str, typer.Argument(help="Package id, as `lawgate status` lists it.")]


def add_approvals(app: typer.Typer, doors: Doors) -> None:
    """Add the group `approve` and the command `object` to the command line."""
    group = typer.Typer(no_args_is_help=True, help="Approval of a package by named people with keys of their own.")
    app.add_typer(group, name="approve")
    _approve(group, doors)
    _objections(app, doors)


def objected(leaves: Iterable[tuple[int, StageLeaf]]) -> Iterator[str]:
    """One line for each objection in the log, for `lawgate status`."""
    for index, leaf in leaves:
        if leaf.kind == "objection":
            yield f"objection to {leaf.text('subject')} by {leaf.text('person')} in leaf {index}"


def _approve(group: typer.Typer, doors: Doors) -> None:
    @group.command()
    def paper(
        package: PACKAGE,
        out: Annotated[Path, typer.Argument(help="File for the bytes to sign.")],
        by: PERSON,
        role: Annotated[str, typer.Option(help="disclosure or legal: the role in which the person approves.")],
        office: OFFICE = Path(),
    ) -> None:
        """Write the bytes an approver signs, and say in plain words what they mean."""
        from lawgate.office.approvals import approval_paper, to_approve

        with answering():
            house = doors.open(office).release
            out.write_bytes(approval_paper(house, package, by, role))
            found = to_approve(house, package)
        for line in _words(found):
            typer.echo(line)
        typer.echo(
            f"wrote {out}; sign its exact bytes with the approver's own key (Ed25519), then `lawgate approve give`"
        )

    @group.command()
    def give(
        package: PACKAGE,
        paper: Annotated[Path, typer.Option(help="The bytes that were signed.")],
        signature: Annotated[Path, typer.Option(help="64 raw bytes of Ed25519 over them.")],
        office: OFFICE = Path(),
    ) -> None:
        """Check a signed approval, keep it and log it."""
        from lawgate.office.approvals import give_approval, to_approve

        with answering():
            house = writing(doors, office).release
            leaf = give_approval(house, package, paper.read_bytes(), signature.read_bytes())
            found = to_approve(house, package)
        typer.echo(f"the approval is in leaf {leaf}")
        typer.echo(_standing(found))

    @group.command("list")
    def listed(package: PACKAGE, office: OFFICE = Path()) -> None:
        """Approvals of a package, which of them count and why others do not, and every objection."""
        from lawgate.office.approvals import to_approve

        with answering():
            found = to_approve(doors.open(office).release, package)
        for line in (*_given(found), *_against(found), _standing(found)):
            typer.echo(line)


def _objections(app: typer.Typer, doors: Doors) -> None:
    @app.command("object")
    def objecting(
        subject: Annotated[str, typer.Argument(help="Id of a batch or a package.")],
        by: PERSON,
        text: Annotated[Path, typer.Option(help="File with the objection, UTF-8. No command takes it away.")],
        office: OFFICE = Path(),
    ) -> None:
        """Object to a batch or package. The objection stays; approvals given before it do not count any more."""
        from lawgate.model.fault import Fault, Faulty, Scope
        from lawgate.office.approvals import object_to

        with answering():
            try:
                said = text.read_text("utf-8")
            except UnicodeDecodeError:
                fault = Fault(Scope.FILE, "objection", 0, "", "E_OBJECTION_TEXT", "the text is not UTF-8")
                raise Faulty((fault,)) from None
            leaf = object_to(writing(doors, office).release, subject, by, said)
        typer.echo(f"the objection is in leaf {leaf}; whoever approves from now on has to name it")


def _words(found: ToApprove) -> Iterator[str]:
    manifest = found.manifest
    yield f"package {manifest.package}: records of {found.rows:,} people, out of a request for {manifest.batch_rows:,}"
    yield f"to {manifest.agency}, for: {', '.join(manifest.recipients)}; sealed to key {manifest.recipient_key}"
    years = ", ".join(map(str, manifest.years))
    yield f"under {found.law}; fields {', '.join(manifest.fields)}; years {years}"
    yield f"orders over it: {', '.join(found.orders) or 'none'}"
    yield from _against(found)


def _against(found: ToApprove) -> Iterator[str]:
    if not found.objections:
        yield "nobody has objected"
    for each in found.objections:
        yield f"objection of {each.person} to {each.subject}, {each.said_at.isoformat()}:"
        yield from (f"    {line}" for line in each.text.splitlines())


def _given(found: ToApprove) -> Iterator[str]:
    if not found.stands.considered:
        yield "nobody has approved yet"
    for each in found.stands.considered:
        yield f"approval of {each.person} as {each.office} ({each.role}), {each.at}{'' if each.why else ': counts'}"
        yield from (f"    does not count: {why.code}: {why.says}" for why in each.why)


def _standing(found: ToApprove) -> str:
    stands = found.stands
    if stands.lacks:
        return "short: " + "; ".join(f"{why.code}: {why.says}" for why in stands.lacks)
    if not stands.needed:
        return "no approvals are needed: a small request, no order for them, no objection"
    return f"enough: {stands.count} of {stands.needed} approvals, one of them legal"
