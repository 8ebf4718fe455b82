# SPDX-License-Identifier: Apache-2.0
"""Witnesses played by the lab: each a process of its own with its own key and memory, ended with the demonstration."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lawgate.wiring import witness

KEEPERS = ("clerk", "plaintiffs", "inspector-general")
ENOUGH = 2
WAIT_SECONDS = 30.0


@dataclass
class Post:
    """One witness: who keeps it, its folder and public key, and while it runs its process, address and port."""

    name: str
    folder: Path
    key: str
    port: int = 0
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def place(self) -> str:
        """Where it is asked; on this machine only."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Begin the process; `wait` says when it answers."""
        command = [sys.executable, "-m", "lawgate.wiring.main", "witness", "serve", str(self.folder)]
        self.process = subprocess.Popen([*command, "--port", str(self.port)], stdout=subprocess.PIPE, text=True)

    def wait(self) -> None:
        """Until it listens; its port is then known. ValueError when it ended instead."""
        line = self.process.stdout.readline() if self.process and self.process.stdout else ""
        if not line.startswith("listening on "):
            raise ValueError(f"the witness {self.name} did not start")
        self.port = int(line.rsplit(":", 1)[1])

    def stop(self) -> None:
        """End the process, wait until it is gone. It may be started again: its memory is on the disk."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(WAIT_SECONDS)
            if self.process.stdout:
                self.process.stdout.close()
            self.process = None


def listed(posts: Sequence[Post]) -> bytes:
    """The witnesses, once all listen, as an office is founded with them: all of them, of which `ENOUGH` must sign."""
    for post in posts:
        post.wait()
    lines = [f"witness {post.name} {post.key} {post.place}" for post in posts]
    lines += [f"group enough {ENOUGH} {' '.join(post.name for post in posts)}", "quorum enough", ""]
    return "\n".join(lines).encode()


def make_known(posts: Sequence[Post], log: str) -> None:
    """Tell each witness the public key of a log."""
    for post in posts:
        witness.know(post.folder, log)


@contextmanager
def played(folder: Path) -> Iterator[tuple[Post, ...]]:
    """A witness for each keeper, in folders under `folder`, starting; all are ended at the end, whatever happened.

    They start while something else is done; `listed` waits for them.
    """
    posts = tuple(Post(name, folder / name, _made(folder, name)) for name in KEEPERS)
    try:
        for post in posts:
            post.start()
        yield posts
    finally:
        for post in posts:
            post.stop()


def _made(folder: Path, name: str) -> str:
    return witness.init(folder / name, f"{name}.example/witness", ())
