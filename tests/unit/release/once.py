# SPDX-License-Identifier: Apache-2.0
"""One deed over an office folder in a process of its own, for whoever breaks the machine under it.

`python -m unit.release.once pull|enter|full FOLDER`: prints what was acknowledged, a line each; 0 when the deed was
done, 3 when it was stopped in an orderly way, and then the kind of error is printed.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path

from lawgate.model.fault import LawgateError
from unit.release.kills import Killable
from unit.release.promises import broken, readable
from unit.release.racer import RacingOffice

STOPPED = 3


def main(deed: str, folder: str) -> int:
    """Do it."""
    root = Path(folder)
    doing = Killable(root, 1, lambda _: None, lambda word: print(word, flush=True))
    try:
        if deed == "full":
            print(json.dumps(on_a_full_disk(doing)))
        elif deed == "pull":
            doing.pull()
        else:
            doing.enter((root.parent / "order.toml").read_bytes())
    except (LawgateError, OSError) as error:
        print(f"stopped {type(error).__name__} {error}")
        return STOPPED
    return 0


def on_a_full_disk(doing: Killable) -> dict[str, object]:
    """Fill the disk; try to pull; enter an order; make room; try again. What came of each."""
    root, text = doing.root, (doing.root / "order.toml").read_bytes()
    (root / "order.toml").unlink()
    fill(root / "ballast")
    said: dict[str, object] = {"pull when full": tried(doing.pull), "out": len(readable(root))}
    # Where the log or the register had a little room left, that goes too: an order has nothing but the reserve.
    fill(root / "more")
    said["reserve"] = (root / "docket.reserve").stat().st_size
    said["order when full"] = tried(lambda: doing.enter(text))
    said["docket"] = [each == text for each in RacingOffice(root).register.texts().values()]
    said["pull under the order"] = tried(doing.pull)
    for file in ("ballast", "more"):
        (root / file).unlink()
    said["order again"] = tried(lambda: doing.enter(text))
    said["pull at the end"] = tried(doing.pull)
    return {**said, "out at the end": len(readable(root)), "broken": broken(root)}


def fill(file: Path) -> None:
    """Write until nothing goes any more, at last byte by byte."""
    for step in (1 << 16, 1 << 10, 1):
        with file.open("ab", buffering=0) as out:
            try:
                while out.write(bytes(step)):
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
    os.sync()


def tried(deed: object) -> str:
    """`done`, or the kind of error, and the codes of what barred."""
    try:
        deed()
    except (LawgateError, OSError) as error:
        codes = [bar.code for bar in getattr(error, "bars", ())]
        return " ".join([type(error).__name__, *codes])
    return "done"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
