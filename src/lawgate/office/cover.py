# SPDX-License-Identifier: Apache-2.0
"""The cover of a request that intake has accepted, read again from its exact bytes."""

from __future__ import annotations

import hashlib
import tomllib

from lawgate.model.fault import LawgateError
from lawgate.model.request import Cover, FileStated


def read_cover(raw: bytes) -> Cover:
    """The cover in `raw`, whose form intake has checked. LawgateError when these are not such bytes any more."""
    try:
        doc = tomllib.loads(raw.decode())
        files = {name: FileStated(f["sha256"], f["rows"]) for name, f in doc["files"].items()}
        plain = {k: doc[k] for k in Cover.__dataclass_fields__ if k not in ("fields", "cases", "rows", "digest")}
        return Cover(
            **plain,
            fields=tuple(doc["fields"]),
            cases=files["cases.csv"],
            rows=files["rows.csv"],
            digest=hashlib.sha256(raw).hexdigest(),
        )
    except (KeyError, TypeError, ValueError):
        raise LawgateError("the stored cover is not the one that was accepted") from None
