# SPDX-License-Identifier: Apache-2.0
"""What two registrars sign about a recipient key, and how its holder shows that they have it.

The form is in docs/spec/recipient-keys.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import rfc8785

from lawgate.model.fault import Fault, Faulty, Scope

FORMAT, CHALLENGE = "lawgate-recipient-key-1", "lawgate-challenge-1"
CHANNELS = ("in_person", "paper", "voice")
"""How a fingerprint was read back: by another way than the one the key came by."""
MAX_BYTES = 1 << 16
_SAID = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Registration:
    """One recipient key as two people register it.

    `text` is the recipient text; `authorisation` the SHA-256 (hex) of the paper in which the agency says that this is
    its key; `challenge` that of the challenge text that came back; `read_back_by` who read the fingerprint back, by
    which `channel`, and `fingerprint` what they read; `registrars` two person ids, sorted; `said_at` a UTC second.
    """

    key: str
    agency: str
    text: str
    authorisation: str
    challenge: str
    read_back_by: str
    channel: str
    fingerprint: str
    registrars: tuple[str, ...]
    said_at: datetime


def fingerprint_of(text: str) -> str:
    """What is read back of a recipient text: the first 128 bits of its SHA-256 as eight groups of four digits."""
    digits = sha256(text.encode()).hexdigest()[:32]
    return " ".join(digits[at : at + 4] for at in range(0, 32, 4))


def challenge_text(key: str, text: str, nonce: str) -> bytes:
    """What is sealed to a key that is proposed, and has to come back byte for byte. `nonce` is fresh and random."""
    return f"{CHALLENGE}\nkey {key}\nfingerprint {fingerprint_of(text)}\nanswer {nonce}\n".encode()


def render(registration: Registration) -> bytes:
    """The canonical JSON (RFC 8785) that both registrars sign."""
    said = registration.said_at.astimezone(UTC).strftime(_SAID)
    registrars = list(registration.registrars)
    return rfc8785.dumps({**asdict(registration), "format": FORMAT, "registrars": registrars, "said_at": said})


def parse(data: bytes) -> Registration:
    """The registration in these bytes. Faulty (`E_KEY_FORM`) unless rendering it again gives the same bytes."""
    try:
        found = _registration(json.loads(data)) if len(data) <= MAX_BYTES else None
        good = found is not None and render(found) == data
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        # Any shape but the one that `render` writes ends here; which one does not matter to the answer.
        good, found = False, None
    if found is None or not good or found.channel not in CHANNELS:
        why = "the registration is not written as `lawgate key paper` writes it"
        raise Faulty((Fault(Scope.FILE, "registration", 0, "", "E_KEY_FORM", why),))
    return found


_TEXTS = ("key", "agency", "text", "authorisation", "challenge", "read_back_by", "channel", "fingerprint")


def _registration(found: Mapping[str, Any]) -> Registration:
    if not isinstance(found["registrars"], list):
        raise TypeError("not a list")
    said = datetime.strptime(_text(found["said_at"]), _SAID).replace(tzinfo=UTC)
    texts = {name: _text(found[name]) for name in _TEXTS}
    return Registration(**texts, registrars=tuple(map(_text, found["registrars"])), said_at=said)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value
