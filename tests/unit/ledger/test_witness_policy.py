# SPDX-License-Identifier: Apache-2.0
"""Policies as C2SP tlog-policy: what is read, what is refused, and what a quorum is."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawgate.drivers.keys import KeySigner
from lawgate.ledger import quorum
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.note import COSIGNATURE, ED25519, ML_DSA_44, Note, NoteKey, SignatureLine, not_checked, parse_vkey
from lawgate.ledger.quorum import Group, Policy
from lawgate.ledger.quorum_text import Listed, parse_policy, render_listed

LOG = KeySigner("log.example/2025", ED25519, bytes(range(32))).key
OTHER = KeySigner("log.example/2026", ED25519, bytes([77] * 32)).key
W = [KeySigner(f"w.example/{n}", COSIGNATURE, bytes([n + 1] * 32)).key for n in range(6)]
PQ = NoteKey("w.example/pq", ML_DSA_44, bytes(1312))


def text(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in (f"log {LOG.vkey}", *lines)).encode()


def listed(count: int, *lines: str) -> bytes:
    return text(*(f"witness X{n} {W[n].vkey}" for n in range(count)), *lines)


def satisfying(policy: Policy) -> set[frozenset[str]]:
    keys = policy.witnesses
    chosen = (some for size in range(len(keys) + 1) for some in combinations(keys, size))
    return {frozenset(key.name for key in some) for some in chosen if policy.satisfied_by(some)}


def test_two_levels_as_the_format_shows_them() -> None:
    """Any of X0 and X1, all of X2 and X3, and of both groups and X4 two."""
    found = parse_policy(
        listed(5, "group A any X0 X1", "group B all X2 X3", "group top 2 A B X4", "quorum top"),
    ).policy
    assert found.members == ("A", "B", W[4].name)
    expected = set()
    for size in range(6):
        for some in combinations(range(5), size):
            a, b, c = {0, 1} & set(some), {2, 3} <= set(some), 4 in some
            if bool(a) + b + c >= 2:
                expected.add(frozenset(W[n].name for n in some))
    assert satisfying(found) == expected
    assert (found.fewest, found.splittable) == (2, True)  # X0 and X4 here, X2 and X3 with X1 there


def test_one_witness_alone_and_blanks_comments_and_places() -> None:
    found = parse_policy(b"# who\n\n \t\n" + listed(0, f"\twitness  me {W[0].vkey}\thttps://w.example ", "  quorum me"))
    assert found == Listed(Policy(LOG, (W[0],), 1), {W[0].name: "https://w.example"})
    assert parse_policy(render_listed(found).encode()) == found


def test_a_quorum_is_the_witness_or_group_of_that_name_in_the_text() -> None:
    """`me` has a key of the name that a group goes by: the quorum is that witness, which the group has already."""
    with pytest.raises(MalformedError, match="policy"):
        parse_policy(text(f"witness me {W[0].vkey}", f"group {W[0].name} any me", "quorum me"))
    with pytest.raises(MalformedError, match="policy"):
        parse_policy(listed(2, f"group {W[0].name} any X1", "quorum X0"))


def test_names_are_the_texts_own_and_the_one_text_uses_those_of_the_keys() -> None:
    one = parse_policy(listed(3, "group g 2 X2 X0 X1", "quorum g")).policy
    assert one.render() == "".join(
        [
            f"log {LOG.vkey}\n",
            *(f"witness {key.name} {key.vkey}\n" for key in W[:3]),
            f"group quorum 2 {W[0].name} {W[1].name} {W[2].name}\n",
            "quorum quorum\n",
        ]
    )
    assert one == Policy(LOG, tuple(W[:3]), 2) and parse_policy(one.render().encode()).policy == one
    assert not one.splittable and Policy(LOG, tuple(W[:4]), 2).splittable and Policy(LOG, tuple(W[:2]), 1).splittable


REFUSED = {
    "nothing": b"",
    "no line end": listed(1, "quorum X0")[:-1],
    "no quorum": listed(1),
    "two quorums": listed(1, "quorum X0", "quorum X0"),
    "none": listed(1, "quorum none"),
    "a quorum nobody defined": listed(1, "quorum X1"),
    "a quorum before its witness": text("quorum X0", f"witness X0 {W[0].vkey}"),
    "no log": listed(1, "quorum X0").partition(b"\n")[2],
    "two logs": text(f"log {OTHER.vkey}", f"witness X0 {W[0].vkey}", "quorum X0"),
    "an idle witness": listed(2, "quorum X0"),
    "an idle group": listed(3, "group g any X0 X1", "quorum X2"),
    "a group of nobody": listed(1, "group g any", "quorum g"),
    "0 of 1": listed(1, "group g 0 X0", "quorum g"),
    "2 of 1": listed(1, "group g 2 X0", "quorum g"),
    "01 of 1": listed(1, "group g 01 X0", "quorum g"),
    "some of 1": listed(1, "group g some X0", "quorum g"),
    "none as a member": listed(1, "group g any X0 none", "quorum g"),
    "a member twice": listed(1, "group g any X0 X0", "quorum g"),
    "a member of two groups": listed(2, "group g any X0", "group h any X0 X1", "group k all g h", "quorum k"),
    "a group before its member": listed(1, "group g any h", "group h any X0", "quorum g"),
    "a group of itself": listed(1, "group g any g X0", "quorum g"),
    "a name twice": listed(1, f"witness X0 {W[1].vkey}", "group g all X0", "quorum g"),
    "a name of a witness for a group": listed(1, "group X0 any X0", "quorum X0"),
    "a key twice": text(f"witness a {W[0].vkey}", f"witness b {W[0].vkey}", "group g all a b", "quorum g"),
    "a log as a witness": text(f"witness a {OTHER.vkey}", "quorum a"),
    "a witness as a log": text(f"witness a {W[0].vkey}", "quorum a").replace(LOG.vkey.encode(), W[1].vkey.encode()),
    "a key that is none": text("witness a w.example/0+00000000+BAAA", "quorum a"),
    "a fourth word": text(f"witness a {W[0].vkey} https://a https://b", "quorum a"),
    "another line": listed(1, "quorum X0", "required 1"),
    "a carriage return": listed(1, "quorum X0\r"),
    "a control sign": listed(1, "# \x07", "quorum X0"),
    "not UTF-8": listed(1, "quorum X0") + b"# \xff\n",
    "too large": listed(1, "quorum X0") + b"#" * 300_000 + b"\n",
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_policy_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_policy(data)


def test_a_policy_with_too_many_names_is_refused() -> None:
    many = [KeySigner(f"m/{n}", COSIGNATURE, n.to_bytes(32, "big")).key for n in range(1, 70)]
    names = " ".join(f"m{n}" for n in range(len(many)))
    lines = [*(f"witness m{n} {key.vkey}" for n, key in enumerate(many)), f"group g all {names}", "quorum g"]
    with pytest.raises(MalformedError):
        parse_policy(text(*lines))
    few = " ".join(f"m{n}" for n in range(32))
    lines = [*(f"witness m{n} {key.vkey}" for n, key in enumerate(many[:32])), f"group g all {few}", "quorum g"]
    assert parse_policy(text(*lines)).policy.fewest == 32


def test_a_group_has_a_name_and_members_of_its_own() -> None:
    for groups in (
        (Group("quorum", 1, (W[0].name,)),),
        (Group("none", 1, (W[0].name,)),),
        (Group(W[1].name, 1, (W[0].name,)),),
        (Group("g", 2, (W[0].name,)),),
        (Group("g", 1, ("stranger",)),),
        (Group("g", 1, (W[0].name,)), Group("h", 1, (W[0].name, W[1].name))),
    ):
        with pytest.raises(ValueError, match=r"."):
            Policy(LOG, tuple(W[:3]), 1, groups)


def test_no_policy_is_looser_than_the_form_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The floor is of witnesses, not of names: a group that one of its members makes up counts as one."""
    assert quorum.WITNESS_QUORUM_AT_LEAST == 1
    two = (Group("a", 1, (W[0].name, W[1].name)),)
    for required, groups, fewest in ((1, (), 1), (2, (), 2), (1, two, 1), (2, two, 2)):
        monkeypatch.setattr(quorum, "WITNESS_QUORUM_AT_LEAST", fewest)
        assert Policy(LOG, tuple(W[:3]), required, groups).fewest == fewest
        monkeypatch.setattr(quorum, "WITNESS_QUORUM_AT_LEAST", fewest + 1)
        with pytest.raises(ValueError, match="form floor"):
            Policy(LOG, tuple(W[:3]), required, groups)


