# SPDX-License-Identifier: Apache-2.0
"""A witness somewhere else, asked by HTTP as C2SP tlog-witness says. Whatever it answers is distrusted.

Each question has a bound in time and in bytes, follows no redirect, uses no proxy and no setting of the environment.
An answer counts only as far as its signatures hold; who else could have sent it makes no difference.
"""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

import httpx2

from lawgate.ledger.errors import MalformedError
from lawgate.ledger.note import COSIGNATURE, Note, NoteKey, Verify, endorsements, parse, parse_note_lines
from lawgate.ledger.witness import MAX_ANSWER, STATUS, Asked, origin_hash, parse_size
from lawgate.ports.log import WitnessConflictError, WitnessRefusalError

SECONDS = 5.0
"""A witness that has not answered in whole by then is away."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_BODY = "application/octet-stream"
_UNREACHED = (httpx2.HTTPError, httpx2.StreamError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes


class RemoteWitness:
    """A `Witness` (see `ports.log`) behind an address, known by its public key.

    `place` is its submission prefix, also used for reading. ValueError when the key is not of type 0x04 or the
    address is not `https://…`, or `http://` on this machine, without user, query or fragment. `transport` stands for
    the network in tests.
    """

    def __init__(
        self,
        key: NoteKey,
        place: str,
        verify: Verify,
        seconds: float = SECONDS,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """Nothing is asked yet."""
        if key.kind != COSIGNATURE:
            raise ValueError("a witness is known by a cosigning key")
        self._key, self._place, self._verify = key, checked_place(place), verify
        self._seconds, self._transport = seconds, transport

    @property
    def key(self) -> NoteKey:
        """The key by which it is known."""
        return self._key

    def cosign(self, old_size: int, proof: Sequence[bytes], note: bytes) -> bytes:
        """The one line by this witness's key, checked over this note. See `ports.log.Witness`."""
        if old_size < 0:
            raise self._refusal("size_order")
        answer = self._ask("add-checkpoint", Asked(old_size, tuple(proof), note).render())
        if answer.status == 409:
            raise WitnessConflictError(self._key.name, self._size(answer.body))
        if answer.status != 200:
            raise self._refused(answer)
        try:
            return _own_line(answer.body, note, self._key, self._verify)
        except MalformedError:
            raise self._refusal("malformed") from None

    def latest(self, origin: str) -> bytes | None:
        """The note it shows for this origin, if its own cosignature holds; WitnessRefusalError otherwise."""
        answer = self._ask(f"{origin_hash(origin)}/checkpoint", None)
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise self._refused(answer)
        try:
            note = parse(answer.body)
            held = endorsements(note, [self._key], self._verify)
        except MalformedError:
            raise self._refusal("malformed") from None
        if not held or note.text.partition("\n")[0] != origin:
            raise self._refusal("malformed")
        return answer.body

    def _ask(self, path: str, body: bytes | None) -> _Answer:
        try:
            return asyncio.run(asyncio.wait_for(self._exchange(f"{self._place}/{path}", body), self._seconds))
        except _UNREACHED:
            raise self._refusal("unavailable") from None

    async def _exchange(self, url: str, body: bytes | None) -> _Answer:
        # Without TLS the context is never used; this one trusts nobody, and is not read from the disk each time.
        secure = True if url.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        headers = {"accept-encoding": "identity", **({} if body is None else {"content-type": _BODY})}
        async with (
            httpx2.AsyncClient(
                verify=secure, trust_env=False, follow_redirects=False, timeout=self._seconds, transport=self._transport
            ) as client,
            client.stream("GET" if body is None else "POST", url, content=body, headers=headers) as response,
        ):
            read = bytearray()
            async for piece in response.aiter_raw():
                read += piece
                if len(read) > MAX_ANSWER:
                    raise self._refusal("malformed")
            return _Answer(response.status_code, bytes(read))

    def _size(self, body: bytes) -> int:
        try:
            return parse_size(body)
        except MalformedError:
            raise self._refusal("malformed") from None

    def _refused(self, answer: _Answer) -> WitnessRefusalError:
        """The refusal of this status; among several of one status the body may name which."""
        codes = [code for code, status in STATUS.items() if status == answer.status]
        named = [code for code in codes if answer.body == f"{code}\n".encode()]
        return self._refusal((named or codes or ["unavailable"])[0])

    def _refusal(self, code: str) -> WitnessRefusalError:
        return WitnessRefusalError(self._key.name, code)


def checked_place(place: str) -> str:
    """The address without a slash at its end. ValueError when nothing may be asked there."""
    try:
        url = httpx2.URL(place)
    except httpx2.InvalidURL:
        raise ValueError("this is no address of a witness") from None
    here = url.scheme == "http" and url.host in LOOPBACK
    if not (here or url.scheme == "https") or not url.host or url.userinfo or url.query or url.fragment:
        raise ValueError("a witness is asked by https, or by http on this machine")
    return str(url).rstrip("/")


def _own_line(body: bytes, note: bytes, key: NoteKey, verify: Verify) -> bytes:
    """The line by this key out of all lines of an answer; lines by other keys are not looked at."""
    own = [line for line in parse_note_lines(body) if (line.name, line.key_id) == (key.name, key.key_id)]
    if len(own) != 1 or not endorsements(Note(parse(note).text, tuple(own)), [key], verify):
        raise MalformedError("signature_line", key.name)
    return own[0].render().encode()
