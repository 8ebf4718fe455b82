# SPDX-License-Identifier: Apache-2.0
"""A predicate means the same as a definition and as a column: random expressions over random facts, some unknown."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random

import duckdb
import pyarrow as pa
import pytest

from differential import expressions
from differential.batches import provision, rulebook
from lawgate.decide.find import LETTER
from lawgate.drivers.duckdb.clauses import condition, literal, packed, unpack
from lawgate.law.evaluate import Fact, evaluate
from lawgate.law.expression import Expr, Is, facts_of
from lawgate.law.rulebook import Clause
from lawgate.model.outcome import Outcome

ARROW = {"text": pa.string(), "date": pa.date32(), "flag": pa.bool_(), "number": pa.int64()}
EXPRESSIONS, ROWS = 40, 60
Facts = Mapping[str, Fact]


def table(facts: Sequence[Facts], types: Mapping[str, str]) -> pa.Table:
    return pa.table({name: pa.array([f[name] for f in facts], ARROW[kind]) for name, kind in types.items()})


def in_columns(
    exprs: Sequence[Expr], facts: Sequence[Facts], types: Mapping[str, str]
) -> list[tuple[bool | None, ...]]:
    columns = {name: f'"{name}"' for name in types}
    wanted = ", ".join(f"{condition(e, columns)} AS e{i}" for i, e in enumerate(exprs))
    con = duckdb.connect()
    con.register("facts", table([{**f, "place": i} for i, f in enumerate(facts)], {**types, "place": "number"}))
    return con.execute(f"SELECT {wanted} FROM facts ORDER BY place").fetchall()


def differing(exprs: Sequence[Expr], facts: Sequence[Facts], types: Mapping[str, str]) -> list[tuple[Expr, Facts]]:
    got = in_columns(exprs, facts, types)
    pairs = [(e, f, got[i][j]) for i, f in enumerate(facts) for j, e in enumerate(exprs)]
    return [(e, {n: f[n] for n in facts_of(e)}) for e, f, said in pairs if evaluate(e, f) is not said]


@pytest.fixture
def rounds(size: str) -> int:
    return 10 if size == "ci" else 1000


def test_random_expressions(rounds: int) -> None:
    answers: Counter[bool | None] = Counter()
    for seed in range(rounds):
        rng = Random(seed)
        exprs = [expressions.expression(rng) for _ in range(EXPRESSIONS)]
        facts = [expressions.facts(rng) for _ in range(ROWS)]
        assert differing(exprs, facts, expressions.TYPES) == []
        answers.update(evaluate(e, f) for e in exprs for f in facts)
    assert sum(answers.values()) == rounds * EXPRESSIONS * ROWS
    assert min(answers.values()) > 0.1 * sum(answers.values()), "one of the three answers hardly occurs"


def test_a_wrong_column_would_be_seen() -> None:
    expr, facts = Is("flag.0", True), [{"flag.0": True}]
    assert differing([expr], facts, {"flag.0": "flag"}) == []
    assert [evaluate(expr, {"flag.0": False})] != list(in_columns([expr], facts, {"flag.0": "flag"})[0])


def test_facts_written_as_literals(rounds: int) -> None:
    con = duckdb.connect()
    for seed in range(rounds):
        rng = Random(seed)
        exprs = [expressions.expression(rng, 2) for _ in range(EXPRESSIONS)]
        facts = expressions.facts(rng)
        columns = {name: literal(facts[name], kind) for name, kind in expressions.TYPES.items()}
        got = con.execute("SELECT " + ", ".join(condition(e, columns) for e in exprs)).fetchall()[0]
        assert list(got) == [evaluate(e, facts) for e in exprs]


def random_case(rng: Random, types: Mapping[str, str], words: Sequence[str]) -> dict[str, Fact]:
    """Facts of the real rulebook, mostly of the words and sizes its own clauses know."""
    near = {
        "text": lambda: rng.choice(words),
        "number": lambda: rng.randrange(1100),
        "date": lambda: expressions.FIRST + timedelta(days=rng.randrange(400)),
        "flag": lambda: rng.random() < 0.5,
    }
    made = {name: expressions.value(rng, kind) for name, kind in types.items()}
    return {n: near[types[n]]() if v is not None and rng.random() < 0.8 else v for n, v in made.items()}


def known_words(clauses: Sequence[Clause]) -> list[str]:
    found: set[str] = {""}
    todo: list[object] = [c.test for c in clauses]
    while todo:
        match todo.pop():
            case str(text):
                found.add(text)
            case tuple(parts):
                todo += parts
            case node if hasattr(node, "__slots__"):
                todo += [getattr(node, slot) for slot in node.__slots__]
    return sorted(found | {word + "x" for word in found})


def test_every_clause_of_the_rulebook(rounds: int) -> None:
    clauses = provision().clauses
    types = {name: kind.type for name, kind in rulebook().facts.items()}
    words = known_words(clauses)
    facts = [random_case(Random(seed), types, words) for seed in range(rounds * 100)]
    assert differing([c.test for c in clauses], facts, types) == []
    # Some clauses ask only whether something can be told: they are never false.
    stuck = [c.code for c in clauses if not {True, None} <= {evaluate(c.test, f) for f in facts}]
    assert stuck == [], "these clauses were not driven to met and to unknown"


def test_packed_words_give_the_letters_back(rounds: int) -> None:
    rng, types = Random(5), expressions.TYPES
    for count in (0, 1, 2, 29, 30, 31, 32, 61, 62):
        tests = [expressions.expression(rng, 1) for _ in range(count)]
        clauses = [
            Clause("e", f"c{i}", "row", "request", t, Outcome.DENY, Outcome.HOLD, "") for i, t in enumerate(tests)
        ]
        facts = [expressions.facts(rng) for _ in range(rounds)]
        con = duckdb.connect()
        con.register("facts", table([{**f, "place": i} for i, f in enumerate(facts)], {**types, "place": "number"}))
        columns = {name: f'"{name}"' for name in types}
        some = {i for i in range(count) if rng.random() < 0.5}
        parted = f"{packed(clauses, columns, some)} + {packed(clauses, columns, set(range(count)) - some)}"
        word = packed(clauses, columns)
        assert con.execute(f"SELECT bool_and({word} = {parted}) FROM facts").fetchall() == [(True,)]
        for (got,), f in zip(con.execute(f"SELECT {word} FROM facts ORDER BY place").fetchall(), facts, strict=True):
            assert list(unpack(got, clauses).values()) == [LETTER[evaluate(t, f)] for t in tests]
    with pytest.raises(ValueError, match="at most 62"):
        packed([*clauses, clauses[0]], {})
