# SPDX-License-Identifier: Apache-2.0
"""`ports.notify.Notifier` by HTTP: the paper is posted, signed; the answer may be the party's own receipt.

Each posting has a bound in time and in bytes, follows no redirect, uses no proxy and no setting of the environment.
"""

from __future__ import annotations

import asyncio
import ssl

import httpx2

from lawgate.drivers.webhook.signed import headers
from lawgate.ports.clock import Clock
from lawgate.ports.notify import Handed, NotifyError, Parcel
from lawgate.ports.signing import Signer

SECONDS = 10.0
MAX_ANSWER = 64 * 1024
KIND = "application/json"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
TAKEN = (200, 201, 202, 204)
_UNREACHED = (httpx2.HTTPError, httpx2.StreamError, OSError, TimeoutError)


class SignedPost:
    """Posts under one Ed25519 key of the custodian. `transport` stands for the network in tests."""

    def __init__(
        self,
        signer: Signer,
        clock: Clock,
        seconds: float = SECONDS,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """Nothing is opened yet."""
        self._signer, self._clock = signer, clock
        self._seconds, self._transport = seconds, transport

    def send(self, where: str, parcel: Parcel) -> Handed:
        """See `ports.notify.Notifier`. `receipt` is the body of an answer 200; an answer of another kind has none."""
        url = _place(where)
        try:
            status, body = asyncio.run(asyncio.wait_for(self._exchange(url, parcel.paper), self._seconds))
        except _UNREACHED:
            raise NotifyError("unreached") from None
        if status not in TAKEN:
            raise NotifyError("refused")
        return Handed(parcel.digest, body if status == 200 else b"")

    async def _exchange(self, url: str, body: bytes) -> tuple[int, bytes]:
        # Without TLS the context is never used; this one trusts nobody, and is not read from the disk each time.
        secure = True if url.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        created = int(self._clock.now().timestamp())
        signed = {"accept-encoding": "identity", **headers(self._signer, "POST", url, KIND, body, created)}
        async with (
            httpx2.AsyncClient(
                verify=secure, trust_env=False, follow_redirects=False, timeout=self._seconds, transport=self._transport
            ) as client,
            client.stream("POST", url, content=body, headers=signed) as response,
        ):
            read = bytearray()
            async for piece in response.aiter_raw():
                read += piece
                if len(read) > MAX_ANSWER:
                    raise NotifyError("answer")
            return response.status_code, bytes(read)


def _place(where: str) -> str:
    """The address as it is signed and asked. NotifyError when nothing may be sent there."""
    try:
        url = httpx2.URL(where)
    except httpx2.InvalidURL:
        raise NotifyError("address") from None
    if not url.host or url.userinfo or url.fragment or url.scheme not in ("http", "https"):
        raise NotifyError("address")
    if url.scheme == "http" and url.host not in LOOPBACK:
        raise NotifyError("insecure")
    return str(url)
