# SPDX-License-Identifier: Apache-2.0
"""A log is closed for good and goes on in another one: orders and registers come along, and the seam is checked."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from journeys.office import AGENCY, BOOK, CLERK, Office, an_order
from journeys.test_log_outside import told_policy
from lawgate.docket.standing import standing
from lawgate.drivers.keys.verify import verify
from lawgate.ledger.proof import parse as parse_proof
from lawgate.ledger.seam import Shown, verify_seam
from lawgate.model.fault import Refused
from lawgate.wiring import shards
from lawgate.wiring.folder import create, open_house
from lawgate.wiring.main import rulebooks
from unit.evidence.verifier_runs import PY


def following(office: Office, folder: Path, name: str = "next") -> Office:
    create(folder, rulebooks(), BOOK, name, after=office.folder)
    return Office(folder, office.lab, office.seed)


def shown(office: Office, index: int) -> Shown:
    """A leaf with its proof and the policy, all by what the commands print."""
    leaf, proof = office.house.prove(index)
    return Shown(leaf, parse_proof(proof), office.house.release.release.policy)


def test_a_log_goes_on_in_another_one(office: Office, tmp_path: Path) -> None:
    (tmp_path / "order.toml").write_bytes(an_order("order-kept", AGENCY))
    assert office.call("order", "enter", tmp_path / "order.toml", "--by", CLERK).exit_code == 0
    done = office.call("log", "close", "--next-origin", "next/log")
    assert (done.exit_code, "goes on as next/log" in done.stdout) == (0, True), done.output
    after = following(office, tmp_path / "next")
    assert (office.broken(), after.broken()) == ([], [])
    last = len(list(office.house.decide.log.leaves())) - 1
    old, new = verify_seam(shown(office, last), shown(after, 0), verify)
    assert (old.origin, old.size, new.origin) == ("journey/log", last + 1, "next/log")
    kinds = [leaf.kind for _, leaf in after.house.decide.log.leaves()]
    assert kinds == ["start", "order-bar", "in-force"]
    desk = after.house.decide
    assert [each.id for each in standing(desk.orders.texts(), desk.clock.now()).in_force] == ["order-kept"]
    before = [leaf.body for _, leaf in office.house.decide.log.leaves() if leaf.kind == "order-bar"]
    assert [leaf.body for _, leaf in desk.log.leaves() if leaf.kind == "order-bar"] == before
    after.house.import_records(office.lab / "records")
    after.house.hold(False)


def test_a_stranger_follows_two_certificates_over_the_seam(office: Office, tmp_path: Path) -> None:
    """Nothing in scope left in the first log to its end, nor in the second from its beginning: and nothing between."""
    (tmp_path / "order.toml").write_bytes(an_order("order-kept", AGENCY))
    assert office.call("order", "enter", tmp_path / "order.toml", "--by", CLERK).exit_code == 0
    office.house.close_log("next/log", "year")
    after, given = following(office, tmp_path / "after"), []
    for name, each in (("old", office), ("new", after)):
        bundle, policy = tmp_path / f"{name}.json", tmp_path / f"{name}.policy"
        made = each.call("evidence", "make", bundle, "--order", "order-kept", "--from", "0")
        assert made.exit_code == 0, made.output
        policy.write_text(each.call("log", "policy").stdout)
        given += [bundle, policy]
    said = subprocess.run([sys.executable, "-I", PY, "--seam", *given], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, ""), said.stdout
    assert said.stdout.count("nothing in scope of order order-kept left through this gateway") == 2
    assert "nothing lies between" in said.stdout
    turned = subprocess.run(
        [sys.executable, "-I", PY, "--seam", *given[2:], *given[:2]], capture_output=True, text=True, check=False
    )
    assert turned.stdout.startswith("REFUSED: seam: ")


def test_a_closed_log_takes_nothing_more(office: Office, tmp_path: Path) -> None:
    office.house.close_log("next/log", "year")
    done = office.call("request", "receive", office.lab / "proper")
    assert (done.exit_code, "E_READ_ONLY" in done.stderr, "next/log" in done.stderr) == (2, True, True)
    with pytest.raises(Refused) as refused:
        office.house.close_log("other/log", "broken")
    assert refused.value.code == "E_CLOSED"
    (tmp_path / "order.toml").write_bytes(an_order("order-late", AGENCY))
    late = office.call("order", "enter", tmp_path / "order.toml", "--by", CLERK)
    assert (late.exit_code, "binds" in late.stderr, "E_CLOSED" in late.stderr) == (2, True, True)
    assert "order-late" in office.call("order", "list").stdout
    assert [each.code for each in office.house.check_log()] == ["shard_closed"]


def test_what_is_under_way_keeps_a_log_open_unless_it_must_be_closed(office: Office) -> None:
    assert office.call("request", "receive", office.lab / "proper").exit_code == 0
    for origin, reason, code in (
        ("next/log", "year", "E_SHARD_OPEN"),
        ("journey/log", "key", "E_SHARD"),
        ("next", "key", "E_SHARD"),
        ("next/log", "whim", "E_SHARD"),
    ):
        with pytest.raises(Refused) as refused:
            office.house.close_log(origin, reason)
        assert refused.value.code == code
    assert office.house.close_log("next/log", "key").size == 6


def test_only_the_log_that_was_named_goes_on(office: Office, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        following(office, tmp_path / "early")
    assert refused.value.code == "E_SHARD_NEXT"
    office.house.close_log("next/log", "year")
    with pytest.raises(Refused) as refused:
        following(office, tmp_path / "other", "other")
    assert refused.value.code == "E_SHARD_NEXT"
    assert not (tmp_path / "other").exists()


def test_a_day_of_reviews_is_not_counted_from_zero(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = office.decided(office.lab / "proper")
    office.prepared(batch, [0])
    office.house.close_log("next/log", "broken")
    with pytest.raises(Refused) as refused:
        following(office, tmp_path / "next")
    assert refused.value.code == "E_SHARD_DAY"

    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(UTC) + timedelta(days=1)

    monkeypatch.setattr(shards, "datetime", Tomorrow)
    assert following(office, tmp_path / "next").broken() == []


def test_the_policy_of_each_log_is_its_own(office: Office, tmp_path: Path) -> None:
    office.house.close_log("next/log", "year")
    after = following(office, tmp_path / "next")
    first, second = (open_house(each.folder).log_policy for each in (office, after))
    assert told_policy(first).log != told_policy(second).log
