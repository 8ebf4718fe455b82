# SPDX-License-Identifier: Apache-2.0
"""Somebody outside checks one leaf with what the commands print, and nothing else of the office."""

import hashlib
from pathlib import Path

import pytest

from journeys.office import Office
from lawgate.drivers.keys import keyfile
from lawgate.drivers.keys.verify import verify
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import parse as parse_leaf
from lawgate.ledger.note import COSIGNATURE, ED25519
from lawgate.ledger.proof import parse as parse_proof
from lawgate.ledger.proof import verify_entry
from lawgate.ledger.quorum import Policy
from lawgate.ledger.quorum_text import parse_policy
from lawgate.wiring.settings import SettingsError


def told_policy(text: str) -> Policy:
    """A policy from the lines that `log policy` prints: a C2SP tlog-policy."""
    return parse_policy(text.encode()).policy


def test_a_new_log_begins_with_whose_it_is(office: Office) -> None:
    (first,) = [leaf for at, leaf in office.house.decide.log.leaves() if at == 0]
    printed = office.start("log", "policy")
    assert printed.returncode == 0 and "origin journey/log" in printed.stderr
    assert first.kind == "start"
    assert first.text("log_policy") == hashlib.sha256(printed.stdout.encode()).hexdigest()
    assert first.text("settings") == hashlib.sha256((office.folder / "settings.toml").read_bytes()).hexdigest()
    policy = told_policy(printed.stdout)
    assert (policy.log.name, [key.name for key in policy.witnesses], policy.required) == (
        "journey/log",
        ["journey/local-witness"],
        1,
    )


def test_any_leaf_is_proved_to_somebody_who_has_the_policy(office: Office, tmp_path: Path) -> None:
    office.decided(office.lab / "proper")
    policy = told_policy(office.call("log", "policy").stdout)
    count = len(list(office.house.decide.log.leaves()))
    for index in range(count):
        done = office.start("log", "prove", str(index), "--leaf", tmp_path / "leaf.json")
        assert done.returncode == 0, done.stderr
        entry, proof = (tmp_path / "leaf.json").read_bytes(), parse_proof(done.stdout.encode())
        assert verify_entry(entry, proof, policy, verify).checkpoint.size == count
        assert (proof.index, parse_leaf(entry).kind == "start") == (index, index == 0)
        with pytest.raises(MalformedError):
            verify_entry(entry + b" ", proof, policy, verify)
    refused = office.call("log", "prove", str(count))
    assert (refused.exit_code, "numbered from 0" in refused.stderr) == (1, True)


def test_settings_that_changed_are_remarked(office: Office) -> None:
    settings = office.folder / "settings.toml"
    settings.write_text(settings.read_text() + "# another word\n")
    said = office.house.check_log()
    assert [(each.sentence.split()[0], each.broken) for each in said] == [("settings.toml", False)]


def test_a_log_kept_with_other_keys_than_it_began_with_is_told(office: Office, tmp_path: Path) -> None:
    made = keyfile.create(tmp_path / "log.key", "journey/log", ED25519)
    other = keyfile.create(tmp_path / "witness.key", "journey/local-witness", COSIGNATURE)
    assert made.key != other.key
    (office.folder / "witness" / "witness.key").write_bytes((tmp_path / "witness.key").read_bytes())
    with pytest.raises(SettingsError, match="another witness"):
        office.broken()
    policy = office.folder / "policy"
    log = told_policy(policy.read_text()).log
    policy.write_text(Policy(log, (other.key,), 1).render())
    assert office.broken() != []
