# SPDX-License-Identifier: Apache-2.0
"""I5, I7: whatever happens to a hand-out on its way, no record is ever given on that differs from what was sealed."""

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.delivered import HandOut, made
from lawgate.drivers.age.sealer import AgeSealer
from lawgate.drivers.jwe.sealer import JweSealer
from lawgate.drivers.package.unpack import unpack
from lawgate.model.fault import Refused
from lawgate.office.receive import Delivered, Fate, Received, receive
from lawgate.protocol.manifest import Sealed
from lawgate.wiring.sealers import openers

SENT = {
    (kind.__name__, keepers): made(kind(), 4, keepers).without(f"0002.{ending}", keeper=keepers)
    for kind, ending in ((AgeSealer, "age"), (JweSealer, "jwe"))
    for keepers in (1, 2)
}
PARTS = {key: Delivered(sent.tar(), sent.keys(1), sent.keys(2) if key[1] == 2 else None) for key, sent in SENT.items()}


def opened(sent: HandOut, found: Delivered) -> Received | None:
    """What receiving gives, None where it refuses the whole; what it gives holds only what was sealed."""
    try:
        got = receive(found, sent.me.secret, openers(), unpack)
    except Refused:
        return None
    counts = [got.count(fate) for fate in (Fate.OPENED, Fate.WITHHELD, Fate.DAMAGED)]
    assert sum(counts) == len(got.items) == len(got.manifest.records)
    for item in got.items:
        assert (item.content is not None) == (item.fate is Fate.OPENED)
        assert item.content in (None, sent.plain[item.name])
    return got


@pytest.mark.parametrize("key", SENT, ids=lambda key: f"{key[0]}-{key[1]}")
def test_untouched_it_opens(key: tuple[str, int]) -> None:
    got = opened(SENT[key], PARTS[key])
    assert got is not None
    assert [item.fate for item in got.items] == [Fate.OPENED, Fate.WITHHELD, Fate.OPENED, Fate.OPENED]


@st.composite
def harmed(draw: st.DrawFn, data: bytes) -> bytes:
    """The bytes with some of them changed, cut off, left out, doubled or moved."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        length = draw(st.sampled_from([1, 2, 16, 512, 1024]))
        match draw(st.sampled_from(["flip", "cut", "leave out", "double", "move"])):
            case "flip" if data:
                data = data[:at] + bytes([data[at] ^ draw(st.integers(1, 255))]) + data[at + 1 :]
            case "cut":
                data = data[:at]
            case "leave out":
                data = data[:at] + data[at + length :]
            case "double":
                data = data[: at + length] + data[at:]
            case "move":
                at -= at % 512
                data = data[:at] + data[at + length :] + data[at : at + length]
    return data


@pytest.mark.parametrize("key", SENT, ids=lambda key: f"{key[0]}-{key[1]}")
@given(data=st.data())
def test_harmed_bytes_never_give_another_record(key: tuple[str, int], data: st.DataObject) -> None:
    found = PARTS[key]
    parts = {"tar": found.tar, "first": found.first, **({"second": found.second} if found.second else {})}
    name = data.draw(st.sampled_from(sorted(parts)))
    parts[name] = data.draw(harmed(parts[name] or b""))
    opened(SENT[key], Delivered(parts["tar"] or b"", parts["first"], parts.get("second")))


@pytest.mark.parametrize("key", SENT, ids=lambda key: f"{key[0]}-{key[1]}")
@given(data=st.data())
def test_harmed_records_in_a_sound_tar_are_damaged_and_no_others(key: tuple[str, int], data: st.DataObject) -> None:
    """The tar is made anew around them, so that nothing but the digests and the seals can tell."""
    sent = SENT[key]
    name = data.draw(st.sampled_from(sent.names))
    sealed = dict(sent.sealed)
    sealed[name] = data.draw(harmed(sealed[name]) | st.sampled_from(sorted(sent.sealed.values())))
    got = opened(sent, Delivered(_tar(sent, sealed), PARTS[key].first, PARTS[key].second))
    assert got is not None
    # What was harmed and put back by chance is as it was.
    expected = Fate.DAMAGED if sealed[name] != sent.sealed[name] else got.items[sent.names.index(name)].fate
    whole = opened(sent, PARTS[key])
    assert whole is not None
    before = [item.fate for item in whole.items]
    before[sent.names.index(name)] = expected
    assert [item.fate for item in got.items] == before


@pytest.mark.parametrize("key", SENT, ids=lambda key: f"{key[0]}-{key[1]}")
@given(data=st.data())
def test_a_manifest_that_lists_the_harmed_bytes_helps_nobody(key: tuple[str, int], data: st.DataObject) -> None:
    """Digests are made to fit what was changed or exchanged: the seals alone tell."""
    sent = SENT[key]
    sealed = dict(zip(sent.names, data.draw(st.permutations(list(sent.sealed.values()))), strict=True))
    name = data.draw(st.sampled_from(sent.names))
    sealed[name] = data.draw(st.just(sealed[name]) | harmed(sealed[name]))
    listed = tuple(Sealed(name, sha256(each).hexdigest(), len(each)) for name, each in sealed.items())
    other = replace(sent, sealed=sealed, manifest=replace(sent.manifest, records=listed))
    got = opened(sent, Delivered(other.tar(), PARTS[key].first, PARTS[key].second))
    assert got is not None
    # The key files are those of the whole hand-out: 0002 stays withheld.
    kept = {name for name in sent.names if sealed[name] == sent.sealed[name]}
    assert {item.name for item in got.items if item.fate is Fate.OPENED} == kept - {sent.names[1]}


@pytest.mark.parametrize("key", SENT, ids=lambda key: f"{key[0]}-{key[1]}")
@given(left_out=st.sets(st.integers(0, 3)))
def test_exactly_those_left_out_are_withheld(key: tuple[str, int], left_out: set[int]) -> None:
    sent = SENT[key].without(*(SENT[key].names[at] for at in left_out))
    got = opened(sent, Delivered(sent.tar(), sent.keys(1), sent.keys(2) if key[1] == 2 else None))
    assert got is not None
    withheld = {at for at, item in enumerate(got.items) if item.fate is Fate.WITHHELD}
    assert withheld == left_out | {1}
    assert got.count(Fate.OPENED) == 4 - len(withheld)


@pytest.mark.parametrize("kind", [AgeSealer, JweSealer])
@given(data=st.data())
def test_bytes_that_are_anything_are_no_package(kind: type, data: st.DataObject) -> None:
    key = (kind.__name__, 1)
    junk = data.draw(st.binary(max_size=2000))
    assert opened(SENT[key], Delivered(junk, PARTS[key].first, None)) is None
    assert opened(SENT[key], Delivered(PARTS[key].tar, junk, None)) is None


def _tar(sent: HandOut, sealed: dict[str, bytes]) -> bytes:
    return replace(sent, sealed=sealed).tar()
