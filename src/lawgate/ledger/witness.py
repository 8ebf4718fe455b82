# SPDX-License-Identifier: Apache-2.0
"""C2SP tlog-witness as bytes: what a log asks a witness, what the witness answers, by which status it refuses."""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType

from lawgate.ledger.checkpoint import MAX_SIZE
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.merkle import HASH
from lawgate.ledger.note import MAX_NOTE, from_base64

MAX_STEPS = 63
MAX_REQUEST = MAX_NOTE + 64 * (MAX_STEPS + 2)
MAX_ANSWER = 64 * 1024
SIZE_TYPE = "text/x.tlog.size"
STATUS: Mapping[str, int] = MappingProxyType(
    {
        "malformed": 400,
        "size_order": 400,
        "unsigned": 403,
        "unknown_origin": 404,
        "conflict": 409,
        "inconsistent": 422,
        "clock": 503,
        "memory": 503,
    }
)
"""The HTTP status of each refusal. The codes of one status are told apart by the answer's body: the code, one line."""
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a cosignature: the size the witness is thought to remember, the proof from there, the note."""

    old_size: int
    proof: tuple[bytes, ...]
    note: bytes

    def render(self) -> bytes:
        """The request's body; MalformedError when no parser would read this value back."""
        lines = [f"old {self.old_size}", *[b64encode(step).decode() for step in self.proof], "", ""]
        data = "\n".join(lines).encode() + self.note
        if parse_asked(data) != self:
            raise MalformedError("witness_request")
        return data


def parse_asked(data: bytes) -> Asked:
    """A request from its bytes; MalformedError unless it is the one way to write it. The note is not looked at."""
    head, blank, note = data.partition(b"\n\n")
    if not blank or len(data) > MAX_REQUEST:
        raise MalformedError("witness_request", "form")
    try:
        first, *steps = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise MalformedError("witness_request", "form") from None
    proof = tuple(from_base64(step, "proof") for step in steps)
    if not first.startswith("old ") or len(proof) > MAX_STEPS or any(len(step) != HASH for step in proof):
        raise MalformedError("witness_request", "old size or proof")
    return Asked(_number(first.removeprefix("old ")), proof, note)


def parse_size(data: bytes) -> int:
    """The size a witness answers that remembers another one: decimal and a line end. MalformedError otherwise."""
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        raise MalformedError("witness_request", "size") from None
    if not text.endswith("\n"):
        raise MalformedError("witness_request", "size")
    return _number(text[:-1])


def origin_hash(origin: str) -> str:
    """Under which name a witness keeps and shows the head of a log: SHA-256 of the origin, in hex."""
    return sha256(origin.encode()).hexdigest()


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text) or int(text) > MAX_SIZE:
        raise MalformedError("witness_request", "size")
    return int(text)
