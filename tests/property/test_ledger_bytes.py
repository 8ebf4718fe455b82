# SPDX-License-Identifier: Apache-2.0
"""Parsers and printers of the log's formats: one spelling per value, no crash on any bytes."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawgate.ledger import checkpoint, leaf, note, proof, schema
from lawgate.ledger.checkpoint import Checkpoint
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.merkle import EMPTY_ROOT
from lawgate.ledger.note import Note, NoteKey, SignatureLine

NAMES = st.text(min_size=1, max_size=20).filter(
    lambda text: not any(char.isspace() or char == "+" or char < " " or 0xD800 <= ord(char) < 0xE000 for char in text)
)
LINES = st.text(st.characters(min_codepoint=32, exclude_categories=("Cs",)), max_size=30)
SIGNATURES = st.builds(SignatureLine, NAMES, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80))
NOTES = st.builds(
    Note,
    st.lists(LINES, min_size=1, max_size=5).map(lambda lines: "\n".join(lines) + "\n"),
    st.lists(SIGNATURES, min_size=1, max_size=4, unique_by=lambda line: (line.name, line.key_id)).map(tuple),
)
CHECKPOINTS = st.builds(
    lambda origin, size, root: Checkpoint(origin, size, root if size else EMPTY_ROOT),
    LINES.filter(bool),
    st.integers(0, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
)


def values(type_: str) -> st.SearchStrategy[schema.Value]:
    one = {
        "digest": st.binary(min_size=32, max_size=32).map(bytes.hex),
        "id": st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}", fullmatch=True).filter(
            lambda text: schema.fits("id", text)
        ),
        "code": st.from_regex(r"[a-z0-9][a-z0-9._-]{0,63}", fullmatch=True).filter(
            lambda text: schema.fits("code", text)
        ),
        "day": st.dates().map(str),
        "instant": st.datetimes().map(lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20)),
        "count": st.integers(0, schema.MAX_COUNT),
        "number": st.integers(0, schema.MAX_NUMBER),
        "flag": st.booleans(),
    }[type_.rstrip("?*")]
    if type_.endswith("*"):
        return st.lists(one, max_size=4)
    return one | st.just("") if type_.endswith("?") else one


LEAVES = st.sampled_from(sorted(schema.FIELDS)).flatmap(
    lambda kind: st.builds(
        StageLeaf,
        st.just(kind),
        values("instant"),
        st.fixed_dictionaries({name: values(type_) for name, type_ in schema.FIELDS[kind].items()}),
    )
)


@given(NOTES)
def test_notes(found: Note) -> None:
    assert note.parse(found.render()) == found


@given(CHECKPOINTS)
def test_checkpoints(found: Checkpoint) -> None:
    assert checkpoint.parse_text(found.text) == found


@given(NAMES, st.sampled_from([1, 4]), st.binary(min_size=32, max_size=32))
def test_keys(name: str, kind: int, public: bytes) -> None:
    key = NoteKey(name, kind, public)
    assert note.parse_vkey(key.vkey) == key


@given(LEAVES)
def test_leaves(found: StageLeaf) -> None:
    assert leaf.parse(found.render()) == found
    assert leaf.parse(found.render()).render() == found.render()


@given(
    CHECKPOINTS,
    st.integers(0, 2**62),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63),
    st.binary(max_size=40),
)
def test_proofs(head: Checkpoint, index: int, path: list[bytes], extra: bytes) -> None:
    signed = Note(head.text, (SignatureLine("n", b"abcd", b"x"),)).render()
    found = proof.LogProof(index, tuple(path), signed, extra)
    assert proof.parse(found.render()) == found


PARSERS: list[Callable[[bytes], bytes]] = [
    lambda data: note.parse(data).render(),
    lambda data: leaf.parse(data).render(),
    lambda data: proof.parse(data).render(),
    lambda data: checkpoint.parse_note(data)[1].render(),
]
GOOD = [
    Note("log\n1\n" + "A" * 43 + "=\n", (SignatureLine("n", b"abcd", b"x" * 64),)).render(),
    StageLeaf("alarm", "2025-09-25T13:30:00Z", {"code": "c", "subject": "s", "detail": ""}).render(),
]
GOOD.append(proof.LogProof(3, (bytes(32), bytes(32)), GOOD[0], b"x").render())


@pytest.mark.parametrize("good", GOOD, ids=["note", "leaf", "proof"])
@given(data=st.data())
def test_changed_bytes_are_refused_or_print_as_they_are(good: bytes, data: st.DataObject) -> None:
    changed = bytearray(good)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(changed) - 1))
        piece = data.draw(st.binary(max_size=2) | st.sampled_from([b"\n", b" ", b'"', b",", b"0", b"="]))
        changed[at : at + data.draw(st.integers(0, 2))] = piece
    for parse in PARSERS:
        try:
            printed = parse(bytes(changed))
        except MalformedError:
            continue
        assert printed == bytes(changed)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_with_a_reason(data: bytes) -> None:
    for parse in PARSERS:
        try:
            assert parse(data) == data
        except MalformedError as refused:
            assert refused.code
