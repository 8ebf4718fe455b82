# SPDX-License-Identifier: Apache-2.0
"""The story on a screen and on a page: narrow, marked on every line, escaped; the key lines from outcomes alone."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lawgate.protocol.bars import Bar, Barred
from lawgate_lab.story import FEWEST, MOST, Told, run
from lawgate_lab.story_beside import Beside
from lawgate_lab.story_facts import TABLE
from lawgate_lab.story_report import write_story
from lawgate_lab.story_screen import WIDTH, beginning, ending, key_lines, scene_lines
from lawgate_lab.story_told import Mark, Scene, barred_by, listed, orders_named

AT = datetime(2025, 4, 7, 13, 0, tzinfo=UTC)
LONG = "an-id-that-nobody-can-break " * 9
OUTCOMES = {
    2: {"first_request_sent": 0, "second_request_sent": 0, "third_request_sent": 0},
    3: {"entries": 473, "would_send": 0},
    4: {"small_request_sent": True, "after_the_clock": True, "one_minute_early": ["notice"]},
    5: {"exposed_rows": 0},
    6: {"indicative_moves": False, "other_case_moves": False},
    7: {"sent_before": 2, "packages": 4, "exposed_with_keys": 1, "handouts_after_bar": 0},
}


def a_scene(made_up: bool = False) -> Scene:
    scene = Scene(3, "a <title>", made_up)
    scene.add("before anything")
    if not made_up:
        scene.tell(*(each.key for each in TABLE))
    scene.play(AT, f"played & {LONG}", one=1)
    scene.add("more of the same")
    scene.suppose(AT, "nobody did this", two=["a"])
    return scene


def a_told(tmp_path: Path) -> Told:
    return Told((a_scene(), a_scene(True)), {"affair": 1_280}, 1_280, 2025, 98, 0, 21.4, tmp_path / "office")


def test_no_line_is_wider_than_eighty(tmp_path: Path) -> None:
    told = a_told(tmp_path)
    lines = [*beginning(1_280), *(line for scene in told.scenes for line in scene_lines(scene)), *ending(told)]
    assert max(len(line) for line in lines if str(tmp_path) not in line) <= WIDTH == 80


def test_every_line_of_a_made_up_scene_says_so() -> None:
    scene = a_scene(True)
    assert scene.heading.startswith("3. HYPOTHETICAL: ")
    assert {line.mark for line in scene.lines} == {Mark.MADE_UP}
    printed = list(scene_lines(scene))
    heads = [line for line in printed if line.startswith("  ") and not line.startswith("    ")]
    assert heads and all(line.strip().startswith("HYPOTHETICAL") for line in heads)
    assert not any("PLAYED" in line for line in printed)


def test_what_nobody_did_is_marked_in_any_scene_and_a_remark_has_the_mark_of_what_it_is_about() -> None:
    marks = {line.words[:7]: line.mark for line in a_scene().lines}
    assert (marks["played "], marks["more of"], marks["nobody "]) == (Mark.PLAYED, Mark.PLAYED, Mark.MADE_UP)
    printed = "\n".join(scene_lines(a_scene()))
    for each in TABLE:
        assert f"[{each.status}]" in printed and each.when in printed
    assert a_scene().outcomes == {"one": 1, "two": ["a"]}


def test_the_beginning_says_what_is_made_up_and_at_which_scale() -> None:
    said = " ".join(beginning(1_280))
    assert "SYNTHETIC DATA" in said and "1 row for 1,000" in said.replace("  ", " ")
    assert "HYPOTHETICAL: what nobody did" in said and "not there in 2025" in said
    assert "1 row for 100 " in " ".join(beginning(12_800))
    assert "1 row for about 426 " in " ".join(beginning(3_000))


def test_the_key_lines_are_few_short_and_from_the_outcomes() -> None:
    lines = key_lines(OUTCOMES, 21.4)
    assert 5 <= len(lines) <= 8 and max(map(len, lines)) <= 100
    assert [line.split()[0] for line in lines][-1] == "HYPOTHETICAL"
    said = "\n".join(lines)
    for words in ("7.6M, 7.3M and 1.28M", "47,289", "42,695", "24 hours", "likely unlaw" + "ful, stayed", "0 orders"):
        assert words in said


@pytest.mark.parametrize(
    ("scene", "name", "value", "words"),
    [
        (2, "third_request_sent", 12, "sends 0, 0 and 12"),
        (4, "small_request_sent", False, "NOT so: are answered"),
        (4, "one_minute_early", [], "NOT so: wait"),
        (5, "exposed_rows", 3, "3 slipped"),
        (6, "indicative_moves", True, "move 1 orders"),
        (7, "handouts_after_bar", 1, "after it 1"),
    ],
)
def test_a_key_line_does_not_hide_another_outcome(scene: int, name: str, value: object, words: str) -> None:
    changed = {number: {**found, **({name: value} if number == scene else {})} for number, found in OUTCOMES.items()}
    assert words in "\n".join(key_lines(changed, 1.0))


def test_page_and_json_hold_every_line_fact_and_outcome(tmp_path: Path) -> None:
    told = a_told(tmp_path)
    write_story(told, tmp_path)
    page = (tmp_path / "story.html").read_text(encoding="utf-8")
    found = json.loads((tmp_path / "story.json").read_text(encoding="utf-8"))
    assert "a &lt;title&gt;" in page and "<title>" not in page.replace("<title>lawgate", "")
    assert "played &amp;" in page and "script" not in page and "http" not in page.replace("http-equiv", "")
    assert "HYPOTHETICAL: a &lt;title&gt;" in page and page.count("SYNTHETIC DATA") >= 3
    for each in TABLE:
        assert each.key in {one["key"] for one in found["facts"]}
        assert each.status.value in page
    assert [scene["hypothetical"] for scene in found["scenes"]] == [False, True]
    assert found["scenes"][0]["outcomes"] == {"one": 1, "two": ["a"]} and found["synthetic"] is True


def test_bars_and_lists_as_outcomes() -> None:
    barred = Barred((Bar("order", "not_met", ("b", "a"), "covered"), Bar("notice", "not_met", ("a",), "waits")))
    assert barred_by(barred) == ["order", "notice"] and orders_named(barred) == ["a", "b"]
    assert barred_by("handed out") == orders_named("handed out") == []
    assert [listed([]), listed(["a"]), listed(["a", "b", "c"])] == ["", "a", "a, b and c"]


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(FileExistsError, match="no story made"):
        run(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize("rows", [FEWEST - 1, MOST + 1])
def test_too_few_or_too_many_rows_are_refused_before_anything_is_made(tmp_path: Path, rows: int) -> None:
    with pytest.raises(ValueError, match="rows"):
        run(tmp_path / "out", rows)
    assert not (tmp_path / "out").exists()


def test_a_story_beside_that_was_not_told_is_no_story(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    beside = Beside(tmp_path)
    with pytest.raises(ValueError, match="not told"):
        beside.lines()
    beside.begin()
    with pytest.raises(ValueError, match="not told"):
        beside.lines()
    beside.end()
