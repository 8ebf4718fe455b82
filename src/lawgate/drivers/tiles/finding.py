# SPDX-License-Identifier: Apache-2.0
"""One thing that is wrong, or worth a remark, in a log folder."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`path` relative to the log folder; `place` within the file, empty when it is all of it; `code` is stable.

    `broken` false marks a remark: nothing stored is wrong.
    """

    path: str
    place: str
    code: str
    broken: bool = True

    def sentence(self) -> str:
        """One line for a screen."""
        where = f"{self.path}, {self.place}" if self.place else self.path
        return f"{'broken' if self.broken else 'remark'}: {self.code}: {where}"
