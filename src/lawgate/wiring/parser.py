# SPDX-License-Identifier: Apache-2.0
"""Entry of the parser child: `python -I -m lawgate.wiring.parser`, started by the parser driver and nobody else."""

from __future__ import annotations

import os
import sys
from importlib.abc import MetaPathFinder


class OnlyArrow(MetaPathFinder):
    """Arrow works without numpy and pandas. The child starts sooner without them, and holds less that could be misused.

    Pandas is looked for at the first conversion, when the child can open no file any more.
    """

    def find_spec(self, fullname: str, _path: object, _target: object = None) -> None:
        """ModuleNotFoundError for the two; nothing to say about any other module."""
        if fullname in ("numpy", "pandas"):
            raise ModuleNotFoundError(f"the parser child has no {fullname}", name=fullname)


if __name__ == "__main__":
    # Arrow chooses its allocator when it is first imported. The others set aside a gigabyte of address space at once,
    # which the child's ceiling on memory would count.
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"
    sys.meta_path.insert(0, OnlyArrow())
    from lawgate.posts.parser.child import main

    main()
