# SPDX-License-Identifier: Apache-2.0
"""What every Sealer and Opener promises: one file that opens with one identity, in one form, to one text."""

import base64
import json
import subprocess
from pathlib import Path

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey

from lawgate.drivers.age.opener import AgeOpener
from lawgate.drivers.age.sealer import AgeSealer
from lawgate.drivers.jwe.opener import JweOpener
from lawgate.drivers.jwe.sealer import JweSealer
from lawgate.ports.seal import Opener, OpenError, Sealer, SealError
from lawgate.wiring.sealers import PROFILES, openers, sealers

PAIRS = {
    "age": (AgeSealer, AgeOpener),
    "jwe": (JweSealer, JweOpener),
    "profile age": (lambda: sealers("age"), openers),
    "profile approved": (lambda: sealers("approved"), openers),
}
PLAIN = b"a made-up secret"


@pytest.fixture(params=PAIRS)
def pair(request) -> tuple[Sealer, Opener]:
    sealer, opener = PAIRS[request.param]
    return sealer(), opener()


def opens(opener: Opener, sealed: bytes, identity: str) -> bytes | None:
    try:
        return opener.open(sealed, identity)
    except OpenError as refused:
        assert len(identity) < 3 or identity not in str(refused)
        return None


@pytest.mark.parametrize("plain", [b"", PLAIN, bytes(range(256)) * 9999], ids=["empty", "short", "2.5 MB"])
def test_only_the_matching_identity_opens(pair: tuple[Sealer, Opener], plain: bytes) -> None:
    sealer, opener = pair
    one, two = sealer.fresh(), sealer.fresh()
    sealed = sealer.seal(plain, one.recipient)
    assert opens(opener, sealed, one.secret) == plain
    assert opens(opener, sealed, two.secret) is None
    assert sealer.seal(plain, one.recipient) != sealed
    assert not plain or plain not in sealed


def test_no_bit_can_be_changed_and_no_byte_taken_or_added(pair: tuple[Sealer, Opener]) -> None:
    sealer, opener = pair
    one = sealer.fresh()
    sealed = sealer.seal(PLAIN, one.recipient)
    for at in range(len(sealed)):
        for bit in (1, 2, 0x20, 0x80):
            changed = sealed[:at] + bytes([sealed[at] ^ bit]) + sealed[at + 1 :]
            assert opens(opener, changed, one.secret) is None, (at, bit)
    for length in range(len(sealed)):
        assert opens(opener, sealed[:length], one.secret) is None, length
    for more in (b"\n", b"\0", b"=", b".", sealed):
        assert opens(opener, sealed + more, one.secret) is None
        assert opens(opener, more + sealed, one.secret) is None


def test_identities_are_fresh_and_hide_themselves(pair: tuple[Sealer, Opener]) -> None:
    sealer, opener = pair
    first = sealer.fresh()
    made = [first, *(sealer.fresh_for(first.recipient) for _ in range(20))]
    assert len({each.secret for each in made}) == len({each.recipient for each in made}) == 21
    assert {sealer.ending(each.recipient) for each in made} == {sealer.ending(first.recipient)}
    assert first.secret not in repr(first)
    for each in made:
        assert opener.identities(each.secret) == (each.secret,)
        assert opener.recipient(each.secret) == each.recipient


JWK = json.loads(JweSealer().fresh().recipient)
OTHER_CURVE = ECKey.generate_key("P-256").as_dict(private=False)


def jwk(**other: object) -> str:
    return json.dumps({**JWK, **other}, separators=(",", ":"), sort_keys=True)


