# SPDX-License-Identifier: Apache-2.0
"""The command `lawgate-lab`: made-up records and requests. Further commands are added to `app`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Makes synthetic data for lawgate.")


class Claims(StrEnum):
    """The sizes of a request."""

    small = "12.8k"
    middle = "128k"
    full = "1.28M"


class Variant(StrEnum):
    """What kind of request to make; `all` is affair, honest and proper."""

    affair = "affair"
    honest = "honest"
    proper = "proper"
    chain = "chain"
    all = "all"


@app.callback()
def _lab() -> None:
    """Makes synthetic data for lawgate. Nobody in it exists."""


def _tell(counts: dict[str, dict[str, object]]) -> None:
    for name, facts in counts.items():
        typer.echo(f"{name}: {facts['rows']} rows, {facts['clean']} clean")
        for title in ("defects", "excluded"):
            found = facts[title]
            if isinstance(found, dict) and found:
                typer.echo(f"  {title}: " + ", ".join(f"{label} {n}" for label, n in sorted(found.items())))


@app.command()
def make(
    folder: Annotated[Path, typer.Argument(help="Folder to write; it is made if it does not exist.")],
    claims: Annotated[Claims, typer.Option(help="Rows of a request.")] = Claims.small,
    variant: Annotated[Variant, typer.Option(help="Which request to make.")] = Variant.all,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same files.")] = 1,
    records: Annotated[int | None, typer.Option(help="People in the records; follows the claims.")] = None,
    name: Annotated[str, typer.Option(help="Folder name of a proper request.")] = "proper",
    people: Annotated[int, typer.Option(min=1, max=200, help="People in a proper request.")] = 3,
) -> None:
    """Make records and requests with their truth. Nobody in them exists."""
    from lawgate_lab.make import SIZES, OtherData
    from lawgate_lab.make import make as make_folder

    rows, size = SIZES[claims.value]
    try:
        counts = make_folder(folder, rows, records or size, variant.value, seed, name, people)
    except (OtherData, ValueError) as fault:
        typer.echo(f"Nothing more was made: {fault}", err=True)
        raise typer.Exit(2) from fault
    _tell(counts)


@app.command()
def found(
    lab: Annotated[Path, typer.Argument(help="A folder that `make` wrote.")],
    office: Annotated[Path, typer.Argument(help="Folder of the office; it is made, and has to be new.")],
    seed: Annotated[int, typer.Option(min=0, help="The seed the folder was made with.")] = 1,
) -> None:
    """Found an office some days back, with the lab's people and records; its recipient keys have waited long enough."""
    from lawgate.model.fault import LawgateError
    from lawgate_lab.office import OtherLab, found_office

    try:
        found_office(office, lab, seed)
    except (OtherLab, LawgateError) as fault:
        typer.echo(f"No office was made: {fault}", err=True)
        raise typer.Exit(2) from fault
    except OSError as fault:
        typer.echo(f"No whole office was made, remove what was begun: {fault.strerror}", err=True)
        raise typer.Exit(2) from fault
    typer.echo(f"made {office}: founded some days back, the recipient keys registered then by two played registrars")


@app.command()
def pseudopeople(
    folder: Annotated[Path, typer.Argument(help="Folder to write; it is made if it does not exist.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same files.")] = 1,
) -> None:
    """Make records and a request from the sample data of pseudopeople, a simulated population."""
    from lawgate_lab.make import OtherData
    from lawgate_lab.pseudo import SampleMissing
    from lawgate_lab.pseudo import pseudopeople as convert

    try:
        counts = convert(folder, seed)
    except (OtherData, SampleMissing) as fault:
        typer.echo(f"Nothing was made: {fault}", err=True)
        raise typer.Exit(2) from fault
    _tell({"pseudopeople": counts})


@app.command()
def febrl(
    folder: Annotated[Path, typer.Argument(help="Folder to write; it is made if it does not exist.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same files.")] = 1,
) -> None:
    """Make records and a request from a FEBRL data set, whose mistakes others put in."""
    from lawgate_lab.febrl import DataMissing
    from lawgate_lab.febrl import febrl as convert
    from lawgate_lab.make import OtherData

    try:
        counts = convert(folder, seed)
    except (OtherData, DataMissing) as fault:
        typer.echo(f"Nothing was made: {fault}", err=True)
        raise typer.Exit(2) from fault
    _tell({"febrl": counts})


