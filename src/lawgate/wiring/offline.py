# SPDX-License-Identifier: Apache-2.0
"""What a requester can do without an office folder: read a request as the custodian will, get the empty form."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from lawgate.drivers.parser.driver import ChildParser
from lawgate.law.read import read_layout
from lawgate.model.fault import LawgateError
from lawgate.model.layout import Layout
from lawgate.office.template import template
from lawgate.ports.intake import Parsed
from lawgate.surfaces.cli.doors import Offline
from lawgate.wiring.profile import RANGES, SyntheticOnly

FACTS = "facts.toml"


class NoRulebookError(LawgateError):
    """A folder that lacks what the form of a request is read from."""

    stop = "E_RULEBOOK"


def offline(rulebook: Path) -> Offline:
    """The requester's desk by the layout of this rulebook. NoRulebookError when that cannot be read."""
    try:
        layout = read_layout({FACTS: (rulebook / FACTS).read_bytes()})
    except (OSError, ValueError, KeyError, TypeError):
        raise NoRulebookError(f"the rulebook has no {FACTS} that can be read") from None
    return Offline(partial(_validate, layout, _never_issued(rulebook)), partial(template, layout))


def _never_issued(rulebook: Path) -> list[str]:
    """Patterns of the numbers that a request may hold: those the custodian will go by."""
    try:
        entries = tomllib.loads((rulebook / "registers" / f"{RANGES}.toml").read_text("utf-8"))["entry"]
        return [str(entry["pattern"]) for entry in entries]
    except (OSError, ValueError, KeyError, TypeError):
        raise NoRulebookError(f"the rulebook has no register {RANGES} that can be read") from None


def _validate(layout: Layout, ranges: list[str], request: Path) -> Parsed:
    """The same reading as the custodian's, in a child; what it writes on the way is removed again."""
    with TemporaryDirectory() as room:
        return SyntheticOnly(ChildParser(), ranges).parse(request, Path(room), layout, datetime.now(UTC).date())