NO_KEYS = [
    "", "age1", "age1x", "AGE-SECRET-KEY-1X", "ssh-ed25519 AAAA", "\x00", "age1é", "x" * 9999, "[" * 99999,
    "null", "[]", "{}", '"crv"', jwk(crv="P-256"), jwk(crv="P-521"), jwk(kty="OKP"), jwk(d=JWK["x"]), jwk(kid="a"),
    jwk(x=JWK["y"]), jwk(x=""), jwk(x=1), jwk(x=None), jwk(x=JWK["x"] + "="), jwk(x="AAAA" + JWK["x"]), jwk(y="é"),
    json.dumps(JWK), json.dumps(OTHER_CURVE, separators=(",", ":"), sort_keys=True), f'{jwk()[:-1]},"kty":"EC"}}',
    JweSealer().fresh().secret, AgeSealer().fresh().secret,
]  # fmt: skip


@pytest.mark.parametrize("text", NO_KEYS, ids=range(len(NO_KEYS)))
def test_what_is_no_recipient_is_refused_and_nothing_of_it_is_said(pair: tuple[Sealer, Opener], text: str) -> None:
    sealer, _ = pair
    assert not sealer.is_recipient(text)
    for ask in (lambda: sealer.seal(PLAIN, text), lambda: sealer.fresh_for(text), lambda: sealer.ending(text)):
        with pytest.raises(SealError) as refused:
            ask()
        assert PLAIN.decode() not in str(refused.value)
        assert len(text) < 9 or text not in str(refused.value)


@pytest.mark.parametrize(
    "text", ["", "AGE-SECRET-KEY-1X", "null", "{}", '{"keys":1}', "[" * 99999, jwk(), jwk(d="AA")], ids=range(8)
)
def test_what_is_no_identity_opens_nothing(pair: tuple[Sealer, Opener], text: str) -> None:
    sealer, opener = pair
    assert opener.identities(text) == ()
    sealed = sealer.seal(PLAIN, sealer.fresh().recipient)
    assert opens(opener, sealed, text) is None
    with pytest.raises(OpenError):
        opener.recipient(text)


def test_one_spelling_of_a_recipient(pair: tuple[Sealer, Opener]) -> None:
    sealer, _ = pair
    recipient = sealer.fresh().recipient
    assert sealer.is_recipient(recipient)
    for other in (recipient.upper(), recipient + "\n", " " + recipient, recipient.replace(",", ", ") + " "):
        assert not sealer.is_recipient(other)


def test_a_secret_that_is_not_its_points_is_none() -> None:
    one, two = (json.loads(JweSealer().fresh().secret) for _ in range(2))
    assert JweOpener().identities(json.dumps({**one, "d": two["d"]})) == ()
    assert JweOpener().identities(json.dumps({**one, "use": "sig"})) == ()
    assert len(JweOpener().identities(json.dumps({"keys": [one, two, {"kty": "oct"}, 1]}))) == 2


def test_identity_files_are_read_as_their_programs_write_them(tmp_path: Path, need) -> None:
    keygen, jose = need("age-keygen"), need("jose")
    written = subprocess.run([keygen], capture_output=True, check=True, text=True).stdout
    assert len(openers().identities(written)) == 1
    template = '{"kty":"EC","crv":"P-384"}'
    written = subprocess.run([jose, "jwk", "gen", "-i", template], capture_output=True, check=True, text=True).stdout
    (identity,) = openers().identities(written)
    public = subprocess.run([jose, "jwk", "pub", "-i", "-"], input=written, capture_output=True, check=True, text=True)
    assert openers().recipient(identity) == public.stdout.strip()


def test_a_header_names_approved_algorithms_and_the_one_key(need) -> None:
    one = JweSealer().fresh()
    sealed = JweSealer().seal(PLAIN, one.recipient)
    header = json.loads(base64.urlsafe_b64decode(sealed.split(b".")[0] + b"=="))
    assert (header["alg"], header["enc"], header["epk"]["crv"]) == ("ECDH-ES+A256KW", "A256GCM", "P-384")
    assert set(header) == {"alg", "enc", "epk", "kid"}
    told = subprocess.run(
        [need("jose"), "jwk", "thp", "-i", "-", "-a", "S256"],
        input=one.recipient,
        capture_output=True,
        text=True,
        check=True,
    )
    assert header["kid"] == told.stdout.strip()
    ephemeral = {sealer["epk"]["x"] for sealer in (header, _header(one.recipient), _header(one.recipient))}
    assert len(ephemeral) == 3


