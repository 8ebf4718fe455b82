# SPDX-License-Identifier: Apache-2.0
"""An error nobody foresaw is told by its type and place; its text, which may hold values, is not."""

import subprocess
import sys
from typing import NoReturn

from lawgate.surfaces.cli.app import build
from lawgate.surfaces.cli.doors import Doors

SECRET = "912-05-1234"
PROGRAM = """
import sys, threading
from pathlib import Path
from lawgate.wiring import main as wired

def breaks(folder):
    value = "{secret}"
    def inner():
        raise ZeroDivisionError(value)
    if {thread}:
        worker = threading.Thread(target=inner)
        worker.start(); worker.join()
        raise SystemExit(0)
    inner()

wired._open = breaks
sys.argv = ["lawgate", "status"]
wired.main()
"""


def run(thread: bool) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM.format(secret=SECRET, thread=thread)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_type_and_place_and_no_value() -> None:
    done = run(thread=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "stopped: E_PROGRAM: builtins.ZeroDivisionError in " in done.stderr
    assert "inner, line " in done.stderr
    assert SECRET not in done.stderr and "Traceback" not in done.stderr


def test_the_same_in_a_thread() -> None:
    done = run(thread=True)
    assert done.returncode == 0
    assert "stopped: E_PROGRAM: builtins.ZeroDivisionError in " in done.stderr
    assert SECRET not in done.stderr and "Traceback" not in done.stderr


def test_traces_never_show_variables() -> None:
    def nothing(*_: object) -> NoReturn:
        raise AssertionError

    app = build(Doors(nothing, nothing, nothing))
    assert (app.pretty_exceptions_enable, app.pretty_exceptions_show_locals) == (False, False)
