# SPDX-License-Identifier: Apache-2.0
"""`POST /add-checkpoint` and `GET /<origin hash>/checkpoint` of C2SP tlog-witness, and nothing else.

There is no login: the signature on the head is what counts. Nothing about a caller is written down.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from lawgate.ledger.errors import MalformedError
from lawgate.ledger.witness import MAX_REQUEST, SIZE_TYPE, STATUS, origin_hash, parse_asked
from lawgate.ports.log import Witness, WitnessConflictError, WitnessRefusalError

SECONDS = 10.0
"""Whoever sends a request slower than this is not waited for."""
TEXT = "text/plain; charset=utf-8"


def build(witness: Witness, origins: Callable[[], Iterable[str]], seconds: float = SECONDS) -> Starlette:
    """The application over one witness; `origins` names the logs it knows, asked anew each time."""

    async def add_checkpoint(request: Request) -> Response:
        try:
            body = await asyncio.wait_for(request.body(), seconds)
        except (TimeoutError, ClientDisconnect):
            return Response("", 408)
        try:
            asked = parse_asked(body)
        except MalformedError:
            return _said("malformed")
        try:
            line = await run_in_threadpool(witness.cosign, asked.old_size, asked.proof, asked.note)
        except WitnessConflictError as conflict:
            # The type is given as a header: Starlette would add a charset to a text type, and the protocol names none.
            return Response(f"{conflict.size}\n", STATUS["conflict"], {"content-type": SIZE_TYPE})
        except WitnessRefusalError as refusal:
            return _said(refusal.code)
        except MalformedError:
            # The list of logs cannot be read: nothing is known, and nothing is signed.
            return _said("memory")
        return Response(line, media_type=TEXT)

    async def checkpoint(request: Request) -> Response:
        wanted = request.path_params["origin"]
        try:
            origin = next((each for each in origins() if origin_hash(each) == wanted), None)
            note = None if origin is None else await run_in_threadpool(witness.latest, origin)
        except WitnessRefusalError as refusal:
            return _said(refusal.code)
        except MalformedError:
            return _said("memory")
        return Response("", 404) if note is None else Response(note, media_type=TEXT)

    routes = [
        Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
        Route("/{origin}/checkpoint", checkpoint, methods=["GET"]),
    ]
    return Starlette(routes=routes, max_body_size=MAX_REQUEST)


def _said(why: str) -> Response:
    return Response(f"{why}\n", STATUS.get(why, 503), media_type=TEXT)
