# SPDX-License-Identifier: Apache-2.0
"""Every Notifier signs what it sends, never sends in the clear abroad, follows nobody, and believes no answer."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from hashlib import sha256
from pathlib import Path

import httpx2
import pytest

from contract.served import HOST, Hook, Mailbox, certificate, hook_server, mail_server
from lawgate.drivers.clock.system import SystemClock
from lawgate.drivers.keys import KeySigner, verify
from lawgate.drivers.smtp.mail import MailPlace, SignedMail
from lawgate.drivers.smtp.smime import MailSigner, create
from lawgate.drivers.webhook.post import MAX_ANSWER, SignedPost
from lawgate.drivers.webhook.signed import check, headers
from lawgate.model.fault import LawgateError
from lawgate.ports.notify import Notifier, NotifyError, Parcel

SENDER, MAILBOX = "notices@custodian.example", "counsel@organisation.example"
PAPER = b'{"format":"lawgate-notice-1"}'
PARCEL = Parcel(
    PAPER, sha256(PAPER).hexdigest(), "Notice of transfer: package p1", "Two people.\nÀ plain word.\n", b"%PDF-1.7 x"
)
KEY = KeySigner("notice", 1, b"\x21" * 32)


@dataclass
class Reached:
    """A way out with the other side beside it: where to send, how often something came, a switch to refuse."""

    way: Notifier
    where: str
    came: Callable[[], int]
    refuse: Callable[[], None]
    nowhere: str


def mail_way(port: int, signer: MailSigner, **other: object) -> SignedMail:
    place = {"host": HOST, "port": port, "tls": "none", "sender": SENDER, "seconds": 5.0}
    return SignedMail(MailPlace(**{**place, **other}), signer, SystemClock())


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> MailSigner:
    return create(tmp_path_factory.mktemp("keys") / "mail.pem", SENDER, datetime.now(UTC))


@contextmanager
def by_mail(signer: MailSigner) -> Iterator[Reached]:
    box = Mailbox()
    with mail_server(box) as port:
        yield Reached(
            mail_way(port, signer), MAILBOX, lambda: len(box.taken), lambda: setattr(box, "takes", False), "a b@c.d"
        )


@contextmanager
def by_post() -> Iterator[Reached]:
    hook = Hook(lambda body: (200, {}, b"a receipt"))
    with hook_server(hook) as url:
        refused = (403, {}, b"")
        yield Reached(
            SignedPost(KEY, SystemClock(), 5.0),
            url,
            lambda: len(hook.posted),
            lambda: setattr(hook, "answer", lambda body: refused),
            "gopher://x",
        )


@pytest.fixture(params=["smtp", "webhook"])
def reached(request: pytest.FixtureRequest, signer: MailSigner) -> Iterator[Reached]:
    with by_mail(signer) if request.param == "smtp" else by_post() as made:
        yield made


def test_a_parcel_is_handed_over(reached: Reached) -> None:
    assert reached.way.send(reached.where, PARCEL).reference
    assert reached.came() == 1


def test_who_does_not_take_it_is_told_apart_and_never_named(reached: Reached) -> None:
    reached.refuse()
    with pytest.raises(NotifyError) as refused:
        reached.way.send(reached.where, PARCEL)
    assert refused.value.code == "refused"
    assert reached.where not in str(refused.value)


def test_what_is_no_address_is_sent_nothing(reached: Reached) -> None:
    with pytest.raises(NotifyError) as refused:
        reached.way.send(reached.nowhere, PARCEL)
    assert refused.value.code == "address"
    assert reached.nowhere not in str(refused.value)
    assert reached.came() == 0


@pytest.fixture
def deaf() -> Iterator[int]:
    """A port at which somebody listens and never answers."""
    with socket.socket() as made:
        made.bind((HOST, 0))
        made.listen(1)
        yield made.getsockname()[1]


def test_it_ends_within_its_time(deaf: int, signer: MailSigner) -> None:
    ways = [
        (mail_way(deaf, signer, seconds=0.5), MAILBOX),
        (SignedPost(KEY, SystemClock(), 0.5), f"http://{HOST}:{deaf}/"),
    ]
    for way, where in ways:
        start = time.monotonic()
        with pytest.raises(NotifyError) as refused:
            way.send(where, PARCEL)
        assert refused.value.code == "unreached"
        assert time.monotonic() - start < 5


def test_nobody_there(signer: MailSigner) -> None:
    with socket.socket() as made:
        made.bind((HOST, 0))
        port = made.getsockname()[1]
    for way, where in (
        (mail_way(port, signer), MAILBOX),
        (SignedPost(KEY, SystemClock(), 2.0), f"http://{HOST}:{port}/"),
    ):
        with pytest.raises(NotifyError) as refused:
            way.send(where, PARCEL)
        assert refused.value.code == "unreached"


# --- mail ---


def sent(signer: MailSigner) -> bytes:
    box = Mailbox()
    with mail_server(box) as port:
        mail_way(port, signer).send(MAILBOX, PARCEL)
    (sender, mailbox, _, data) = box.taken[0]
    assert (sender, mailbox) == (SENDER, MAILBOX)
    return data


def test_a_mail_carries_words_paper_and_page(signer: MailSigner) -> None:
    mail = message_from_bytes(sent(signer), policy=default)
    assert not mail.defects
    assert (mail["subject"], mail["to"], mail["from"]) == (PARCEL.subject, MAILBOX, SENDER)
    assert mail["disposition-notification-to"] == SENDER
    assert PARCEL.digest in mail["message-id"]
    assert mail.get_content_type() == "multipart/signed"
    parts = {part.get_content_type(): part for part in mail.walk()}
    assert parts["text/plain"].get_content().replace("\r\n", "\n") == PARCEL.words
    assert parts["application/json"].get_content() == PARCEL.paper
    assert parts["application/pdf"].get_content() == PARCEL.page


def checked(need: Callable[[str], Path], folder: Path, data: bytes, trusted: bytes) -> subprocess.CompletedProcess:
    (folder / "mail.eml").write_bytes(data)
    (folder / "trusted.pem").write_bytes(trusted)
    command = [need("openssl"), "cms", "-verify", "-in", folder / "mail.eml", "-CAfile", folder / "trusted.pem"]
    return subprocess.run([*command, "-partial_chain", "-purpose", "smimesign"], capture_output=True, check=False)


def test_openssl_verifies_the_mail(need: Callable[[str], Path], signer: MailSigner, tmp_path: Path) -> None:
    data = sent(signer)
    done = checked(need, tmp_path, data, signer.certificate)
    assert done.returncode == 0, done.stderr
    assert PARCEL.paper in message_from_bytes(done.stdout, policy=default).as_bytes() or b"notice.json" in done.stdout
    shown = subprocess.run(
        [need("openssl"), "cms", "-cmsout", "-print", "-in", tmp_path / "mail.eml"], capture_output=True, check=True
    ).stdout
    assert b"sha384" in shown
    assert b"ecdsa-with-SHA384" in shown
    # One sign of the words changed, or another certificate trusted: it does not verify.
    assert checked(need, tmp_path, data.replace(b"Two people", b"Ten people"), signer.certificate).returncode != 0
    other = create(tmp_path / "other.pem", SENDER, datetime.now(UTC))
    assert checked(need, tmp_path, data, other.certificate).returncode != 0


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_mail_goes_by_tls_to_a_server_that_shows_who_it_is(tls: str, signer: MailSigner, tmp_path: Path) -> None:
    box, chain = Mailbox(), certificate(tmp_path)
    with mail_server(box, chain, tls=tls == "tls") as port:
        mail_way(port, signer, tls=tls, trusted=chain[0]).send(MAILBOX, PARCEL)
        assert len(box.taken) == 1
        # The library says so of STARTTLS only; a server that is all TLS takes nothing else.
        assert box.secured == [tls == "starttls"]
        # The same server, which nobody vouches for.
        with pytest.raises(NotifyError) as refused:
            mail_way(port, signer, tls=tls).send(MAILBOX, PARCEL)
        assert refused.value.code == "insecure"
    assert len(box.taken) == 1


def test_a_server_without_tls_is_sent_nothing(signer: MailSigner) -> None:
    box = Mailbox()
    with mail_server(box) as port, pytest.raises(NotifyError) as refused:
        mail_way(port, signer, tls="starttls").send(MAILBOX, PARCEL)
    assert (refused.value.code, box.taken) == ("insecure", [])


@pytest.mark.parametrize(
    "place",
    [
        {"tls": "none", "host": "mail.custodian.example"},
        {"tls": "maybe"},
        {"sender": "two@a.example, three@b.example"},
        {"sender": "a@b\nBcc: x@y"},
    ],
)
def test_no_place_sends_in_the_clear_abroad(place: dict[str, str], signer: MailSigner) -> None:
    with pytest.raises(ValueError):
        mail_way(25, signer, **place)


@pytest.mark.parametrize("mailbox", ["", "a", "@b", "a@", "a@b\r\nBcc: c@d", "a@b, c@d", "<a@b>", "ä@b.example"])
def test_one_mailbox_and_nothing_else(mailbox: str, signer: MailSigner) -> None:
    with pytest.raises(NotifyError) as refused:
        mail_way(1, signer).send(mailbox, PARCEL)
    assert refused.value.code == "address"


def test_the_key_for_mail_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "mail.pem"
    create(file, SENDER, datetime.now(UTC))
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(LawgateError, match="already"):
        create(file, SENDER, datetime.now(UTC))
    file.chmod(0o640)
    with pytest.raises(LawgateError, match="others"):
        MailSigner(file)
    file.chmod(0o600)
    (tmp_path / "link.pem").symlink_to(file)
    with pytest.raises(LawgateError, match="link"):
        MailSigner(tmp_path / "link.pem")
    two = create(tmp_path / "two.pem", SENDER, datetime.now(UTC)).certificate
    file.write_bytes(file.read_bytes().split(b"-----BEGIN CERT")[0] + two)
    with pytest.raises(LawgateError, match="two keys"):
        MailSigner(file)
    file.write_bytes(b"no key")
    with pytest.raises(LawgateError, match="cannot be read"):
        MailSigner(file)


# --- webhook ---


def posted(answer: Callable[[bytes], tuple[int, dict[str, str], bytes]]) -> tuple[object, Hook, str]:
    hook = Hook(answer)
    with hook_server(hook) as url:
        try:
            found: object = SignedPost(KEY, SystemClock(), 5.0).send(url, PARCEL)
        except NotifyError as error:
            found = error.code
    return found, hook, url


def test_a_posting_is_the_paper_signed() -> None:
    found, hook, url = posted(lambda body: (200, {}, b"a receipt"))
    ((path, fields, body),) = hook.posted
    assert (path, body) == ("/notice", PARCEL.paper)
    created = check(KEY.public_key, "POST", url, fields, body, verify)
    assert created is not None and abs(created - time.time()) < 60
    assert found.receipt == b"a receipt"


def test_only_an_answer_200_can_be_a_receipt() -> None:
    for status in (201, 202):
        found, _, _ = posted(lambda body, status=status: (status, {}, b"a receipt"))
        assert found.receipt == b""


def test_nobody_is_followed() -> None:
    elsewhere = Hook(lambda body: (200, {}, b""))
    with hook_server(elsewhere) as url:
        for status in (301, 302, 307, 308):
            found, _, _ = posted(lambda body, status=status: (status, {"location": url}, b""))
            assert found == "refused"
    assert elsewhere.posted == []


def test_more_than_is_read_is_no_answer() -> None:
    found, _, _ = posted(lambda body: (200, {}, b"x" * (MAX_ANSWER + 1)))
    assert found == "answer"


class Nothing(httpx2.AsyncByteStream):
    """A body of no bytes, not read yet."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b""


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("http://organisation.example/notice", "insecure"),
        ("http://127.0.0.1.example/notice", "insecure"),
        ("https://user:word@organisation.example/", "address"),
        ("https://organisation.example/#part", "address"),
        ("ftp://organisation.example/", "address"),
        ("https://", "address"),
        ("", "address"),
    ],
)
def test_it_is_posted_by_https_or_to_this_machine(where: str, code: str) -> None:
    asked = list[httpx2.Request]()

    def transport(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, stream=Nothing())

    way = SignedPost(KEY, SystemClock(), 5.0, httpx2.MockTransport(transport))
    with pytest.raises(NotifyError) as refused:
        way.send(where, PARCEL)
    assert (refused.value.code, asked) == (code, [])
    way.send("https://organisation.example/notice", PARCEL)
    assert len(asked) == 1


def test_anything_changed_is_not_signed() -> None:
    url, body = "https://organisation.example/n", b"{}"
    fields = headers(KEY, "POST", url, "application/json", body, 1_900_000_000)
    assert check(KEY.public_key, "POST", url, fields, body, verify) == 1_900_000_000
    other = KeySigner("other", 1, b"\x22" * 32).public_key
    assert check(other, "POST", url, fields, body, verify) is None
    assert check(KEY.public_key, "PUT", url, fields, body, verify) is None
    assert check(KEY.public_key, "POST", url + "o", fields, body, verify) is None
    assert check(KEY.public_key, "POST", url, fields, b"{ }", verify) is None
    for name in fields:
        lost = {k: v for k, v in fields.items() if k != name}
        assert check(KEY.public_key, "POST", url, lost, body, verify) is None
    late = fields["signature-input"].replace("1900000000", "1900000001")
    assert check(KEY.public_key, "POST", url, {**fields, "signature-input": late}, body, verify) is None
