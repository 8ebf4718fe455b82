# SPDX-License-Identifier: Apache-2.0
"""The last resort: an error nobody foresaw is told by its type and its place in the code, and never with a value."""

from __future__ import annotations

import sys
import threading
import traceback
from types import TracebackType

from lawgate.model.meanings.stops import STOPS, UNFORESEEN
from lawgate.model.meanings.table import mending

BROKEN = 2
"""Exit status of a machine fault."""


def last_resort(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
    """A `sys.excepthook`: a sentence and how to mend it on standard error, then SystemExit with status 2."""
    sys.stderr.write(told(kind, trace))
    # What the frames hold (values, an engine's handles) has no business at the end of the process.
    traceback.clear_frames(trace)
    sys.exit(BROKEN)


def in_thread(args: threading.ExceptHookArgs) -> None:
    """A `threading.excepthook`: the same sentence."""
    sys.stderr.write(told(args.exc_type, args.exc_traceback))


def told(kind: type[BaseException], trace: TracebackType | None) -> str:
    """Two lines: what and where, and how to mend it. The place is the innermost of this program, then the innermost."""
    places = []
    while trace is not None:
        frame = trace.tb_frame
        places.append(f"{frame.f_globals.get('__name__', '?')}.{frame.f_code.co_name}, line {trace.tb_lineno}")
        trace = trace.tb_next
    ours = [place for place in places if place.startswith(("lawgate.", "__main__."))]
    where = " and ".join(dict.fromkeys([*ours[-1:], *places[-1:]])) or "a place that is not known"
    name = f"{kind.__module__}.{kind.__qualname__}"
    return f"stopped: {UNFORESEEN}: {name} in {where}\nto mend: {mending(STOPS, UNFORESEEN)}\n"
