# SPDX-License-Identifier: Apache-2.0
"""The way by which a notice reaches an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from lawgate.model.fault import LawgateError


class NotifyError(LawgateError):
    """A notice was not handed over: `code` is address, refused, unreached, insecure or answer."""

    stop = "E_NOTIFY"

    def __init__(self, code: str) -> None:
        """The reason's code; nothing of the address and nothing of what the other side said."""
        super().__init__(f"the notice was not handed over: {code}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one address is sent: the paper, its SHA-256 (hex), and for people a subject, plain words and a page (PDF).

    Nothing in it is about a person whose records are asked for.
    """

    paper: bytes
    digest: str
    subject: str
    words: str
    page: bytes


@dataclass(frozen=True, slots=True)
class Handed:
    """That it was handed over, and under which reference; `receipt` is what the other side answered, not checked.

    To have been handed over is not to have been served.
    """

    reference: str
    receipt: bytes = b""


class Notifier(Protocol):
    """Sends a parcel to one address of one kind.

    Contract: signs what it sends, so that whoever gets it can tell who sent it and that nothing was changed; never
    sends in the clear beyond this machine; follows no one to another place; ends within its time; never believes an
    answer; an error names no address.
    """

    def send(self, where: str, parcel: Parcel) -> Handed:
        """Hand the parcel over. NotifyError when it was not, or nobody can tell whether it was."""
