# SPDX-License-Identifier: Apache-2.0
"""Signed notes: the public examples verify, and every other spelling of a note is refused."""

from base64 import b64encode

import pytest

from lawgate.drivers.keys import KeySigner, verify
from lawgate.ledger import note as notes
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.note import COSIGNATURE, ED25519, Note, NoteKey, SignatureLine

EXAMPLE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()
LOG = KeySigner("log.example/1", ED25519, bytes(range(32)))
WITNESS = KeySigner("witness.example/1", COSIGNATURE, bytes(range(32, 64)))
TEXT = "log.example/1\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"


@pytest.mark.parametrize(("data", "vkey"), [(EXAMPLE, EXAMPLE_KEY), (GO_NOTE, GO_KEY)])
def test_public_examples_verify(data: bytes, vkey: str) -> None:
    key = notes.parse_vkey(vkey)
    assert key.vkey == vkey
    found = notes.parse(data)
    assert found.render() == data
    assert [each.key for each in notes.endorsements(found, [key], verify)] == [key]


def test_a_changed_text_does_not_verify() -> None:
    key = notes.parse_vkey(EXAMPLE_KEY)
    with pytest.raises(MalformedError, match="signature_invalid"):
        notes.endorsements(notes.parse(EXAMPLE.replace(b"message", b"massage")), [key], verify)


def signed() -> Note:
    lines = (notes.sign_line(LOG.key, LOG.sign, TEXT), notes.cosign_line(WITNESS.key, WITNESS.sign, TEXT, 1679315147))
    return Note(TEXT, lines)


def test_signatures_and_cosignatures() -> None:
    found = notes.endorsements(signed(), [LOG.key, WITNESS.key], verify)
    assert [(each.key.name, each.seconds) for each in found] == [
        ("log.example/1", None),
        ("witness.example/1", 1679315147),
    ]
    assert notes.parse(signed().render()) == signed()
    assert notes.cosigned_message(TEXT, 1679315147).startswith(b"cosignature/v1\ntime 1679315147\nlog.example/1\n0\n")


def test_lines_by_unknown_keys_are_passed_over() -> None:
    assert notes.endorsements(signed(), [], verify) == ()
    namesake = NoteKey("log.example/1", ED25519, WITNESS.public_key)
    assert notes.endorsements(signed(), [namesake], verify) == ()


@pytest.mark.parametrize("at", range(8))
def test_the_time_is_part_of_what_a_witness_signs(at: int) -> None:
    line = signed().signatures[1]
    changed = bytearray(line.signature)
    changed[at] ^= 1
    other = SignatureLine(line.name, line.key_id, bytes(changed))
    with pytest.raises(MalformedError, match="signature_invalid"):
        notes.endorsements(Note(TEXT, (other,)), [WITNESS.key], verify)


def test_one_kind_of_signature_is_not_the_other() -> None:
    both = KeySigner("log.example/1", COSIGNATURE, bytes(range(32)))
    assert both.public_key == LOG.public_key
    assert both.key_id != LOG.key_id
    with pytest.raises(ValueError, match="plain"):
        notes.sign_line(both.key, both.sign, TEXT)
    for key, seconds in ((LOG.key, 1), (both.key, 0), (both.key, 2**63)):
        with pytest.raises(ValueError, match="cosignatures"):
            notes.cosign_line(key, LOG.sign, TEXT, seconds)


LINE = EXAMPLE.decode().split("\n\n")[1]
BLOB = LINE.split(" ")[2].rstrip("\n")
BAD_NOTES = {
    "empty": "",
    "no signature": "text\n\n",
    "no blank line": "text\n" + LINE,
    "no last newline": "text\n\n" + LINE.rstrip("\n"),
    "blank line at the end": "text\n\n" + LINE + "\n",
    "text between signatures": "text\n\n" + LINE + "text\n" + LINE,
    "signature twice": "text\n\n" + LINE + LINE,
    "hyphen for the dash": "text\n\n" + LINE.replace("—", "-"),
    "two spaces": "text\n\n" + LINE.replace("— ", "—  "),
    "space at the end": "text\n\n" + LINE.replace("\n", " \n"),
    "no name": "text\n\n— " + BLOB + "\n",
    "plus in the name": "text\n\n" + LINE.replace("/foo", "+foo"),
    "no-break space in the name": "text\n\n" + LINE.replace("/foo", "\u00a0foo"),
    "carriage return": "text\r\n\n" + LINE,
    "tab": "te\txt\n\n" + LINE,
    "nul": "te\0xt\n\n" + LINE,
    "base64 without padding": "text\n\n" + LINE.replace("=\n", "\n"),
    "base64 with loose bits": "text\n\n" + LINE.replace("QM=", "QN="),
    "base64 for addresses": "text\n\n" + LINE.replace("+", "-").replace(BLOB, BLOB[:40] + "-" + BLOB[41:]),
    "only a key id": "text\n\n— name " + b64encode(b"abcd").decode() + "\n",
    "too many": "text\n\n" + "".join(SignatureLine(f"n{n}", b"abcd", b"x").render() for n in range(65)),
    "too long": "x" * 300_000 + "\n\n" + LINE,
}


@pytest.mark.parametrize("name", BAD_NOTES)
def test_other_spellings_are_refused(name: str) -> None:
    with pytest.raises(MalformedError):
        notes.parse(BAD_NOTES[name].encode())


def test_bytes_that_are_not_utf8_are_refused() -> None:
    with pytest.raises(MalformedError, match="utf8"):
        notes.parse(b"te\xffxt\n\n" + LINE.encode())


def test_the_text_may_hold_empty_lines_and_dashes() -> None:
    data = ("— not a signature\n\n\nstill text\n\n" + LINE).encode()
    assert notes.parse(data).text == "— not a signature\n\n\nstill text\n"
    assert notes.parse(data).render() == data


def test_sixty_four_signatures_are_read() -> None:
    lines = tuple(SignatureLine(f"n{n}", b"abcd", b"x" * 2500) for n in range(64))
    assert notes.parse(Note("text\n", lines).render()).signatures == lines


@pytest.mark.parametrize(
    "note",
    [
        Note("no newline", (SignatureLine("n", b"abcd", b"x"),)),
        Note("text\n", ()),
        Note("text\n", (SignatureLine("a b", b"abcd", b"x"),)),
        Note("text\n", (SignatureLine("n", b"abc", b"x"),)),
        Note("text\n", (SignatureLine("n\n", b"abcd", b"x"),)),
    ],
)
def test_a_value_nobody_could_read_back_is_not_printed(note: Note) -> None:
    with pytest.raises(MalformedError):
        note.render()


@pytest.mark.parametrize(
    "vkey",
    [
        EXAMPLE_KEY.replace("530d903a", "530d903b"),
        EXAMPLE_KEY.replace("530d903a", "530D903A"),
        EXAMPLE_KEY.replace("foo+", "bar+"),
        EXAMPLE_KEY[:-1],
        EXAMPLE_KEY + "\n",
        EXAMPLE_KEY.replace("AekyeRrm", "AukyeRrm"),
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "",
    ],
)
def test_other_keys_are_refused(vkey: str) -> None:
    with pytest.raises(MalformedError):
        notes.parse_vkey(vkey)
