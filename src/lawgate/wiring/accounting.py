# SPDX-License-Identifier: Apache-2.0
"""Accounting to a person, put together for one office folder; and the check of a statement, which needs no office."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path

from lawgate.drivers.duckdb.numbers import ParquetNumbers
from lawgate.drivers.keys.verify import verify
from lawgate.drivers.keys.vrf import VrfKeyFile
from lawgate.drivers.sqlite.accounting import SqliteAccounting
from lawgate.drivers.typst.pdf import TypstPdf
from lawgate.ledger.quorum import Policy
from lawgate.ledger.quorum_text import parse_policy
from lawgate.model.fault import LawgateError
from lawgate.office.accounting import AccountingDesk
from lawgate.office.release import Release
from lawgate.office.statement import nine_digits
from lawgate.office.statement_check import Checked, check_statement

KEY, SECRET, INDEX, SEALS = "accounting-vrf.pem", "accounting.key", "accounting.sqlite", "seals.toml"


def accounting_desk(folder: Path, release: Release, policy: Policy, ranges: Sequence[str]) -> AccountingDesk:
    """The desk of an office folder. `ranges` are the patterns of numbers that can stand in its records."""
    labels, secret = VrfKeyFile(folder / "keys" / KEY), folder / "keys" / SECRET

    def make_key() -> bool:
        if not secret.exists():
            _private(secret, secrets.token_bytes(32))
        if labels.there:
            return False
        labels.create()
        return True

    return AccountingDesk(
        release=release,
        labels=labels,
        make_key=make_key,
        numbers=ParquetNumbers(folder / "records", release.decide.records.check),
        index=SqliteAccounting(folder / INDEX),
        secret=lambda: _secret(secret),
        seals=lambda: _seals(folder / "registers" / SEALS),
        known=lambda number: any(re.fullmatch(pattern, number) for pattern in ranges),
        pdf=TypstPdf(),
        policy=policy,
        verify=verify,
    )


def check(statement: bytes, policy: bytes, number: str) -> Checked:
    """Check a statement by a policy's text and the reader's own number.

    Refused E_NUMBER for what is no number, E_STATEMENT for the first part that does not hold; MalformedError for
    a policy that is none.
    """
    return check_statement(statement, nine_digits(number), parse_policy(policy).policy, verify)


def _secret(file: Path) -> bytes:
    data = file.read_bytes() if file.exists() else b""
    if len(data) != 32:
        raise LawgateError("the accounting key is missing, or is not one; it comes back from a kept copy only")
    return data


def _seals(file: Path) -> bytes:
    return file.read_bytes() if file.exists() else b""


def _private(file: Path, data: bytes) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as f:
        f.write(data)
        f.flush()
        os.fsync(f.fileno())
