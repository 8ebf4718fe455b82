# SPDX-License-Identifier: Apache-2.0
"""Every code that can be met has one entry that means something, and every entry can be met."""

import ast
import re
import runpy
from collections.abc import Callable, Iterator

import pytest

from house.tree import ROOT, Source, planted, sources, strings
from lawgate.ledger.schema import FIELDS
from lawgate.model.code import CODES
from lawgate.model.meanings import approvals, decided, log, notice, papers, steps, stops
from lawgate.model.meanings.bars import BARS
from lawgate.model.meanings.entry import Group, Meaning
from lawgate.model.meanings.table import GROUPS, mending
from lawgate.protocol.bars import CHECKS, LAST_CHECKS

Codes = Iterator[str]
BARRING = "src/lawgate/protocol/bars.py"
TABLES = ("src/lawgate/model/meanings/", "src/lawgate/model/code.py")
PAPERS = (papers.REVIEWS, papers.ORDERS, papers.RULES, papers.REGISTERS, approvals.APPROVALS, approvals.KEYS)
# Their codes stand beside a name or behind a colon; the same word may mean something else there.
REASONS = (log.FORMS, log.WITNESSES, log.KEY_FILES, notice.WAYS)
NOT_WRITTEN = "(no step of this version writes it)"


def arguments(tree: ast.AST, name: str, place: int) -> Iterator[ast.expr]:
    """Yield the argument at a place of every call of a name, whatever stands before its dot."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=found) | ast.Attribute(attr=found), args=given) if found == name:
                yield from given[place : place + 1]


def texts(nodes: Iterator[ast.expr]) -> Codes:
    """Yield the texts among the nodes; of `f"malformed:{code}"` what stands before the colon."""
    for node in nodes:
        match node:
            case ast.Constant(value=str(text)) | ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
                yield text.partition(":")[0]
            case ast.IfExp(body=one, orelse=other):
                yield from texts(iter([one, other]))


def heirs(source: Source, base: str) -> Iterator[ast.ClassDef]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and base in (ast.unparse(each) for each in node.bases):
            yield node


def refused(source: Source) -> Codes:
    yield from texts(arguments(source.tree, "Refused", 0))
    for node in heirs(source, "Refused"):
        yield from texts(arguments(node, "__init__", 0))


def hidden(source: Source) -> Codes:
    """Complain where a step is refused by a code that cannot be read off the source."""
    for node in arguments(source.tree, "Refused", 0):
        if not isinstance(node, ast.Constant):
            yield source.at(node.lineno, "write the code of a refusal out, so that it is found")


def faulted(source: Source) -> Codes:
    """Yield the codes of faults, made directly or by a function of the module that has a parameter `code`."""
    yield from texts(arguments(source.tree, "Fault", 4))
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef) and "code" in (names := [each.arg for each in node.args.args]):
            yield from texts(arguments(source.tree, node.name, names.index("code")))
    if re.search(r"^from lawgate\.docket\.form import .*\bfault\b", source.text, re.M):
        yield from texts(arguments(source.tree, "fault", 2))


def papers_faulted(source: Source) -> Codes:
    """Yield the codes of faults of papers: those of a request have their own table, and checks are no papers."""
    elsewhere = ("src/lawgate/drivers/", "src/lawgate/ledger/", "src/lawgate/office/audit.py")
    yield from (code for code in faulted(source) if not source.path.startswith(elsewhere))


def stopping(source: Source) -> Codes:
    """Yield the code of every class of errors that states one, and the three that none does."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Assign(targets=[ast.Name(id="stop")], value=value):
                yield from texts(iter([value]))
            case ast.AnnAssign(target=ast.Name(id="stop"), value=ast.Constant() as value):
                yield from texts(iter([value]))
            case ast.ImportFrom(module="lawgate.model.meanings.stops", names=names):
                yield from (code for each in names if isinstance(code := getattr(stops, each.name), str))


def malformed(source: Source) -> Codes:
    yield from texts(arguments(source.tree, "MalformedError", 0))


def unwitnessed(source: Source) -> Codes:
    yield from texts(arguments(source.tree, "WitnessRefusalError", 1))
    yield from texts(arguments(source.tree, "_refusal", 0))
    for node in heirs(source, "WitnessRefusalError"):
        yield from texts(arguments(node, "__init__", 1))


def key_faults(source: Source) -> Codes:
    yield from texts(arguments(source.tree, "KeyFileError", 1))


def not_handed_over(source: Source) -> Codes:
    yield from texts(arguments(source.tree, "NotifyError", 0))
    yield from (code for code in texts(arguments(source.tree, "Told", 3)) if code)


def not_met(source: Source) -> Codes:
    yield from texts(arguments(source.tree, "Missing", 0))


def decided_as(source: Source) -> Codes:
    if source.path.startswith("src/lawgate/decide/"):
        yield from texts(arguments(source.tree, "Finding", 3))


def found_in_log(source: Source) -> Codes:
    """Yield what checking can say of the log's own files, and of what is stored beside it."""
    if source.path.startswith("src/lawgate/drivers/tiles/"):
        yield from texts(arguments(source.tree, "Finding", 2))
        yield from (str(v.value) for v in named(source, "OLDER_DIFFERS"))
    if source.path == "src/lawgate/ledger/tile.py":  # what a bundle lacks is told under its own code
        yield from (code for code in malformed(source) if code.startswith("bundle"))
    if source.path != BARRING:
        yield from texts(arguments(source.tree, "Check", 0))
        yield from texts(arguments(source.tree, "Difference", 0))
        yield from texts(arguments(source.tree, "_coded", 0))