def test_there_is_room_for_keys_nobody_here_can_check() -> None:
    assert parse_vkey(PQ.vkey) == PQ
    policy = parse_policy(listed(2, f"witness pq {PQ.vkey}", "group g 2 X0 X1 pq", "quorum g")).policy
    assert satisfying(policy) == {frozenset((W[0].name, W[1].name)), frozenset((W[0].name, W[1].name, PQ.name))}
    line = SignatureLine(PQ.name, PQ.key_id, bytes(2428))
    note = Note("x\n", (line, SignatureLine("other", b"1234", b"5")))
    assert not_checked(note, policy.witnesses) == (PQ.name,)
    with pytest.raises(MalformedError):
        parse_policy(listed(1, f"witness pq {PQ.vkey}", "group g 2 X0 pq", "quorum g"))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """A policy over up to six witnesses with up to three groups."""
    count = draw(st.integers(1, 6))
    free, groups = [key.name for key in W[:count]], []
    for number in range(draw(st.integers(0, 3))):
        size = draw(st.integers(1, len(free)))
        members = tuple(sorted(draw(st.permutations(free))[:size]))
        groups.append(Group(f"g{number}", draw(st.integers(1, size)), members))
        free = [name for name in free if name not in members] + [f"g{number}"]
    return Policy(LOG, tuple(W[:count]), draw(st.integers(1, len(free))), tuple(groups))


@given(policies())
def test_fewest_splittable_and_text_say_what_trying_all_says(policy: Policy) -> None:
    enough = satisfying(policy)
    assert policy.fewest == min(len(some) for some in enough)
    assert policy.splittable == any(not one & two for one in enough for two in enough)
    again = parse_policy(policy.render().encode()).policy
    assert (again.render(), again.digest, satisfying(again)) == (policy.render(), policy.digest, enough)
