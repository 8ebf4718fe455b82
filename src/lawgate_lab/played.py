# SPDX-License-Identifier: Apache-2.0
"""The people the lab plays: made-up names, keys made from the seed, and the custodian's two registers of them.

Whoever knows the seed knows every key here. They stand for nobody and protect nothing.
"""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HOLDS_FROM, NO_END = "2025-01-25", '"until further notice"'
MARK = "PLAYED BY THE LAB: made from a published seed, worth nothing"


@dataclass(frozen=True)
class Person:
    """One played person, the office held, its agency, when it is held (half open), and to whom they report."""

    id: str
    name: str
    office: str
    agency: str
    begins: str = HOLDS_FROM
    ends: str = NO_END
    reports_to: str = ""


HEAD = "person.custodian.20"
PEOPLE = (
    Person("person.dhs.1", "Example Secretary", "us.dhs.head", "us.dhs"),
    Person("person.dhs.2", "Example Liaison", "us.dhs.liaison", "us.dhs"),
    Person("person.dhs.3", "Example Deputy", "us.dhs.deputy", "us.dhs"),
    Person("person.dhs.4", "Example Inspector", "us.dhs.ig", "us.dhs"),
    Person("person.dhs.5", "Example Formersecretary", "us.dhs.head", "us.dhs", "2021-02-02", "2025-01-20"),
    Person("person.doj.1", "Example Attorney", "us.doj.attorney", "us.doj"),
    Person("person.doj.2", "Example Paralegal", "us.doj.liaison", "us.doj"),
    Person("person.custodian.1", "Example Reviewer One", "custodian.reviewer", "custodian"),
    Person("person.custodian.2", "Example Reviewer Two", "custodian.reviewer", "custodian"),
    Person("person.custodian.5", "Example Docketclerk", "custodian.docket", "custodian"),
    Person("person.custodian.11", "Example Registrar One", "custodian.registrar", "custodian"),
    Person("person.custodian.12", "Example Registrar Two", "custodian.registrar", "custodian"),
    Person("person.custodian.20", "Example Custodian", "custodian.head", "custodian", reports_to="nobody"),
    *(
        Person(f"person.custodian.{n}", f"Example {name}", f"custodian.{office}", "custodian", reports_to=HEAD)
        for n, name, office in ((21, "Discloser", "disclosure"), (22, "Counsel", "counsel"), (23, "Privacy", "privacy"))
    ),
)
RECIPIENT_KEYS = (("rk-dhs-1", "us.dhs"), ("rk-doj-1", "us.doj"))


def _secret(seed: int, name: str) -> bytes:
    return hashlib.sha256(f"{seed}|{name}".encode()).digest()


def signing_key(seed: int, person: str) -> Ed25519PrivateKey:
    """The Ed25519 key of a played person, the same for the same seed."""
    return Ed25519PrivateKey.from_private_bytes(_secret(seed, person))


_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def _checksum(values: list[int]) -> list[int]:
    state = 1
    for value in [*values, 0, 0, 0, 0, 0, 0]:
        top, state = state >> 25, (state & 0x1FFFFFF) << 5 ^ value
        for bit, word in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            state ^= word if top >> bit & 1 else 0
    return [(state ^ 1) >> 5 * (5 - i) & 31 for i in range(6)]


def age_identity(seed: int, key_id: str) -> str:
    """The text of an age identity made from the seed (Bech32, BIP 173): age itself only makes random ones."""
    prefix = "age-secret-key-"
    number, digits = int.from_bytes(_secret(seed, key_id), "big") << 4, []  # 256 bits and 4 of padding: 52 digits
    for shift in range(51, -1, -1):
        digits.append(number >> 5 * shift & 31)
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    return (prefix + "1" + "".join(_ALPHABET[d] for d in digits + _checksum(expanded + digits))).upper()


def age_recipient(seed: int, key_id: str) -> str:
    """The public key of `age_identity`, as the register has it."""
    import pyrage

    return str(pyrage.x25519.Identity.from_str(age_identity(seed, key_id)).to_public())


def _private_file(path: Path, text: str) -> None:
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    path.write_text(text, encoding="utf-8")


def _person_entry(person: Person, seed: int) -> str:
    public = base64.b64encode(signing_key(seed, person.id).public_key().public_bytes_raw()).decode()
    line = f'[[person.reports_to]]\nperson = "{person.reports_to}"\nfrom = {person.begins}\nto = {person.ends}\n'
    return (
        f'[[person]]\nid = "{person.id}"\nname = "{person.name}"\nkey = "{public}"\n'
        f'[[person.holds]]\noffice = "{person.office}"\nagency = "{person.agency}"\n'
        f"from = {person.begins}\nto = {person.ends}\n" + (line if person.reports_to else "")
    )


def _recipient_entry(key_id: str, agency: str, public: str) -> str:
    return (
        f'[[recipient_key]]\nid = "{key_id}"\nagency = "{agency}"\nage = "{public}"\nregistered_on = 2025-05-01\n'
        f'registrars = ["person.custodian.11", "person.custodian.12"]\nto = {NO_END}\n'
    )


def _safeguard_entry(agency: str) -> str:
    return (
        f'[[safeguard]]\nagency = "{agency}"\napproved_on = 2025-01-01\nto = {NO_END}\n'
        f'source = "made up by the lab: no review took place"\n'
    )


def write_registers(folder: Path, seed: int) -> None:
    """The three registers (people, recipients, safeguards) and played-keys/ (mode 0600) below `folder`."""
    registers, keys = folder / "registers", folder / "played-keys"
    registers.mkdir(parents=True, exist_ok=True)
    keys.mkdir(mode=0o700, exist_ok=True)
    identities = {key_id: age_identity(seed, key_id) for key_id, _ in RECIPIENT_KEYS}
    people = "\n".join(_person_entry(person, seed) for person in PEOPLE)
    (registers / "people.toml").write_text(people, encoding="utf-8")
    entries = "\n".join(
        _recipient_entry(key_id, agency, age_recipient(seed, key_id)) for key_id, agency in RECIPIENT_KEYS
    )
    (registers / "recipients.toml").write_text(entries, encoding="utf-8")
    agencies = sorted({agency for _, agency in RECIPIENT_KEYS})
    approvals = "\n".join(_safeguard_entry(agency) for agency in agencies)
    (registers / "safeguards.toml").write_text(approvals, encoding="utf-8")
    for person in PEOPLE:
        secret = base64.b64encode(_secret(seed, person.id)).decode()
        _private_file(keys / f"{person.id}.played.key", f"# {MARK}\n# Ed25519 private key, 32 bytes\n{secret}\n")
    for key_id, identity in identities.items():
        _private_file(keys / f"{key_id}.played.age", f"# {MARK}\n# age identity\n{identity}\n")


def read_played_key(path: Path) -> Ed25519PrivateKey:
    """The signing key in a `.played.key` file; lines that begin with # are remarks."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(lines[0], validate=True))
