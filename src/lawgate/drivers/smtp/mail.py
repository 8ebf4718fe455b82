# SPDX-License-Identifier: Apache-2.0
"""`ports.notify.Notifier` by mail: a signed message handed to one mail server, asked to report the delivery."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path

from lawgate.drivers.smtp.smime import MailSigner
from lawgate.ports.clock import Clock
from lawgate.ports.notify import Handed, NotifyError, Parcel

LOOPBACK = ("localhost", "127.0.0.1", "::1")
STARTTLS, TLS, NONE = "starttls", "tls", "none"
SECONDS = 20.0
_POLICY = SMTP.clone(max_line_length=78)


@dataclass(frozen=True, slots=True)
class MailPlace:
    """The mail server: host, port, `tls` (starttls, tls; none on this machine only), who sends, and how to log in.

    `trusted` is a file of certificates to trust besides none of the system's; None for the system's.
    """

    host: str
    port: int
    tls: str
    sender: str
    user: str = ""
    password: str = ""
    trusted: Path | None = None
    seconds: float = SECONDS


class SignedMail:
    """Sends by one mail server. ValueError for a way that would send in the clear beyond this machine."""

    def __init__(self, place: MailPlace, signer: MailSigner, clock: Clock) -> None:
        """Nothing is opened yet."""
        self.check(place)
        self._place, self._signer, self._clock = place, signer, clock

    @staticmethod
    def check(place: MailPlace) -> None:
        """ValueError for a place that this way out does not use."""
        if place.tls not in (STARTTLS, TLS, NONE) or (place.tls == NONE and place.host not in LOOPBACK):
            raise ValueError("mail goes by starttls or tls; without either on this machine only")
        if not _mailbox(place.sender):
            raise ValueError("the sender is one mailbox")

    def send(self, where: str, parcel: Parcel) -> Handed:
        """See `ports.notify.Notifier`. `reference` is the Message-ID; that the server took it is no service."""
        if not _mailbox(where):
            raise NotifyError("address")
        message, reference = self._message(where, parcel)
        try:
            with self._open() as server:
                self._secure(server)
                self._hand(server, where, message, parcel.digest)
        except ssl.SSLError:
            raise NotifyError("insecure") from None
        except (smtplib.SMTPConnectError, smtplib.SMTPServerDisconnected):
            raise NotifyError("unreached") from None
        except smtplib.SMTPNotSupportedError:
            raise NotifyError("insecure") from None
        except smtplib.SMTPException:
            raise NotifyError("refused") from None
        except OSError:
            raise NotifyError("unreached") from None
        return Handed(reference)

    def _open(self) -> smtplib.SMTP:
        place = self._place
        if place.tls == TLS:
            return smtplib.SMTP_SSL(place.host, place.port, timeout=place.seconds, context=self._context())
        return smtplib.SMTP(place.host, place.port, timeout=place.seconds)

    def _secure(self, server: smtplib.SMTP) -> None:
        server.ehlo()
        if self._place.tls == STARTTLS:
            server.starttls(context=self._context())
            server.ehlo()
        if self._place.user:
            server.login(self._place.user, self._place.password)

    def _context(self) -> ssl.SSLContext:
        trusted = self._place.trusted
        made = ssl.create_default_context(cafile=None if trusted is None else str(trusted))
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        return made

    def _hand(self, server: smtplib.SMTP, where: str, message: bytes, digest: str) -> None:
        mail, rcpt = [], []
        if server.has_extn("dsn"):
            # The digest comes back in the report, so that nobody has to guess what was delivered.
            mail, rcpt = ["RET=HDRS", f"ENVID={digest}"], ["NOTIFY=SUCCESS,FAILURE,DELAY"]
        refused = server.sendmail(self._place.sender, [where], message, mail, rcpt)
        if refused:
            raise NotifyError("refused")

    def _message(self, where: str, parcel: Parcel) -> tuple[bytes, str]:
        """The whole message and its Message-ID. What is signed is every byte between the two boundaries."""
        now = self._clock.now().astimezone(UTC)
        reference = f"<{parcel.digest}.{now:%Y%m%d%H%M%S%f}@{self._place.sender.partition('@')[2]}>"
        content = _content(parcel)
        boundary = f"lawgate-{parcel.digest[:32]}"
        head = _head(self._place.sender, where, parcel.subject, reference, now)
        lines = [
            head,
            "MIME-Version: 1.0\r\n",
            'Content-Type: multipart/signed; protocol="application/pkcs7-signature";\r\n',
            f' micalg=sha-384; boundary="{boundary}"\r\n\r\n',
            f"This message is signed (S/MIME).\r\n--{boundary}\r\n",
        ]
        signature = _attached(self._signer.detached(content))
        return "".join(lines).encode() + content + f"\r\n--{boundary}\r\n".encode() + signature + (
            f"\r\n--{boundary}--\r\n".encode()
        ), reference


def _head(sender: str, where: str, subject: str, reference: str, now: datetime) -> str:
    made = EmailMessage(policy=_POLICY)
    made["From"], made["To"], made["Subject"] = sender, where, subject
    made["Date"], made["Message-ID"] = format_datetime(now), reference
    made["Disposition-Notification-To"] = sender
    return made.as_bytes().decode("ascii").removesuffix("\r\n")


def _content(parcel: Parcel) -> bytes:
    """The part that is signed: words, the paper, the page; all of it in ASCII lines with CRLF."""
    made = EmailMessage(policy=_POLICY)
    made.set_content(parcel.words, cte="quoted-printable")
    made.add_attachment(parcel.paper, maintype="application", subtype="json", filename="notice.json")
    if parcel.page:
        made.add_attachment(parcel.page, maintype="application", subtype="pdf", filename="notice-of-transfer.pdf")
    made.set_boundary(f"paper-{parcel.digest[:32]}")
    del made["MIME-Version"]
    return made.as_bytes().removesuffix(b"\r\n")


def _attached(signature: bytes) -> bytes:
    made = EmailMessage(policy=_POLICY)
    made.set_content(
        signature, maintype="application", subtype="pkcs7-signature", disposition="attachment", filename="smime.p7s"
    )
    del made["MIME-Version"]
    return made.as_bytes().removesuffix(b"\r\n")


def _mailbox(text: str) -> bool:
    """Whether the text is one mailbox and nothing else; a line break would begin another header."""
    local, at, domain = text.rpartition("@")
    plain = text.isascii() and text.isprintable() and not set(text) & set(' <>,;:"()[]\\')
    return plain and bool(local and at and domain) and parseaddr(text)[1] == text
