# SPDX-License-Identifier: Apache-2.0
"""What a parser of this room raises; the text is a code and a place, never the value that was refused."""

from lawgate.model.fault import LawgateError


class MalformedError(LawgateError):
    """Bytes that are not exactly what the format allows. `code` is stable; `place` says where."""

    stop = "E_MALFORMED"

    def __init__(self, code: str, place: str = "") -> None:
        super().__init__(f"{code} at {place}" if place else code)
        self.code = code
        self.place = place
