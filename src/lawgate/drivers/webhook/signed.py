# SPDX-License-Identifier: Apache-2.0
"""HTTP Message Signatures (RFC 9421) with Ed25519, over a digest of the body (RFC 9530): made and checked."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import sha256

from lawgate.ledger.note import Verify
from lawgate.ports.signing import Signer

COVERED = ("@method", "@target-uri", "content-type", "content-digest")
LABEL = "lawgate"
_INPUT = re.compile(
    rf'{LABEL}=(?P<params>\("@method" "@target-uri" "content-type" "content-digest"\)'
    r';created=(?P<created>[0-9]{1,12});keyid="(?P<keyid>[0-9a-f]{64})";alg="ed25519")'
)
_SIGNATURE = re.compile(rf"{LABEL}=:(?P<value>[A-Za-z0-9+/]+=*):")


def headers(signer: Signer, method: str, url: str, kind: str, body: bytes, created: int) -> dict[str, str]:
    """The header fields of a signed request: content type, digest, what is signed, and the signature.

    `created` is a POSIX second; `keyid` is the public key in hex, by which the other side knows it.
    """
    digest = content_digest(body)
    names = " ".join(f'"{name}"' for name in COVERED)
    params = f'({names});created={created};keyid="{signer.public_key.hex()}";alg="ed25519"'
    base = _base(method, url, kind, digest, params)
    return {
        "content-type": kind,
        "content-digest": digest,
        "signature-input": f"{LABEL}={params}",
        "signature": f"{LABEL}=:{b64encode(signer.sign(base)).decode()}:",
    }


def content_digest(body: bytes) -> str:
    """The field `Content-Digest` of a body."""
    return f"sha-256=:{b64encode(sha256(body).digest()).decode()}:"


def check(
    public_key: bytes, method: str, url: str, fields: Mapping[str, str], body: bytes, verify: Verify
) -> int | None:
    """When the request was signed (POSIX second) by this key over this body; None when it was not.

    `fields` has the header fields by lower-case name. Whether the second is recent enough is the caller's to say.
    """
    said = _INPUT.fullmatch(fields.get("signature-input", ""))
    signature = _SIGNATURE.fullmatch(fields.get("signature", ""))
    digest = fields.get("content-digest", "")
    if said is None or signature is None or digest != content_digest(body) or said["keyid"] != public_key.hex():
        return None
    base = _base(method, url, fields.get("content-type", ""), digest, said["params"])
    return int(said["created"]) if verify(public_key, base, b64decode(signature["value"])) else None


def _base(method: str, url: str, kind: str, digest: str, params: str) -> bytes:
    values = dict(zip(COVERED, (method, url, kind, digest), strict=True))
    lines = [f'"{name}": {value}' for name, value in values.items()]
    return "\n".join([*lines, f'"@signature-params": {params}']).encode("ascii")
