# SPDX-License-Identifier: Apache-2.0
"""What every PinStore promises: texts come back as they were kept, or not at all."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from contract.promises import Disk, Place, Suite, watched
from lawgate.drivers.rooms.pins import FolderPins
from lawgate.ports.pins import PinMissingError, PinStore

PINS: Suite[PinStore] = Suite(FolderPins)
ONE, OTHER = "a" * 64, "b" * 64
FILES = {"rulebook.toml": b"id = 1\n", "match/names.toml": b"", "stray \udcff paper\n": bytes(range(256)) * 99}


@PINS.promise
def what_was_kept_comes_back(place: Place[PinStore]) -> None:
    place.open().keep(ONE, FILES)
    assert dict(place.open().files(ONE)) == FILES


@PINS.promise
def nothing_is_a_pin_too(place: Place[PinStore]) -> None:
    """A docket without an order."""
    place.open().keep(ONE, {})
    assert dict(place.open().files(ONE)) == {}


@PINS.promise
def one_pin_never_changes_another(place: Place[PinStore]) -> None:
    pins = place.open()
    pins.keep(ONE, FILES)
    pins.keep(OTHER, {**FILES, "rulebook.toml": b"id = 2\n"})
    assert dict(pins.files(ONE)) == FILES
    assert pins.files(OTHER)["rulebook.toml"] == b"id = 2\n"


@PINS.promise
def keeping_again_changes_nothing(place: Place[PinStore]) -> None:
    pins = place.open()
    for _ in range(2):
        pins.keep(ONE, FILES)
    assert dict(pins.files(ONE)) == FILES


@PINS.promise
def what_was_never_kept_is_missing(place: Place[PinStore]) -> None:
    pins = place.open()
    pins.keep(ONE, FILES)
    for digest in (OTHER, "", "a" * 63, "../lists/" + ONE, ONE.upper()):
        with pytest.raises(PinMissingError):
            pins.files(digest)
    with pytest.raises(PinMissingError):
        pins.keep("../" + ONE, FILES)


@PINS.promise
def a_spoilt_text_is_missing_and_heals(place: Place[PinStore]) -> None:
    pins = place.open()
    pins.keep(ONE, FILES)
    for file in sorted(path for path in place.root.rglob("*") if path.is_file()):
        data = file.read_bytes()
        for spoilt in (data + b"x", data[:-1], b"[]" * bool(data)):
            if spoilt == data:
                continue
            file.write_bytes(spoilt)
            if (found := _found(pins)) is not None:
                assert found == FILES or set(found) < set(FILES), "never another text under a name"
        file.unlink()
        assert _found(pins) is None
        pins.keep(ONE, FILES)
        assert _found(pins) == FILES


def _found(pins: PinStore) -> Mapping[str, bytes] | None:
    try:
        return dict(pins.files(ONE))
    except PinMissingError:
        return None


@PINS.promise
def only_its_owner_gets_in(place: Place[PinStore]) -> None:
    place.open().keep(ONE, FILES)
    for path in place.root.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0


@PINS.promise
def it_is_on_the_disk_when_the_call_returns(place: Place[PinStore]) -> None:
    with watched(Disk()) as disk:
        place.open().keep(ONE, FILES)
        assert disk.lost(place.root) == []


class Wrapping(FolderPins):
    """Sound; the planted drivers below change one thing each."""


@PINS.breaks("a_spoilt_text_is_missing_and_heals")
class Believing(Wrapping):
    def _text(self, digest: str) -> bytes:
        return (self._texts / digest).read_bytes()


@PINS.breaks("one_pin_never_changes_another", "what_was_never_kept_is_missing")
class OneForAll(Wrapping):
    def keep(self, digest: str, files: Mapping[str, bytes]) -> None:
        super().keep(ONE, files)

    def files(self, digest: str) -> Mapping[str, bytes]:
        return super().files(ONE)


@PINS.breaks("it_is_on_the_disk_when_the_call_returns")
class Unsynced(Wrapping):
    def keep(self, digest: str, files: Mapping[str, bytes]) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("os.fsync", lambda handle: None)
            super().keep(digest, files)


test_pins, test_a_planted_pins_is_seen = PINS.tests()


def test_a_text_of_two_pins_is_stored_once(tmp_path: Path) -> None:
    pins = FolderPins(tmp_path)
    pins.keep(ONE, {"a": b"text", "b": b"text"})
    pins.keep(OTHER, {"c": b"text"})
    assert len(list((tmp_path / "texts").iterdir())) == 1
