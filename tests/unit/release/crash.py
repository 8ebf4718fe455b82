# SPDX-License-Identifier: Apache-2.0
"""Stop a hand-out at any of its steps: ports that call `at(step)` before and after everything they do.

Run as a program (`folder count`) it pulls once and kills its own process at the step with that number.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from lawgate.office.handout import pull
from unit.release.desk import PACKAGE, Office


class Stopping:
    """Any port, with a step before and after each call."""

    def __init__(self, port: object, name: str, at: Callable[[str], None]) -> None:
        self._port, self._name, self._at = port, name, at

    def __getattr__(self, call: str) -> object:
        def stopping(*args: object) -> object:
            self._at(f"before {self._name}.{call}")
            found = getattr(self._port, call)(*args)
            self._at(f"after {self._name}.{call}")
            return found

        return stopping


class StoppingCourier(Stopping):
    """A courier that can also stop between two files."""

    def deliver(self, name: str, files: Iterable[tuple[str, bytes]]) -> None:
        def one_by_one() -> Iterable[tuple[str, bytes]]:
            for file, data in files:
                self._at(f"before {file}")
                yield file, data
                self._at(f"after {file}")

        self._port.deliver(name, one_by_one())


def pull_stopping(root: Path, at: Callable[[str], None]) -> None:
    """One pull in which every port and the log's disk call `at`."""
    office = Office(root, at=at)
    desk = office.release()
    ports = {name: getattr(desk, name) for name in ("register", "log", "packages", "sealer")} | {"keys": office.keys}
    desk = office.release(**{name: Stopping(port, name, at) for name, port in ports.items()})
    pull(desk, PACKAGE, "rk-1", StoppingCourier(office.courier, "courier", at))


def main(root: str, count: str) -> None:
    left = int(count)

    def at(step: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    pull_stopping(Path(root), at)


if __name__ == "__main__":
    main(*sys.argv[1:])
