# SPDX-License-Identifier: Apache-2.0
"""The last resort: an error nobody foresaw is told by its type and its place in the code, and never with a value."""

from __future__ import annotations

import sys
import threading
from types import TracebackType

BROKEN = 2
"""Exit status of a machine fault."""


def last_resort(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
    """A `sys.excepthook`: one sentence on standard error, then SystemExit with status 2."""
    sys.stderr.write(told(kind, trace))
    sys.exit(BROKEN)


def in_thread(args: threading.ExceptHookArgs) -> None:
    """A `threading.excepthook`: the same sentence."""
    sys.stderr.write(told(args.exc_type, args.exc_traceback))


def told(kind: type[BaseException], trace: TracebackType | None) -> str:
    """The sentence with its line end. The place is the innermost one in this program, then the innermost at all."""
    places = []
    while trace is not None:
        frame = trace.tb_frame
        places.append(f"{frame.f_globals.get('__name__', '?')}.{frame.f_code.co_name}, line {trace.tb_lineno}")
        trace = trace.tb_next
    ours = [place for place in places if place.startswith(("lawgate.", "__main__."))]
    where = " and ".join(dict.fromkeys([*ours[-1:], *places[-1:]])) or "a place that is not known"
    name = f"{kind.__module__}.{kind.__qualname__}"
    return f"stopped: {name} in {where}. This is a fault of the program; please report it.\n"
