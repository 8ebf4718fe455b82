# SPDX-License-Identifier: Apache-2.0
"""Commands about evidence: one file that a court, an expert or the person concerned checks without this office."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lawgate.surfaces.cli.doors import OFFICE, Doors, answering

if TYPE_CHECKING:
    from lawgate.office.evidence import Made

TRUSTED = (
    "Whoever gets it checks it with verifier/verify.py or verifier/verify.html, and with the policy "
    "(`lawgate log policy`) from somebody they trust."
)


def add_evidence(app: typer.Typer, doors: Doors) -> None:
    """Add the group `evidence` to the command line."""
    evidence = typer.Typer(no_args_is_help=True, help="Evidence for those outside: leaves, proofs, one signed head.")
    app.add_typer(evidence, name="evidence")

    @evidence.command()
    def make(
        out: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
        batch: Annotated[str, typer.Option(help="About this batch and its packages.")] = "",
        package: Annotated[str, typer.Option(help="About this package.")] = "",
        order: Annotated[str, typer.Option(help="About this order; with a range: certificate of non-release.")] = "",
        first: Annotated[int | None, typer.Option("--from", min=0, help="First leaf of a range.")] = None,
        last: Annotated[
            int | None, typer.Option("--to", min=0, help="Last leaf of a range; the newest unless said.")
        ] = None,
        row: Annotated[
            list[str] | None, typer.Option(help="Open this row (id as in rows.csv); may be repeated.")
        ] = None,
        without_text: Annotated[
            bool, typer.Option("--without-text", help="Leave the order's text out; then everything is in its scope.")
        ] = False,
        office: OFFICE = Path(),
    ) -> None:
        """Write a bundle about a batch, a package, an order, or all leaves of a range; or certify a non-release."""
        from lawgate.model.fault import Refused
        from lawgate.office.evidence import Wanted
        from lawgate.office.evidence import make as make_bundle

        with answering():
            ranged = first is not None or last is not None
            named = {"batch": batch, "package": package, "order": order}
            kinds = [kind for kind, name in named.items() if name] or ["period"]
            if len(kinds) != 1 or (kinds == ["period"] and not ranged) or (ranged and kinds[0] in ("batch", "package")):
                raise Refused("E_SUBJECT", "name one batch, package or order, or a range of leaves (--from, --to)")
            kind = "non-release" if ranged and kinds == ["order"] else kinds[0]
            wanted = Wanted(kind, named.get(kinds[0], ""), first, last, tuple(row or ()), not without_text)
            made = make_bundle(doors.open(office).release, wanted)
            with out.open("xb") as file:
                file.write(made.data)
        _say(made, out)


def _say(made: Made, out: Path) -> None:
    from lawgate.ledger.evidence_scope import read_scopes

    bundle, head = made.checked.bundle, made.checked.head.checkpoint
    typer.echo(f"wrote {out}: {len(bundle.leaves)} leaves under the head of {head.size}")
    if bundle.mark:
        typer.echo(f"{bundle.mark}: made-up data")
    if bundle.subject.kind == "non-release":
        subject = bundle.subject
        typer.echo(f"certifies: from leaf {subject.first} to {subject.last} nothing in scope of {subject.id} left")
        if any(scope.eased for scope in read_scopes(subject.instrument, subject.id)):
            typer.echo("    its exceptions and terms are left aside: this speaks of the whole, as if there were none")
    if bundle.rows:
        typer.echo(
            f"note: {len(bundle.rows)} opened rows show their decision to whoever has the file; "
            "give it to those they concern, or to an auditor",
            err=True,
        )
    for name in made.missing:
        typer.echo(f"note: {name} is not stored as the log names it", err=True)
    typer.echo(TRUSTED)
