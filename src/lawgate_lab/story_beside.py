# SPDX-License-Identifier: Apache-2.0
"""The story told by a process of its own while the demonstration goes on, and its key lines when it is over."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from lawgate_lab.story_screen import key_lines

TOLD = "from lawgate_lab.main import main; main()"
PATIENCE = 600.0


class Beside:
    """One telling, in a folder. `end` has to be called whatever happens, so that nothing is left running."""

    def __init__(self, out: Path) -> None:
        """Nothing is begun yet."""
        self._out = out
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Start it."""
        command = [sys.executable, "-c", TOLD, "story", "--out", str(self._out)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def lines(self) -> list[str]:
        """Wait for its end; its key lines. ValueError when it was not told to its end."""
        if self._process is None or self._process.wait(PATIENCE) != 0:
            raise ValueError("the story was not told to its end; `lawgate-lab story` says why")
        told = json.loads((self._out / "story.json").read_text(encoding="utf-8"))
        return key_lines({scene["number"]: scene["outcomes"] for scene in told["scenes"]}, told["seconds"])

    def end(self) -> None:
        """Nothing of it is left running."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
