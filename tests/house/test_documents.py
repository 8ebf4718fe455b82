# SPDX-License-Identifier: Apache-2.0
"""Documents are true: links, make targets and commands exist, seed rows have a state, figures a commit."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NoReturn

import pytest

from house.tree import ROOT, files, name, texts

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"`make ([a-z][\w-]*)|^\s*make ([a-z][\w-]*)", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
SHOWN = r"^\s*(?:\$ )?(?:\.venv/bin/)?(lawgate(?:-lab)? .*)$"
SEED = re.compile(r"^\| *(\d+) *\|(.*)\|\s*$", re.MULTILINE)
SEEDS = 36


def documents() -> list[tuple[str, str]]:
    return list(texts(endings=(".md",)))


def anchors(text: str) -> set[str]:
    plain = FENCE.sub("", text)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in HEADING.findall(plain)}


def broken_links(path: str, text: str) -> Iterator[str]:
    for target in LINK.findall(FENCE.sub("", text)):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = target.partition("#")
        found = ((ROOT / path).parent / place).resolve() if place else ROOT / path
        if not found.exists():
            yield f"{path}: no such file: {target}"
        elif anchor and found.suffix == ".md" and anchor not in anchors(found.read_text("utf-8")):
            yield f"{path}: no such heading: {target}"


def unknown_targets(path: str, text: str) -> Iterator[str]:
    targets = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for found in COMMAND.findall(text):
        if (word := "".join(found)) not in targets:
            yield f"{path}: the Makefile has no `{word}`"


def test_links_lead_somewhere() -> None:
    assert [words for path, text in documents() for words in broken_links(path, text)] == []
    assert list(broken_links("README.md", "[a](docs/nowhere.md)"))
    assert list(broken_links("docs/README.md", "[a](../CHANGELOG.md#no-such-heading)"))
    assert not list(broken_links("README.md", "[a](LICENSE) and [b](mailto:x) and ![p](x.png)"))


def test_make_targets_exist() -> None:
    assert [words for path, text in documents() for words in unknown_targets(path, text)] == []
    assert list(unknown_targets("README.md", "run `make everything`"))
    assert list(unknown_targets("README.md", "```\nmake everything\n```"))
    assert not list(unknown_targets("README.md", "run `make test`"))


def spoken_commands(text: str) -> set[tuple[str, ...]]:
    """Return every lawgate command a text shows, without its arguments: ("lawgate", "order", "enter")."""
    shown = re.findall(r"`(lawgate(?:-lab)?(?: [^`\n]+)?)`", text) + re.findall(
        SHOWN, "".join(FENCE.findall(text)), re.M
    )
    words = (re.match(r"lawgate(-lab)?( [a-z][a-z-]+){0,2}(?![\w./=])", line) for line in shown)
    return {tuple(found[0].split()) for found in words if found}


def unknown_command(command: tuple[str, ...]) -> bool:
    """Say whether a group is spoken of with a command it does not have; words behind a command are its arguments."""
    known = commands()
    named = max((command[:n] for n in (1, 2, 3) if command[:n] in known), key=len)
    return named != command and any(words[:-1] == named for words in known)


def test_commands_exist() -> None:
    spoken = {command for _, text in documents() for command in spoken_commands(text)}
    assert sorted(" ".join(command) for command in spoken if unknown_command(command)) == []
    assert unknown_command(("lawgate", "no-such-command"))
    assert unknown_command(("lawgate", "order", "no-such-command"))
    assert unknown_command(("lawgate-lab", "no-such-command"))
    assert not unknown_command(("lawgate", "order", "enter"))
    assert not unknown_command(("lawgate", "explain", "batch"))


def test_commands_are_found_in_text() -> None:
    text = "Say `lawgate order enter FILE` or\n```\n$ lawgate init ./office\nlawgate-lab demo --out out\n```\n`lawgate`"
    found = {("lawgate", "order", "enter"), ("lawgate", "init"), ("lawgate-lab", "demo"), ("lawgate",)}
    assert spoken_commands(text) == found


@cache
def commands() -> dict[tuple[str, ...], set[str]]:
    """Return the options of every command, by its words."""
    from typer.main import get_command

    from lawgate.surfaces.cli.app import build
    from lawgate.surfaces.cli.doors import Doors
    from lawgate_lab.app import app

    def nothing(*_: object) -> NoReturn:
        raise AssertionError

    tops = {"lawgate": build(Doors(nothing, nothing, nothing)), "lawgate-lab": app}
    waiting: list[tuple[tuple[str, ...], Any]] = [((word,), get_command(top)) for word, top in tops.items()]
    found: dict[tuple[str, ...], set[str]] = {}
    for words, command in waiting:
        found[words] = {"--help", *(option for each in command.params for option in each.opts)}
        waiting += [((*words, name), each) for name, each in getattr(command, "commands", {}).items()]
    return found


def unknown_options(path: str, text: str) -> Iterator[str]:
    known = commands()
    for line in re.findall(r"\b(lawgate(?:-lab)? [^`\n]+)", text):
        words = line.split()
        named = max((tuple(words[:n]) for n in (1, 2, 3) if tuple(words[:n]) in known), key=len)
        shown = re.findall(r"(?<!\S)--?[a-z][a-z-]*", line) if len(named) > 1 else []
        yield from (f"{path}: `{' '.join(named)}` has no {each}" for each in shown if each not in known[named])


def test_options_exist() -> None:
    assert [words for path, text in documents() for words in unknown_options(path, text)] == []
    assert list(unknown_options("a.md", "`lawgate order enter FILE --force`"))
    assert not list(unknown_options("a.md", "`lawgate order enter FILE --by PERSON -o OFFICE`"))


def rooms_drawn(text: str, floor: str) -> set[str]:
    """Return the folders that the table of ARCHITECTURE.md says one floor has today."""
    row = re.search(rf"^\| {floor} \|([^|]*)\|", text, re.MULTILINE)
    return set(re.findall(r"`([^`]+)`", row[1])) if row else set()


@pytest.mark.parametrize("floor", ["surfaces", "drivers", "posts"])
def test_the_drawing_shows_the_rooms_there_are(floor: str) -> None:
    there = {p.parent.name for p in (ROOT / "src/lawgate" / floor).glob("*/*.py")}
    assert rooms_drawn((ROOT / "ARCHITECTURE.md").read_text("utf-8"), floor) == there
    assert rooms_drawn("| drivers | `one`, `two` (x) | `three` |", "drivers") == {"one", "two"}


def seed_faults(table: str) -> list[str]:
    rows = {int(number): [cell.strip() for cell in rest.split("|")] for number, rest in SEED.findall(table)}
    faults = [f"row {number} is missing" for number in range(1, SEEDS + 1) if number not in rows]
    for number, cells in rows.items():
        if len(cells) != 4 or not all(cells):
            faults.append(f"row {number} does not have its four cells")
            continue
        faults += [f"row {number}: {words}" for words in state_faults(cells[2], cells[3])]
    return faults


def state_faults(test: str, state: str) -> Iterator[str]:
    if state == "done":
        paths = re.findall(r"`(tests/[^`]+)`", test)
        yield from () if paths else ["done, but no test is named"]
        yield from (f"no such test: {path}" for path in paths if not is_there(path))
    elif not re.fullmatch(r"later: \S.{3,}", state):
        yield "the state is `done` or `later: subject of the issue`"


def is_there(path: str) -> bool:
    place, _, function = path.partition("::")
    found = ROOT / place
    return found.exists() and (not function or f"def {function}(" in found.read_text("utf-8"))


def test_every_seed_row_has_a_state() -> None:
    assert seed_faults((ROOT / "docs/seeds.md").read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("| 1 | it says | here | `tests/none/test_x.py` | done |", "no such test"),
        ("| 1 | it says | here | `tests/house/test_words.py::test_absent` | done |", "no such test"),
        ("| 1 | it says | here | none | done |", "no test is named"),
        ("| 1 | it says | here | - | soon |", "the state is"),
        ("| 1 | it says | here | - | later: |", "the state is"),
        ("| 1 | it says | here |", "four cells"),
    ],
)
def test_a_seed_row_without_proof_is_seen(row: str, fault: str) -> None:
    faults = seed_faults(row)
    assert any(fault in words for words in faults if words.startswith("row 1"))
    assert "row 2 is missing" in faults


FACTS = re.compile(r"^\| *fact *\| *status *\|\n.*?\n\n", re.MULTILINE | re.DOTALL)
LABELS = re.compile(r"<td>(?P<fact>[^<]*)</td><td>(?P<status>[^<]*)</td>")


def labelled(text: str) -> list[str]:
    """Return the statuses in the table of facts of a page, in order."""
    table = FACTS.search(text)
    return [line.split("|")[2].strip() for line in table[0].splitlines()[2:] if line] if table else []


def test_facts_have_one_vocabulary() -> None:
    page = labelled((ROOT / "docs/seeds.md").read_text("utf-8"))
    template = (ROOT / "src/lawgate_lab/templates/appendix.html.j2").read_text("utf-8")
    report = [found["status"] for found in LABELS.finditer(template)]
    words = (ROOT / "docs/reference/glossary.md").read_text("utf-8").casefold()
    assert page and set(report) == {*page, "HYPOTHETICAL"}
    for status in report:
        for word in re.split("[:,] ", status.casefold()):
            assert f"\n| {word} |" in words, f"the glossary has no {word}"
            assert f"<dt>{word}</dt>" in template.casefold(), f"the report does not say what {word} means"


def test_another_word_for_a_status_is_seen() -> None:
    assert labelled("| fact | status |\n|---|---|\n| a | as some say |\n| b | report |\n\n") == [
        "as some say",
        "report",
    ]


def without_commit(path: str, value: object) -> list[str]:
    named = isinstance(value, dict) and re.fullmatch(r"[0-9a-f]{7,40}", str(value.get("commit", "")))
    return [] if named else [f"{path}: figures without the commit they were measured at"]


def test_figures_name_their_commit() -> None:
    found = [p for p in files("docs/reference", endings=(".json",)) if re.search("soak|bench", p.name)]
    assert [words for p in found for words in without_commit(name(p), json.loads(p.read_text("utf-8")))] == []
    assert without_commit("soak.json", {"rows": 1})
    assert not without_commit("soak.json", {"commit": "661f389", "rows": 1})
