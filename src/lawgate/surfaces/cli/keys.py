# SPDX-License-Identifier: Apache-2.0
"""Commands for recipient keys: proposed, shown to be in the right hands, registered by two, revoked by one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lawgate.surfaces.cli.doors import OFFICE, PERSON, Doors, answering, writing

KEY = Annotated[str, typer.Argument(help="Id of the recipient key.")]


def add_keys(app: typer.Typer, doors: Doors) -> None:
    """Add the group `key` to the command line."""
    group = typer.Typer(no_args_is_help=True, help="Recipient keys: to what a package may be sealed.")
    app.add_typer(group, name="key")
    _proposing(group, doors)
    _registering(group, doors)
    _keeping(group, doors)


def _proposing(group: typer.Typer, doors: Doors) -> None:
    @group.command()
    def propose(
        key: KEY,
        agency: Annotated[str, typer.Option(help="Id of the agency whose key it is.")],
        text: Annotated[Path, typer.Option(help="File with the recipient text, as the agency sent it.")],
        authorisation: Annotated[Path, typer.Option(help="The paper in which the agency says that it is its key.")],
        by: PERSON,
        office: OFFICE = Path(),
    ) -> None:
        """Take down a key that an agency says is its own. Nothing is sealed to it yet."""
        from lawgate.office.recipient_keys import propose_key

        with answering():
            desk = writing(doors, office).keys
            said = text.read_text("utf-8", "replace").strip()
            fingerprint = propose_key(desk, key, agency, said, authorisation.read_bytes(), by)
        typer.echo("proposed. The fingerprint, to be read back by the agency another way than the key came by:")
        typer.echo(f"    {fingerprint}")

    @group.command()
    def challenge(
        key: KEY,
        out: Annotated[Path, typer.Argument(help="File for the sealed challenge.")],
        by: PERSON,
        office: OFFICE = Path(),
    ) -> None:
        """Seal a fresh challenge to the proposed key: whoever has the key opens it and sends its text back."""
        from lawgate.office.recipient_keys import challenge_key

        with answering():
            out.write_bytes(challenge_key(writing(doors, office).keys, key, by))
        typer.echo(f"wrote {out}; the recipient opens it and sends back its text, byte for byte")

    @group.command()
    def answer(
        key: KEY,
        text: Annotated[Path, typer.Argument(help="The text that came back.")],
        by: PERSON,
        office: OFFICE = Path(),
    ) -> None:
        """Take the opened challenge as it came back."""
        from lawgate.office.recipient_keys import answer_key

        with answering():
            answer_key(writing(doors, office).keys, key, text.read_bytes(), by)
        typer.echo("answered: whoever sent this has the key. Next: `lawgate key paper`")


def _registering(group: typer.Typer, doors: Doors) -> None:
    @group.command()
    def paper(
        key: KEY,
        out: Annotated[Path, typer.Argument(help="File for the bytes to sign.")],
        registrar: Annotated[list[str], typer.Option(help="Person id of a registrar; give it twice.")],
        read_back_by: Annotated[str, typer.Option(help="Id of who read the fingerprint back for the agency.")],
        channel: Annotated[str, typer.Option(help="How it was read back: in_person, paper or voice.")],
        fingerprint: Annotated[str, typer.Option(help="The fingerprint as it was read back.")],
        office: OFFICE = Path(),
    ) -> None:
        """Write the bytes that both registrars sign."""
        from lawgate.office.recipient_keys import registration_paper

        with answering():
            desk = doors.open(office).keys
            out.write_bytes(registration_paper(desk, key, registrar, read_back_by, channel, fingerprint))
        first, *others = sorted(registrar)
        typer.echo(
            f"wrote {out}; {first} and {', '.join(others)} each sign its exact bytes, then `lawgate key register`"
        )

    @group.command()
    def register(
        paper: Annotated[Path, typer.Argument(help="The bytes that were signed.")],
        signature: Annotated[
            list[Path], typer.Option(help="64 raw bytes; once for each registrar, in the order of their ids.")
        ],
        office: OFFICE = Path(),
    ) -> None:
        """Register a key that two people signed for. It counts after a wait, never at once."""
        from lawgate.office.recipient_keys import register_key

        with answering():
            desk = writing(doors, office).keys
            leaf, usable = register_key(desk, paper.read_bytes(), [each.read_bytes() for each in signature])
        typer.echo(f"registered in leaf {leaf}; it counts from {usable.isoformat()}, by the witnesses' clocks")
        typer.echo("put it into registers/recipients.toml, if it is not there, with the same registrars")


def _keeping(group: typer.Typer, doors: Doors) -> None:
    @group.command()
    def revoke(
        key: KEY,
        reason: Annotated[str, typer.Option(help="compromised, lost, replaced or withdrawn.")],
        by: PERSON,
        office: OFFICE = Path(),
    ) -> None:
        """Revoke a key at once. One person may; nothing brings it back but registering it anew."""
        from lawgate.office.recipient_keys import revoke_key

        with answering():
            leaf = revoke_key(writing(doors, office).keys, key, reason, by)
        typer.echo(f"revoked in leaf {leaf}: nothing is sealed to it from now on")

    @group.command("list")
    def listed(office: OFFICE = Path()) -> None:
        """Every key of the register, and whether a package can be sealed to it now."""
        from lawgate.office.recipient_keys import key_states

        with answering():
            found = key_states(doors.open(office).keys)
        for key, state in found:
            since = f"counts from {state.usable_from.isoformat()}" if state.usable_from else "not registered"
            typer.echo(f"{key.id}  {key.agency}  {'can be used' if not state.lacks else 'CANNOT BE USED'}  {since}")
            for why in state.lacks:
                typer.echo(f"    {why.code}: {why.says}")
        if not found:
            typer.echo("no recipient key is in the register")
