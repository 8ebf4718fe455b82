# SPDX-License-Identifier: Apache-2.0
"""A clerk's and an office's whole task from the command line: a witness, an office that names it, the first head."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from lawgate.drivers.keys.verify import verify
from lawgate.drivers.witness.remote import RemoteWitness
from lawgate.ledger.note import parse_vkey
from lawgate.ledger.quorum import check
from lawgate.ledger.quorum_text import parse_policy
from lawgate.surfaces.cli.app import build
from lawgate.wiring.folder import open_house
from lawgate.wiring.main import doors

LAWGATE = (sys.executable, "-m", "lawgate.wiring.main")


def run(*words: str | Path) -> Result:
    """The command line as it is, in this process; only `serve` needs one of its own."""
    return CliRunner().invoke(build(doors()), [*map(str, words)])


@contextmanager
def serving(folder: Path, port: int = 0) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    command = [*LAWGATE, "witness", "serve", str(folder), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[-1], process
        finally:
            process.kill()


def test_from_nothing_to_the_first_head(tmp_path: Path) -> None:
    clerk, office = tmp_path / "clerk", tmp_path / "office"
    made = run("witness", "init", clerk, "--name", "clerk.example/witness")
    assert made.exit_code == 0, made.stderr
    key = made.stdout.strip()
    assert parse_vkey(key).name == "clerk.example/witness"
    assert stat.S_IMODE((clerk / "witness.key").stat().st_mode) == 0o600
    with serving(clerk) as (place, _):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", place)
        founded = run("init", office, "--name", "court", "--witness", f"{key} {place}")
        assert founded.exit_code == 0, founded.stderr
        log = re.findall(r"^the log's public key is (\S+)$", founded.stdout, re.MULTILINE)[0]
        assert not (office / "log" / "checkpoint").exists()
        early = run("log", "prove", "0", "--office", office)
        assert early.exit_code == 2 and "clerk.example/witness unknown_origin" in early.stderr
        assert "to mend `unknown_origin`: have the log's key made known" in early.stderr
        known = run("witness", "know", clerk, log)
        assert (known.exit_code, known.stdout) == (0, "known: court/log\n")
        first = run("log", "prove", "0", "--office", office)
        assert first.exit_code == 0, first.stderr
        policy = parse_policy(run("log", "policy", "--office", office).stdout.encode()).policy
        checkpoint = (office / "log" / "checkpoint").read_bytes()
        found = check(checkpoint, policy, verify)
        assert (found.checkpoint.size, [each.key.vkey for each in found.cosignatures]) == (1, [key])
        assert RemoteWitness(parse_vkey(key), place, verify).latest("court/log") == checkpoint
    away = run("log", "prove", "0", "--office", office)
    assert away.exit_code == 2 and "to mend `unavailable`: ask whoever keeps it" in away.stderr
    assert run("log", "verify", "--office", office).exit_code == 0


def test_a_witness_that_was_killed_remembers(tmp_path: Path) -> None:
    """kill -9 right after an answer, many times: what was answered is what is remembered, at the same address."""
    clerk, office = tmp_path / "clerk", tmp_path / "office"
    key = run("witness", "init", clerk, "--name", "clerk.example/witness").stdout.strip()
    with serving(clerk) as (place, process):
        port = int(place.rsplit(":", 1)[1])
        log = re.findall(r"key is (\S+)$", run("init", office, "--witness", f"{key} {place}").stdout, re.MULTILINE)[0]
        run("witness", "know", clerk, log)
        house = open_house(office)
        house.decide.log.publish()
        process.send_signal(signal.SIGKILL)
    answered = (office / "log" / "checkpoint").read_bytes()
    with serving(clerk, port) as (again, _):
        assert again == place
        assert RemoteWitness(parse_vkey(key), again, verify).latest("office/log") == answered
        house.decide.log.publish()
    assert house.log_head()[0] == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--witness", "no-key https://w.example"), "E_WITNESSES"),
        (("--witness", "{key}"), "E_WITNESSES"),
        (("--witness", "{key} http://w.example"), "E_WITNESSES"),
        (("--policy", "{half}"), "E_WITNESSES"),
        (("--policy", "{none}"), "E_WITNESSES"),
        (("--policy", "{half}", "--witness", "{key} https://w.example"), "E_USAGE"),
    ],
)
def test_a_list_of_witnesses_that_cannot_hold_makes_no_office(
    tmp_path: Path, words: tuple[str, ...], code: str
) -> None:
    made = [run("witness", "init", tmp_path / f"w{n}", "--name", f"w.example/{n}").stdout.strip() for n in range(2)]
    half, none = tmp_path / "half", tmp_path / "none"
    lines = "".join(f"witness w{n} {key} https://w{n}.example\n" for n, key in enumerate(made))
    half.write_text(f"{lines}group g any w0 w1\nquorum g\n")
    none.write_text("quorum none\n")
    filled = [word.format(key=made[0], half=half, none=none) for word in words]
    done = run("init", tmp_path / "office", *filled)
    assert done.exit_code in (1, 2) and f"not done: {code}" in done.stderr, done.stderr
    assert not (tmp_path / "office").exists()


def test_a_witness_is_made_once_and_knows_only_logs(tmp_path: Path) -> None:
    clerk = tmp_path / "clerk"
    assert run("witness", "init", clerk, "--name", "a b").exit_code == 1
    assert "E_WITNESS_NAME" in run("witness", "init", tmp_path / "other", "--name", "a+b").stderr
    key = run("witness", "init", tmp_path / "third", "--name", "w.example/1").stdout.strip()
    assert "E_OFFICE" in run("witness", "init", tmp_path / "third", "--name", "w.example/1").stderr
    assert "E_WITNESS_LOG" in run("witness", "know", tmp_path / "third", key).stderr
    assert "E_KEY_FILE" in run("witness", "know", tmp_path / "nowhere", key).stderr
    assert "E_KEY_FILE" in run("witness", "serve", tmp_path / "nowhere").stderr
    taken = run("witness", "serve", tmp_path / "third", "--host", "192.0.2.1", "--port", "0")
    assert taken.exit_code == 2 and "E_IO" in taken.stderr


def test_serving_ends_with_a_signal_and_says_nothing_of_callers(tmp_path: Path) -> None:
    clerk = tmp_path / "clerk"
    key = parse_vkey(run("witness", "init", clerk, "--name", "w.example/1").stdout.strip())
    command = [*LAWGATE, "witness", "serve", str(clerk), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        place = process.stdout.readline().split()[-1]
        assert RemoteWitness(key, place, verify).latest("nobody") is None
        begin = time.monotonic()
        os.kill(process.pid, signal.SIGTERM)
        assert (process.stdout.read(), process.stderr.read()) == ("", "")
        process.wait(10)
        assert time.monotonic() - begin < 5
