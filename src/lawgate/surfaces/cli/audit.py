# SPDX-License-Identifier: Apache-2.0
"""Commands that look at what was sent before: the paper two people sign, and the audit itself. No value is shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lawgate.surfaces.cli.doors import OFFICE, Doors, answering, moment, there, writable, writing

if TYPE_CHECKING:
    from lawgate.office.history import Audited

HISTORY = Annotated[Path, typer.Argument(help="Folder of the history (docs/spec/history.md).")]
FILES = (("audit.csv", "table"), ("audit.json", "report"))


def add_audit(app: typer.Typer, doors: Doors) -> None:
    """Add the commands to the command line."""

    @app.command("audit-paper")
    def paper(
        history: HISTORY,
        out: Annotated[Path, typer.Argument(help="File to write the paper into.")],
        as_of: Annotated[str, typer.Option(help="Instant whose law and orders apply, with offset.")],
        by: Annotated[list[str], typer.Option(help="Person id of one of the two who sign; give it twice.")],
        reason: Annotated[str, typer.Option(help="Why the list is looked at.")],
        rulebook: Annotated[str, typer.Option(help="Rulebook of this office; its own unless said.")] = "",
        office: OFFICE = Path(),
    ) -> None:
        """Write the paper that two people sign before a list of earlier disclosures is audited."""
        from lawgate.office.history import audit_paper

        with answering():
            desk = doors.open(office).history
            out.write_bytes(audit_paper(desk, there(history), moment(as_of), by, reason, rulebook))
        typer.echo(f"wrote {out}; each of the two signs its exact bytes today (Ed25519), then `lawgate audit`")

    @app.command()
    def audit(
        history: HISTORY,
        signed: Annotated[Path, typer.Option("--paper", help="The paper that was signed.")],
        signature: Annotated[list[Path], typer.Option(help="A signature over it (64 raw bytes); give it twice.")],
        out: Annotated[Path, typer.Option(help="Folder for the result; it must not hold one yet.")],
        office: OFFICE = Path(),
    ) -> None:
        """Decide again what was sent before, entry by entry. Ids, elements and counts come out, and no address."""
        from lawgate.office.history import audit_history

        with answering():
            house = writing(doors, office)
            signatures = [each.read_bytes() for each in signature]
            _require_free(out)
            writable(out)
            found = audit_history(house.history, there(history), signed.read_bytes(), signatures)
            for name, part in FILES:
                (out / name).write_bytes(getattr(found, part))
        typer.echo("\n".join(render(found)))
        typer.echo(f"wrote {', '.join(str(out / name) for name, _ in FILES)}")


def render(found: Audited) -> Iterator[str]:
    """An audit as plain lines: counts, and how each element stands for entries of each basis."""
    listed = ", ".join(f"{rows:,} on {basis.replace('_', ' ')}" for basis, rows in found.by_basis.items())
    yield f"{found.id}: {found.entries:,} entries ({listed}); each counts as one act of disclosure"
    yield f"{found.refused:,} would not be sent, because of the request, the row or the records"
    yield f"{found.held:,} more would wait for a person, because of the batch as a whole or an order"
    if found.beyond:
        yield f"{found.beyond:,} would be sent, but not all that was sent of them"
    yield "how each element stands:"
    for count in found.counts:
        if count.stands != "met":
            yield f"  {count.element} ({count.level}) {count.stands}: {count.entries:,} on {count.basis}"
    yield f"the result is in the log under leaf {found.leaf}; that somebody looked, in the leaf it names"
    yield "entries are counted as the elements stand; what follows from that is for a court"


def _require_free(out: Path) -> None:
    from lawgate.model.fault import Refused

    if any((out / name).exists() for name, _ in FILES):
        raise Refused("audit_out", "the folder holds a result already, which is not written over")