@app.command()
def history(
    folder: Annotated[Path, typer.Argument(help="Folder to write; it is made if it does not exist.")],
    entries: Annotated[int, typer.Option(min=50, max=47_289, help="Disclosures in the list.")] = 4_729,
    people: Annotated[int, typer.Option(help="People in the records.")] = 60_000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same files.")] = 1,
) -> None:
    """Make records and a list of what was sent in the manner of August 2025, with its truth for `lawgate audit`."""
    from lawgate_lab.history import make_history
    from lawgate_lab.make import OtherData

    try:
        counts = make_history(folder, people, entries, seed)
    except (OtherData, ValueError) as fault:
        typer.echo(f"Nothing more was made: {fault}", err=True)
        raise typer.Exit(2) from fault
    typer.echo(", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in counts.items()))


@app.command()
def accuracy(
    figures: Annotated[Path, typer.Argument(help="A file of figures, such as docs/reference/accuracy.json.")],
) -> None:
    """Print false grants and false refusals by defect class, and differences between people, as tables."""
    import json

    from lawgate_lab.published import tables

    typer.echo(tables(json.loads(figures.read_text(encoding="utf-8"))), nl=False)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for everything the demonstration makes.")] = Path("out"),
    claims: Annotated[Claims, typer.Option(help="Rows of the affair's request.")] = Claims.middle,
) -> None:
    """The main job on synthetic data: the affair, a proper request, an order; a screen and a report. Ends by itself."""
    from rich.console import Console

    from lawgate_lab.demo import run, screen
    from lawgate_lab.make import SIZES
    from lawgate_lab.report import write_report
    from lawgate_lab.story_beside import Beside

    rows, people = SIZES[claims.value]
    beside = Beside(out / "story")
    try:
        story = run(out, rows, people, Console(stderr=True), beside.begin)
        write_report(story, out / "report.html")
        for line in screen(story):
            typer.echo(line)
        for line in beside.lines():
            typer.echo(line)
    except FileExistsError as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(2) from fault
    finally:
        beside.end()


@app.command()
def story(
    out: Annotated[Path, typer.Option(help="Folder for everything the story makes.")] = Path("out/story"),
    rows: Annotated[int, typer.Option(min=1_000, max=12_800, help="Rows of the third request of June.")] = 1_280,
) -> None:
    """The whole story, told as it happened on a virtual clock, with its HYPOTHETICAL last scene. Ends by itself."""
    from lawgate_lab.story import run
    from lawgate_lab.story_report import write_story
    from lawgate_lab.story_screen import beginning, ending, scene_lines
    from lawgate_lab.story_told import Scene

    def show(scene: Scene) -> None:
        for line in scene_lines(scene):
            typer.echo(line)

    for line in beginning(rows):
        typer.echo(line)
    try:
        told = run(out, rows, show)
    except (FileExistsError, ValueError) as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(2) from fault
    write_story(told, out)
    for line in ending(told):
        typer.echo(line)


@app.command()
def sign(key: Path, paper: Path, signature: Path) -> None:
    """Sign a paper with a played person's key: 64 raw bytes of Ed25519 over its exact bytes."""
    from lawgate_lab.played import read_played_key

    try:
        signature.write_bytes(read_played_key(key).sign(paper.read_bytes()))
    except FileNotFoundError:
        typer.echo("not done: the key or the paper is not there", err=True)
    except (OSError, ValueError):
        typer.echo("not done: this is no played person's key (NAME.played.key), or a file cannot be read", err=True)
    else:
        return
    raise typer.Exit(1)


@app.command()
def model(
    design: Annotated[str, typer.Option(help="One design, with the way to each of its faults.")] = "",
    without: Annotated[list[str] | None, typer.Option(help="A safeguard to leave out of the design.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=4, help="Processes that hand out.")] = 2,
    crashes: Annotated[int, typer.Option(min=0, max=9, help="How often one may crash.")] = 2,
    losses: Annotated[int, typer.Option(min=0, max=9, help="How often the register may lose one's connection.")] = 1,
    hangs: Annotated[int, typer.Option(min=0, max=9, help="How many may hang for ever.")] = 1,
) -> None:
    """Look at every state of nine ways to hand out a key while an order comes: which hold, and how the others fail."""
    from lawgate_lab.model_checker import World, check
    from lawgate_lab.model_designs import DESIGNS
    from lawgate_lab.model_screen import choose, story, table

    world = World(workers, crashes, losses, hangs)
    try:
        lines = (
            story(check(choose(design, without or ()), world))
            if design
            else table(check(each, world) for each in DESIGNS.values())
        )
    except ValueError as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(2) from fault
    for line in lines:
        typer.echo(line)


class Chooser(StrEnum):
    """How a simulation chooses what goes wrong."""

    aware = "state-aware"
    naive = "naive"


@app.command()
def simulate(
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds, from the first one on.")] = 100,
    steps: Annotated[int, typer.Option(min=100, help="Steps of a seed, at the least.")] = 2_000,
    seed: Annotated[int | None, typer.Option(min=0, help="One seed only: the same run again.")] = None,
    machine: Annotated[Chooser, typer.Option(help="Faults where the protocol stands, or anywhere.")] = Chooser.aware,
    bug: Annotated[str, typer.Option(help="Plant one bug; `all` hunts each of them in turn.")] = "",
    jobs: Annotated[int, typer.Option(min=1, max=8, help="Processes that run seeds.")] = 1,
) -> None:
    """Run the release protocol with crashes, lost messages, wrong clocks and cheats that a seed decides."""
    from lawgate_lab.simulator.planted import Bug
    from lawgate_lab.simulator.screen import hunt, lines, runs, tell

    chosen = range(seed, seed + 1) if seed is not None else range(seeds)
    if bug == "all":
        for each in Bug:
            typer.echo(tell(hunt(each, chosen, steps, machine.value)))
        return
    if bug and bug.upper() not in Bug.__members__:
        typer.echo(f"there is no such bug; there are {', '.join(each.name.lower() for each in Bug)}", err=True)
        raise typer.Exit(2)
    planted = Bug[bug.upper()] if bug else None
    outcomes = list(runs(chosen, steps, machine.value, jobs, planted))
    for line in lines(outcomes, steps, machine.value, planted):
        typer.echo(line)
    if any(each.invariant for each in outcomes):
        raise typer.Exit(1)