def _header(recipient: str) -> dict:
    return json.loads(base64.urlsafe_b64decode(JweSealer().seal(PLAIN, recipient).split(b".")[0] + b"=="))


FORMS = {
    "another wrap": ({"alg": "ECDH-ES+A128KW"}, ["ECDH-ES+A128KW", "A256GCM"]),
    "no wrap": ({"alg": "ECDH-ES"}, ["ECDH-ES", "A256GCM"]),
    "another cipher": ({"enc": "A128GCM"}, ["ECDH-ES+A256KW", "A128GCM"]),
    "packed": ({"zip": "DEF"}, ["ECDH-ES+A256KW", "A256GCM", "DEF"]),
    "a type": ({"typ": "JWE"}, None),
    "party info": ({"apu": "AAAA"}, None),
    "another key's name": ({"kid": "x" * 43}, None),
    "no name": ({"kid": None}, None),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_other_forms_that_the_format_allows_do_not_open(form: str) -> None:
    """Each of these opens for whoever does not look: here it is refused, so that a file has one meaning."""
    changed, algorithms = FORMS[form]
    one = JweSealer().fresh()
    key = ECKey.import_key(json.loads(one.secret))
    header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "kid": key.thumbprint(), **changed}
    header = {name: value for name, value in header.items() if value is not None}
    allowed = algorithms or ["ECDH-ES+A256KW", "A256GCM"]
    sealed = jwe.encrypt_compact(header, PLAIN, key, algorithms=allowed).encode()
    assert jwe.decrypt_compact(sealed, key, algorithms=allowed).plaintext == PLAIN
    assert opens(JweOpener(), sealed, one.secret) is None


def test_a_kind_shows_in_the_text_and_a_profile_takes_its_own_only() -> None:
    age, approved = AgeSealer().fresh(), JweSealer().fresh()
    assert sorted(PROFILES) == ["age", "approved"]
    both, strict = sealers("age"), sealers("approved")
    for one, ending in ((age, "age"), (approved, "jwe")):
        assert both.ending(one.recipient) == both.ending(both.fresh_for(one.recipient).recipient) == ending
        assert openers().open(both.seal(PLAIN, one.recipient), one.secret) == PLAIN
    assert not strict.is_recipient(age.recipient)
    for ask in (strict.ending, strict.fresh_for, lambda text: strict.seal(PLAIN, text)):
        with pytest.raises(SealError):
            ask(age.recipient)
    assert (both.ending(both.fresh().recipient), strict.ending(strict.fresh().recipient)) == ("age", "jwe")
    for unknown in ("", "both", "AGE"):
        with pytest.raises(SealError):
            sealers(unknown)


def test_identities_of_a_whole_package_open_with_the_programs_by_others(tmp_path: Path, need) -> None:
    commands = {
        "age": [need("age"), "-d", "-i", tmp_path / "me", tmp_path / "keys"],
        "jwe": [need("jose"), "jwe", "dec", "-k", tmp_path / "me", "-i", tmp_path / "keys"],
    }
    for ending, command in commands.items():
        sealer = PAIRS[ending][0]()
        me = sealer.fresh()
        text = "".join(f"# {n:04d}.{ending}\n{sealer.fresh().secret}\n" for n in range(1, 501)).encode()
        (tmp_path / "me").write_text(f"{me.secret}\n")
        (tmp_path / "keys").write_bytes(sealer.seal(text, me.recipient))
        assert subprocess.run(command, capture_output=True, check=True).stdout == text
        assert PAIRS[ending][1]().open((tmp_path / "keys").read_bytes(), me.secret) == text
