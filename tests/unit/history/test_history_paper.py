# SPDX-License-Identifier: Apache-2.0
"""The paper two people sign: one spelling, two humans in two offices of the custodian, both signatures."""

from datetime import UTC, date, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lawgate.drivers.keys.verify import verify
from lawgate.model.fault import Refused
from lawgate.model.period import Span
from lawgate.model.request import Person, Registers, Tenure
from lawgate.office.history_paper import AuditPaper, list_digest, parse, render, require_signed, require_two

DAY = date(2030, 5, 6)
PAPER = AuditPaper("a" * 64, "book-1", "b" * 64, datetime(2030, 5, 1, tzinfo=UTC), DAY, ("p.1", "p.2"), "why")


def person(id: str, office: str, seed: int, agency: str = "keeper", ends: date | None = None) -> Person:
    key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32).public_key().public_bytes_raw()
    return Person(id, id, key, (Tenure(office, agency, Span(date(2030, 1, 1), ends)),))


PEOPLE = (
    person("p.1", "keeper.reviewer", 1),
    person("p.2", "keeper.docket", 2),
    person("p.3", "keeper.reviewer", 3),
    person("p.4", "other.head", 4, "other"),
    person("p.5", "keeper.docket", 1),  # the same human as p.1, in another office
    person("p.6", "keeper.docket", 6, ends=date(2030, 5, 6)),
)


def registers() -> Registers:
    return Registers({each.id: each for each in PEOPLE}, {}, {}, "0" * 64)


def test_printing_a_read_paper_gives_its_bytes() -> None:
    assert parse(render(PAPER)) == PAPER


@pytest.mark.parametrize(
    "spoilt",
    [
        render(PAPER).replace(b'":"', b'": "', 1),
        render(PAPER).replace(b"why", b" why"),
        render(PAPER).replace(b"p.1", b"900-00-0001"),
        render(PAPER).replace(b"lawgate-history-audit-1", b"lawgate-history-audit-2"),
        b"{}",
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_another_spelling_is_no_paper(spoilt: bytes) -> None:
    with pytest.raises(Refused) as refused:
        parse(spoilt)
    assert refused.value.code == "audit_form"


@pytest.mark.parametrize(
    ("people", "outside"),
    [
        (("p.1",), ()),
        (("p.1", "p.1"), ()),
        (("p.1", "p.2", "p.3"), ()),
        (("p.1", "p.3"), ()),  # one office
        (("p.1", "p.4"), ()),  # another agency
        (("p.1", "p.5"), ()),  # one human
        (("p.1", "p.6"), ()),  # whose office ended that day
        (("p.1", "p.9"), ()),  # nobody
        (("p.1", "p.2"), ("P.2",)),  # who sent it, in another letter case
    ],
)
def test_who_may_not_sign_together(people: tuple[str, ...], outside: tuple[str, ...]) -> None:
    with pytest.raises(Refused) as refused:
        require_two(registers(), "keeper.reviewer", DAY, people, frozenset(outside))
    assert refused.value.code == "audit_people"


def test_who_may_sign_together() -> None:
    found = require_two(registers(), "keeper.reviewer", DAY, ("p.2", "p.3"), frozenset({"p.5"}))
    assert [each.id for each in found] == ["p.2", "p.3"]


def test_a_human_who_asked_under_another_id_may_not_sign() -> None:
    with pytest.raises(Refused):
        require_two(registers(), "keeper.reviewer", DAY, ("p.1", "p.2"), frozenset({"p.5"}))


def test_both_have_to_sign() -> None:
    keys = [Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32) for seed in (1, 2)]
    signed = render(PAPER)
    both = [key.sign(signed) for key in keys]
    require_signed(PEOPLE[:2], signed, both, verify)
    for some in ([], both[:1], both[1:], [both[0], both[0]], [both[0], keys[1].sign(signed + b" ")]):
        with pytest.raises(Refused) as refused:
            require_signed(PEOPLE[:2], signed, some, verify)
        assert refused.value.code == "audit_signature"


def test_the_digest_of_a_list_is_what_sha256sum_says() -> None:
    digests = {"b": "2" * 64, "a": "1" * 64}
    assert list_digest(digests) == "7365ea48c8a3989cf164ca67f5d934c9a11269a628308b0fe529b6e4bc1c694d"
