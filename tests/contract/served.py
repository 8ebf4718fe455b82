# SPDX-License-Identifier: Apache-2.0
"""Servers for the suite of notifiers, on this machine only: one keeps the mail it took, one is a party's program."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"


@dataclass
class Mailbox:
    """What a mail server took: sender, mailbox, options, bytes; and whether it takes anything."""

    takes: bool = True
    taken: list[tuple[str, str, list[str], bytes]] = field(default_factory=list)
    secured: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 the name the library calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not self.takes:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 as above
        options = [*envelope.mail_options, *envelope.rcpt_options]
        self.taken.append((str(envelope.mail_from), envelope.rcpt_tos[0], options, bytes(envelope.original_content)))
        self.secured.append(session.ssl is not None)
        return "250 OK"


@contextmanager
def mail_server(box: Mailbox, certificate: tuple[Path, Path] | None = None, *, tls: bool = False) -> Iterator[int]:
    """A mail server; its port. With a certificate (chain, key) it offers STARTTLS, or is all TLS."""
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
    made = Controller(
        box,
        hostname=HOST,
        port=free_port(),
        ssl_context=context if tls else None,
        tls_context=None if tls else context,
    )
    made.start()
    try:
        yield made.port
    finally:
        made.stop()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as made:
        made.bind((HOST, 0))
        return int(made.getsockname()[1])


def certificate(folder: Path, name: str = HOST) -> tuple[Path, Path]:
    """A certificate for this machine, signed by its own key: files with the certificate and the key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "server.pem", folder / "server.key"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, secret


@dataclass
class Hook:
    """What a party's program was posted (path, headers, body), and what it answers."""

    answer: Callable[[bytes], tuple[int, dict[str, str], bytes]]
    posted: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def hook_server(hook: Hook) -> Iterator[str]:
    """A party's program; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            hook.posted.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            status, fields, answer = hook.answer(body)
            self.send_response(status)
            for name, value in {"content-length": str(len(answer)), **fields}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    made = HTTPServer((HOST, 0), Handler)
    thread = Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{made.server_port}/notice"
    finally:
        made.shutdown()
        made.server_close()
        thread.join(5)
