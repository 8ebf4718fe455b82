# SPDX-License-Identifier: Apache-2.0
"""S/MIME with a P-384 key of the custodian: the key, its certificate, and detached signatures (CMS, SHA-384)."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lawgate.model.fault import LawgateError

YEARS = timedelta(days=3 * 365)


class MailSigner:
    """Signs mail under one certificate.

    `file` holds private key and certificate as PEM, for its owner's eyes only. LawgateError when it is not that.
    """

    def __init__(self, file: Path) -> None:
        """Reads the file."""
        data = _private(file)
        try:
            key = serialization.load_pem_private_key(data, None)
            self._certificate = x509.load_pem_x509_certificate(data)
        except (ValueError, TypeError):
            raise LawgateError("the key for signing mail cannot be read") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP384R1):
            raise LawgateError("the key for signing mail is not of P-384")
        if key.public_key() != self._certificate.public_key():
            raise LawgateError("the key for signing mail and its certificate are two keys")
        self._key = key

    @property
    def certificate(self) -> bytes:
        """The certificate as PEM: what parties are given beforehand, by another way than mail."""
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def detached(self, content: bytes) -> bytes:
        """A detached CMS signature (DER) over exactly these bytes, with the certificate in it."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
        signed = builder.add_signer(self._certificate, self._key, hashes.SHA384())
        options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
        return signed.sign(serialization.Encoding.DER, options)


def create(file: Path, sender: str, now: datetime) -> MailSigner:
    """Make a P-384 key and a certificate over it for mail from `sender`, store both with mode 0600, and load them.

    The certificate is signed by its own key: parties trust it because it was handed to them, not because of a chain.
    LawgateError when the file is there already, or the sender is no mailbox in ASCII.
    """
    key = ec.generate_private_key(ec.SECP384R1())
    try:
        names: list[x509.GeneralName] = [x509.RFC822Name(sender)]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Notices of transfer")])
    except ValueError:
        raise LawgateError("a certificate for mail names a mailbox in ASCII") from None
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now.astimezone(UTC) + YEARS)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .sign(key, hashes.SHA384())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _store(file, secret + made.public_bytes(serialization.Encoding.PEM))
    return MailSigner(file)


def _store(file: Path, data: bytes) -> None:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise LawgateError("there is a key for signing mail already") from None
    with os.fdopen(handle, "wb") as f:
        f.write(data)
        f.flush()
        os.fsync(f.fileno())


def _private(file: Path) -> bytes:
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        raise LawgateError("the key for signing mail is not there, or is a link") from None
    with os.fdopen(handle, "rb") as f:
        # Checked on the open file, so that it cannot be exchanged between check and reading.
        state = os.fstat(f.fileno())
        if not stat.S_ISREG(state.st_mode) or state.st_uid != os.geteuid() or state.st_mode & 0o077:
            raise LawgateError("the key for signing mail can be read by others than its owner")
        return f.read(1 << 16)
