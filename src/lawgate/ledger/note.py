# SPDX-License-Identifier: Apache-2.0
"""C2SP signed notes: parse, print, keys, Ed25519 signatures (0x01) and timestamped cosignatures (0x04).

Printing a parsed note gives the same bytes and parsing a printed one the same note; anything else is refused.
Signing and the check of a signature come in as callables, so that this room holds no keys and no cryptography.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from lawgate.ledger.errors import MalformedError

ED25519 = 0x01
COSIGNATURE = 0x04
ML_DSA_44 = 0x06
"""Room for a further kind of cosignature: its lines are read and named, and never checked or counted here."""
MAX_NOTE = 256 * 1024
MAX_SIGNATURES = 64
MAX_TIME = 2**63 - 1
_LENGTHS = {ED25519: 32, COSIGNATURE: 32, ML_DSA_44: 1312}
_VKEY = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)")

Verify = Callable[[bytes, bytes, bytes], bool]
"""`verify(public_key, message, signature)`: whether an Ed25519 signature holds. Never raises."""
Sign = Callable[[bytes], bytes]
"""`sign(message)`: 64 bytes of Ed25519."""


def from_base64(text: str, place: str = "base64") -> bytes:
    """Bytes of standard base64 with padding; MalformedError unless encoding them again gives the same text."""
    try:
        data = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        raise MalformedError("base64", place) from None
    if b64encode(data).decode() != text:
        raise MalformedError("base64", place)
    return data


def key_name(name: str) -> str:
    """The name itself; MalformedError when it is empty, has a space, a plus sign or a control character."""
    if not name or any(char.isspace() or char == "+" or char < " " for char in name):
        raise MalformedError("key_name")
    return name


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key that may stand on a note: name, signature type, 32 bytes of Ed25519 (0x01, 0x04) or ML-DSA-44."""

    name: str
    kind: int
    public_key: bytes

    def __post_init__(self) -> None:
        """MalformedError when name, type or length is outside the format."""
        key_name(self.name)
        if len(self.public_key) != _LENGTHS.get(self.kind, 0):
            raise MalformedError("note_key")

    @property
    def key_id(self) -> bytes:
        """Four bytes: the head of SHA-256 over name, newline, type and key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public_key).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key as one word: `name+id+base64(type, key)`."""
        material = b64encode(bytes([self.kind]) + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{material}"


def parse_vkey(text: str) -> NoteKey:
    """The key a vkey names; MalformedError when its id does not fit or the form is not exact."""
    found = _VKEY.fullmatch(text)
    material = from_base64(found[3], "vkey") if found else b""
    if found is None or len(material) < 2:
        raise MalformedError("vkey")
    key = NoteKey(found[1], material[0], material[1:])
    if key.vkey != text:
        raise MalformedError("vkey")
    return key


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature of a note: key name, four bytes of key id, and what the signature type puts behind them."""

    name: str
    key_id: bytes
    signature: bytes

    def render(self) -> str:
        """The line with its newline."""
        return f"— {self.name} {b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text (it ends in a newline) and its signatures, at least one, no two by the same name and key id."""

    text: str
    signatures: tuple[SignatureLine, ...]

    def render(self) -> bytes:
        """The note's bytes; MalformedError when no parser would read this value back."""
        data = (self.text + "\n" + "".join(line.render() for line in self.signatures)).encode()
        if parse(data) != self:
            raise MalformedError("note")
        return data


def parse_line(line: str) -> SignatureLine:
    """One signature line without its newline. MalformedError when the form is not exact."""
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—":
        raise MalformedError("signature_line")
    blob = from_base64(parts[2], "signature")
    if len(blob) < 5:
        raise MalformedError("signature_line")
    return SignatureLine(key_name(parts[1]), blob[:4], blob[4:])


def parse_note_lines(data: bytes) -> tuple[SignatureLine, ...]:
    """Signature lines as a witness answers them, each with its newline, 1 to 64. MalformedError otherwise."""
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise MalformedError("note_utf8") from None
    if lines.pop() or not lines or len(lines) > MAX_SIGNATURES:
        raise MalformedError("note_form")
    return tuple(parse_line(line) for line in lines)


def parse(data: bytes) -> Note:
    """A note from its bytes; MalformedError for anything that is not the one way to write it."""
    if len(data) > MAX_NOTE:
        raise MalformedError("note_size")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedError("note_utf8") from None
    if any(char < " " and char != "\n" for char in whole):
        raise MalformedError("note_control")
    cut = whole.rfind("\n\n")
    lines = whole[cut + 2 :].split("\n")
    if cut < 0 or lines.pop() or not lines or len(lines) > MAX_SIGNATURES:
        raise MalformedError("note_form")
    found = tuple(parse_line(line) for line in lines)
    if len({(line.name, line.key_id) for line in found}) != len(found):
        raise MalformedError("note_duplicate")
    return Note(whole[: cut + 1], found)


def cosigned_message(text: str, seconds: int) -> bytes:
    """What a witness signs: the header line, the time line, the note's text."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def sign_line(key: NoteKey, sign: Sign, text: str) -> SignatureLine:
    """A plain Ed25519 signature line (0x01) over the text. ValueError when the key has another type."""
    if key.kind != ED25519:
        raise ValueError("this key is not for plain signatures")
    return SignatureLine(key.name, key.key_id, sign(text.encode()))


def cosign_line(key: NoteKey, sign: Sign, text: str, seconds: int) -> SignatureLine:
    """A cosignature/v1 line (0x04) over the text at a POSIX time. ValueError for another key type or a time of 0."""
    if key.kind != COSIGNATURE or not 0 < seconds <= MAX_TIME:
        raise ValueError("this key or time is not for cosignatures")
    signature = sign(cosigned_message(text, seconds))
    return SignatureLine(key.name, key.key_id, seconds.to_bytes(8, "big") + signature)


@dataclass(frozen=True, slots=True)
class Endorsement:
    """A signature that held: whose, and for a cosignature the POSIX second it states (else None)."""

    key: NoteKey
    seconds: int | None


def _check(line: SignatureLine, key: NoteKey, text: str, verify: Verify) -> Endorsement:
    if key.kind == ED25519:
        seconds, message, signature = None, text.encode(), line.signature
    else:
        seconds, signature = int.from_bytes(line.signature[:8], "big"), line.signature[8:]
        message = cosigned_message(text, seconds)
    in_range = seconds is None or 0 < seconds <= MAX_TIME
    if len(signature) != 64 or not in_range or not verify(key.public_key, message, signature):
        raise MalformedError("signature_invalid", key.name)
    return Endorsement(key, seconds)


def endorsements(note: Note, keys: Iterable[NoteKey], verify: Verify) -> tuple[Endorsement, ...]:
    """The signatures by known keys, in the note's order; lines by unknown keys and of type 0x06 are passed over.

    MalformedError when a line of a known key does not verify: such a note counts for nothing.
    """
    known = {(key.name, key.key_id): key for key in keys if key.kind != ML_DSA_44}
    found = [(line, known.get((line.name, line.key_id))) for line in note.signatures]
    return tuple(_check(line, key, note.text, verify) for line, key in found if key is not None)


def not_checked(note: Note, keys: Iterable[NoteKey]) -> tuple[str, ...]:
    """Names of the known keys of type 0x06 that have a line on this note: it says nothing here, and is told."""
    known = {(key.name, key.key_id) for key in keys if key.kind == ML_DSA_44}
    return tuple(line.name for line in note.signatures if (line.name, line.key_id) in known)


def with_lines(note: Note, lines: Sequence[SignatureLine]) -> Note:
    """The note with further signature lines behind its own."""
    return Note(note.text, note.signatures + tuple(lines))
