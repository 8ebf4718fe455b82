# SPDX-License-Identifier: Apache-2.0
"""The story as it is played: the outcome of each scene, never its prose; and the log and files it leaves."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from journeys.test_report_page import FLAGS, NARROW
from lawgate.protocol.steps import Stopped
from lawgate.wiring.folder import open_house
from lawgate.wiring.keeper import keepers_of
from lawgate.wiring.settings import read_settings
from lawgate_lab.story_facts import moment
from lawgate_lab.story_orders import FREEZE, NOTICE, STAY
from lawgate_lab.story_screen import key_lines
from lawgate_lab.story_stop import ORDER as STOP

ROWS = 1_280
Outcomes = dict[int, dict[str, object]]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one telling, by its own command."""
    made = tmp_path_factory.mktemp("story") / "out"
    command = [sys.executable, "-c", "from lawgate_lab.main import main; main()", "story", "--out", str(made)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (made / "printed.txt").write_text(done.stdout)
    return made


@pytest.fixture(scope="module")
def told(out: Path) -> dict[str, object]:
    """story.json."""
    found: dict[str, object] = json.loads((out / "story.json").read_text())
    return found


@pytest.fixture(scope="module")
def scenes(told: dict[str, object]) -> Outcomes:
    """Outcomes by the number of their scene."""
    listed = told["scenes"]
    assert isinstance(listed, list)
    return {scene["number"]: scene["outcomes"] for scene in listed}


def test_an_agreement_limits_and_gives_nothing(scenes: Outcomes) -> None:
    found = scenes[1]
    assert (found["listed_before"], found["listed_since"], found["provisions_added"]) == (False, True, [])
    assert found["without_agreement"] == found["asked"] == 2
    assert found["with_agreement_held"] == found["asked"]


def test_none_of_the_three_requests_is_answered_and_each_for_its_reasons(scenes: Outcomes) -> None:
    found = scenes[2]
    assert [found[f"{each}_request_sent"] for each in ("first", "second", "third")] == [0, 0, 0]
    rows = [found[f"{each}_request_rows"] for each in ("first", "second", "third")]
    assert rows == [7_599, 7_299, 1_279]
    whole = {
        "i2.A.engaged.load_implausible",
        "i2.B.iv.reason.one_reason_for_most",
        "i2.B.iv.reason.reasons_repeated",
        "i2.practice.no_practice_for_volume",
    }
    for each in ("first", "second", "third"):
        assert whole <= set(strings(found[f"{each}_request_against"]))
    assert "i2.B.iv.reason.reason_missing" in strings(found["first_request_against"])
    assert "i2.B.iv.reason.reason_missing" not in strings(found["second_request_against"])
    assert found["third_request_on_hold"] == 1_279


def test_the_check_of_2025_stands_beside_what_the_program_answers(scenes: Outcomes) -> None:
    found = scenes[2]
    assert (found["check_of_2025"], found["check_of_2025_by_number"]) == (48, 43)
    assert 0 < number(found["confirmed"]) < number(found["check_of_2025"])
    assert number(found["not_confirmed"]) > number(found["confirmed"])


def test_what_left_in_august_is_counted_and_was_never_released_here(scenes: Outcomes) -> None:
    found = scenes[3]
    assert (found["entries"], found["entries_by_number"], found["handouts"]) == (473, 427, 0)
    assert number(found["refused"]) + number(found["held"]) == 473 and found["would_send"] == 0
    assert number(found["refused"]) > number(found["held"]) > 0


def test_an_order_binds_as_reported_and_is_verified_by_two(scenes: Outcomes) -> None:
    assert (scenes[4]["state_reported"], scenes[4]["state_verified"]) == ("REPORTED", "IN_FORCE")


def test_a_small_request_to_somebody_else_goes_and_the_departments_waits_for_its_notice(scenes: Outcomes) -> None:
    found = scenes[4]
    assert found["small_request_sent"] is True
    assert (found["larger_before_notice"], found["larger_barred_by"]) == (["notice"], [NOTICE])
    assert (found["after_the_court"], found["after_all"]) == (["clock_not_started"], ["clock_running"])
    assert (found["one_minute_early"], found["clock_met"], found["after_the_clock"]) == (["notice"], ["met"], True)
    assert len(strings(found["addresses_told"])) == 2


def test_notice_served_on_a_friday_ends_on_monday_at_the_same_hour(scenes: Outcomes) -> None:
    ends = datetime.fromisoformat(str(scenes[4]["clock_ends"]))
    served = moment("all served")
    assert (served.strftime("%A"), ends.strftime("%A")) == ("Friday", "Monday")
    assert (ends - served).days == 3 and ends.hour == served.hour


def test_the_stay_stops_what_it_covers_at_once_and_nothing_slipped(scenes: Outcomes) -> None:
    found = scenes[5]
    assert found["day_before"] == ["clock_running"] and found["state"] == "IN_FORCE"
    assert (found["waiting_after_stay"], found["waiting_barred_by"]) == (["order"], [STAY])
    assert (found["exposed_rows"], found["certificate_missing"]) == (0, [])
    assert number(found["in_force_leaf"]) > number(found["bar_leaf"])


def test_the_stay_leaves_in_place_freezes_expansion_and_lets_its_exception_pass(scenes: Outcomes) -> None:
    found = scenes[5]
    assert found["recall_by_stay"] == "recall_left_in_place"
    assert (found["practices_with_new"], found["practices_under_stay"]) == (["few-people", "made-up"], ["few-people"])
    assert (found["other_department_sent"], found["three_held"], found["one_held"]) == (True, 3, 0)
    assert found["one_barred_by"] == [NOTICE], "the stay's exception lets one person pass; the duty of notice stands"


def test_what_was_in_force_is_answered_in_both_times(scenes: Outcomes) -> None:
    assert scenes[5]["in_force_as_known_then"] == [NOTICE]
    assert scenes[5]["in_force_as_known_now"] == [NOTICE, STAY]


def test_only_the_second_courts_order_moves_anything(scenes: Outcomes) -> None:
    found = scenes[6]
    assert (found["freeze_state"], found["freeze_letters"], found["freeze_disclosures"]) == ("IN_FORCE", ["us.dhs"], 2)
    assert (found["other_case_moves"], found["indicative_moves"]) == (False, False)
    assert found["other_case_state"] == found["indicative_state"] == "IN_FORCE"
    assert (found["lifted"], found["unchanged"], found["lift_refused"]) == ([], True, "lift_early")
    assert found["waiting_barred_by"] == [NOTICE, STAY, FREEZE]


def test_a_stop_in_mid_release_lists_whole_packages_and_the_keeper_refuses_the_keys(scenes: Outcomes) -> None:
    """E21, E22 read in packages: one out before the order, one in between, one whose keys are refused, one never."""
    found = scenes[7]
    assert (found["people"], found["packages"], found["sent_before"]) == (8, 4, 2)
    # On a busy machine the lease runs out besides; the order is what the keeper finds in any case.
    assert "order" in strings(found["keeper_bars"]) and "order" in strings(found["third_barred_by"])
    assert found["third_step"] == "logged"
    assert found["third_delivered"] is False
    exposed = [name[-3:] for name in strings(found["exposed"])]
    assert (exposed, found["exposed_with_keys"]) == (["p02", "p03"], 1)
    # A minute before the court's own: history, and on the list because clocks may differ by more than that.
    assert [name[-3:] for name in strings(found["within_tolerance"])] == ["p01"]
    between = [datetime.fromisoformat(at) for at in strings(found["exposed_at"])]
    assert all(moment("stop entered") <= at <= moment("stop learned") for at in between)
    assert (found["fourth_barred_by"], found["handouts_after_bar"]) == (["order"], 0)


def test_the_files_of_what_was_handed_out_are_there_and_no_others(out: Path, scenes: Outcomes) -> None:
    names = sorted(each.name.rpartition("-")[0] for each in (out / "handed-out").iterdir())
    assert len(names) == 5 and sum("hypothetical" in name for name in names) == 2
    assert {name[-3:] for name in names if "hypothetical" in name} == {"p01", "p02"}


def test_the_log_is_whole_and_has_the_story_in_its_own_time(out: Path, told: dict[str, object]) -> None:
    house = open_house(out / "office")
    assert [check for check in house.check_log() if check.broken] == []
    leaves = [leaf for _, leaf in house.decide.log.leaves()]
    assert (told["log_leaves"], told["log_broken"]) == (len(leaves), 0)
    times = [leaf.at for leaf in leaves]
    assert times == sorted(times) and times[0][:10] == "2025-04-07" and times[-1][:10] == "2026-12-07"
    bars = {leaf.text("order"): leaf.at for leaf in leaves if leaf.kind == "order-bar"}
    assert set(bars) == {NOTICE, STAY, FREEZE, STOP} and bars[STAY] == "2025-11-21T20:10:00Z"


def test_a_keeper_of_its_own_goes_by_the_machines_clock(out: Path, tmp_path: Path) -> None:
    """Whatever an office is told about the time: the keeper finds head and clock apart, and hands out nothing."""
    office = out / "office"
    house = open_house(office)
    index, leaf = [(i, leaf) for i, leaf in house.decide.log.leaves() if leaf.kind == "handout"][-1]
    (keeper,) = keepers_of(office, read_settings(office))
    tmp_path.chmod(0o700)
    with keeper.open(leaf.text("package"), leaf.text("recipient_key"), house.courier(tmp_path)) as lease:
        said = lease.hand(index)
    assert isinstance(said, Stopped) and "clock" in {bar.code for bar in said.bars}
    assert list(tmp_path.iterdir()) == []


def test_it_prints_narrow_lines_and_labels_what_never_happened(out: Path) -> None:
    lines = (out / "printed.txt").read_text().splitlines()
    assert max(len(line) for line in lines if str(out) not in line) <= 80
    last = lines[next(n for n, line in enumerate(lines) if line.startswith("7. ")) :]
    assert last[0].startswith("7. HYPOTHETICAL")
    heads = [line for line in last if line.startswith("  ") and not line.startswith("    ")]
    assert heads and all(line.strip().startswith("HYPOTHETICAL") for line in heads)
    assert (out / "story.html").stat().st_size > 10_000


def test_the_page_is_no_wider_than_a_narrow_screen(out: Path, tmp_path: Path, need) -> None:
    text = (out / "story.html").read_text("utf-8").replace("&", "&amp;").replace('"', "&quot;")
    framed = tmp_path / "framed.html"
    framed.write_text(NARROW.format(page=text), "utf-8")
    command = [need("chromium"), *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", framed.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    (found,) = re.findall(r"<title>width (\d+) of (\d+)</title>", done.stdout)
    assert found == ("320", "320")


def test_the_key_lines_of_the_demonstration_are_those_of_this_telling(scenes: Outcomes) -> None:
    lines = key_lines(scenes, 1.0)
    assert len(lines) == 7 and max(map(len, lines)) <= 100
    assert "it sends 0, 0 and 0" in lines[1] and "of 473 like them it sends 0" in lines[2]
    assert not any("NOT so" in line for line in lines)


def test_seed_and_size_are_stated(told: dict[str, object]) -> None:
    assert (told["seed"], told["rows"], told["synthetic"]) == (2025, ROWS, True)


def strings(value: object) -> list[str]:
    assert isinstance(value, list)
    return [str(each) for each in value]


def number(value: object) -> int:
    assert isinstance(value, int)
    return value
