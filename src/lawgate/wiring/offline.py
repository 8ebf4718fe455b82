# SPDX-License-Identifier: Apache-2.0
"""What a requester can do without an office folder: read a request as the custodian will, get the empty form."""

from __future__ import annotations

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

FACTS = "facts.toml"


def offline(rulebook: Path) -> Offline:
    """The requester's desk by the layout of this rulebook. LawgateError when that cannot be read."""
    try:
        layout = read_layout({FACTS: (rulebook / FACTS).read_bytes()})
    except (OSError, ValueError, KeyError, TypeError):
        raise LawgateError(f"the rulebook has no {FACTS} that can be read") from None
    return Offline(partial(_validate, layout), partial(template, layout))


def _validate(layout: Layout, request: Path) -> Parsed:
    """The same reading as the custodian's, in a child; what it writes on the way is removed again."""
    with TemporaryDirectory() as room:
        return ChildParser().parse(request, Path(room), layout, datetime.now(UTC).date())