def named(source: Source, constant: str) -> Iterator[ast.Constant]:
    for node in source.tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=found)], value=ast.Constant() as value) if found == constant:
                yield value


def replayed(source: Source) -> Codes:
    yield from (text for _, text in strings(source) if re.fullmatch(r"replay_\w+", text))


def bars_checked(source: Source) -> Codes:
    """Yield the codes of the checks, and of the bars that a step itself makes."""
    if source.path == BARRING:
        yield from (check.code for check in (*CHECKS, *LAST_CHECKS))
    yield from texts(arguments(source.tree, "Bar", 0))


PLACES: list[tuple[tuple[Group, ...], Callable[[Source], Codes], Source]] = [
    ((steps.STEPS,), refused, planted('raise Refused("E_PLANTED", "why")\n')),
    ((stops.STOPS,), stopping, planted('class PlantedError(LawgateError):\n    stop = "E_PLANTED"\n')),
    (PAPERS, papers_faulted, planted('def f(name, code):\n    return 1\nf("a", "E_PLANTED")\n')),
    (PAPERS, papers_faulted, planted('Fault(Scope.FILE, "a", 0, "", "E_PLANTED", "mend")\n')),
    ((BARS,), bars_checked, Source(BARRING, "")),
    ((decided.FINDINGS,), decided_as, planted('Finding("a", "row", status, "E_PLANTED", None, "")\n')),
    ((log.FINDINGS,), found_in_log, planted('Check("E_PLANTED", "says", True)\n')),
    ((log.FINDINGS,), found_in_log, planted('Finding("a", "", f"E_PLANTED:{x}")\n', "src/lawgate/drivers/tiles/a.py")),
    ((log.REPLAYS,), replayed, planted('code = "replay_planted"\n')),
    ((log.FORMS,), malformed, planted('raise MalformedError("E_PLANTED", "place")\n')),
    (
        (log.WITNESSES,),
        unwitnessed,
        planted('class X(WitnessRefusalError):\n    a = super().__init__(b, "E_PLANTED")\n'),
    ),
    ((notice.WAYS,), not_handed_over, planted('raise NotifyError("E_PLANTED")\n')),
    ((notice.CLOCKS,), not_met, planted('found = Missing("E_PLANTED", ())\n')),
    ((log.KEY_FILES,), key_faults, planted('raise KeyFileError(path, "E_PLANTED")\n')),
]


def program() -> list[Source]:
    return [source for source in sources("src/lawgate") if not source.path.startswith(TABLES)]


@pytest.mark.parametrize(("groups", "met", "other"), PLACES, ids=lambda value: getattr(value, "__name__", ""))
def test_code_and_table_agree(groups: tuple[Group, ...], met: Callable[[Source], Codes], other: Source) -> None:
    listed = {each.code for group in groups for each in group.entries}
    found = {code for source in program() for code in met(source)}
    assert sorted(found - listed) == [], "met by somebody, and not in the table"
    assert sorted(listed - found) == [], "in the table, and met by nobody"
    assert other.path == BARRING or set(met(other)) - listed, "the rule does not see a planted code"


def test_codes_of_refusals_are_written_out() -> None:
    assert [words for source in program() for words in hidden(source)] == []
    assert list(hidden(planted("raise Refused(code, why)\n")))


def test_codes_of_intake_are_used() -> None:
    said = {text for source in program() for _, text in strings(source, docstrings=False)}
    assert sorted({code.name for code in CODES} - said) == []


def entry_faults(groups: tuple[Group, ...]) -> Iterator[str]:
    """Complain about an entry without words, a code twice in a group, and one that means two things on a screen."""
    means: dict[str, str] = {}
    for group in groups:
        codes = [each.code for each in group.entries]
        yield from (f"{group.name}: {code} stands twice" for code in set(codes) if codes.count(code) > 1)
        for each in group.entries:
            if not all((each.code, each.meets, each.means, each.mend)) or "|" in each.means + each.mend:
                yield f"{group.name}: {each.code} says nothing, or breaks its table"
            if group not in REASONS and means.setdefault(each.code, each.means) != each.means:
                yield f"{group.name}: {each.code} means something else elsewhere"


def test_every_entry_means_one_thing() -> None:
    assert list(entry_faults(GROUPS)) == []
    two = Meaning("one", "me", "this", "so"), Meaning("one", "me", "that", "")
    assert len(list(entry_faults((Group("a", "A", "", two[:1]), Group("b", "B", "", two[1:]))))) == 2
    assert list(entry_faults((Group("a", "A", "", two[:1] * 2),)))


def test_a_screen_finds_how_to_mend() -> None:
    assert mending(BARS, "lease").startswith("ask again")
    assert mending(BARS, "E_BATCH") == ""


def written_kinds() -> set[str]:
    """Return the kinds of leaves that some step makes: named in the call, or by a constant of the same module."""
    made = {kind for source in program() for kind in texts(arguments(source.tree, "StageLeaf", 0))}
    for source in program():
        called = [node.id for node in arguments(source.tree, "StageLeaf", 0) if isinstance(node, ast.Name)]
        made |= {str(value.value) for name in called for value in named(source, name)}
    return made


def test_leaves_that_nobody_writes_are_marked() -> None:
    means = runpy.run_path(str(ROOT / "scripts" / "write_codes.py"))["LEAVES"]
    assert set(means) == set(FIELDS)
    assert {kind for kind, says in means.items() if not says.endswith(NOT_WRITTEN)} == written_kinds()
