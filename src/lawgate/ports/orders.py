# SPDX-License-Identifier: Apache-2.0
"""The order register: the instruments as entered, kept apart from every other store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from lawgate.model.fault import LawgateError


class RegisterBrokenError(LawgateError):
    """The register cannot be read or written. Nothing may be released: an order may be in the part not seen."""

    stop = "E_DOCKET"


class OrderRegister(Protocol):
    """Every order and every paper that nobody could read, exactly as entered.

    Contract: what `enter` returned is durable and in every later `texts`, from every process; nothing is ever edited
    or removed; entering needs no other store to work; a text half entered when the power went counts as unreadable,
    so it binds everything. There is no call that takes an order away.
    """

    def enter(self, name: str, text: bytes, *, alone: bool = False) -> str:
        """Keep a text under a name (an order id); the file's name. It binds when this returns.

        The same text under the same name is kept once, and is durable after each call. A disk that is full elsewhere
        keeps no order out: something is set aside for that.
        With `alone` Refused (`order_id_taken`) when another text has the name, asked in the same turn as it is written;
        but not where the register cannot be read whole: then a stop has to go in all the same.
        RegisterBrokenError when it cannot be kept: it may then bind or not, and must be entered again, under another
        name where half of it stayed.
        """

    def texts(self) -> Mapping[str, bytes]:
        """Every text by file name, read afresh. RegisterBrokenError when any part cannot be read."""
