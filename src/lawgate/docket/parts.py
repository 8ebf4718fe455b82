# SPDX-License-Identifier: Apache-2.0
"""What of a package an order can name: who asks, who receives, which fields, which years."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parts:
    """Every name under which an order may mean who asks (agency, people) and who receives (agency, key, people)."""

    requesters: tuple[str, ...]
    recipients: tuple[str, ...]
    fields: tuple[str, ...]
    years: tuple[int, ...]
