# SPDX-License-Identifier: Apache-2.0
"""Entry of the parser child: `python -I -m lawgate.wiring.parser`, started by the parser driver and nobody else."""

from __future__ import annotations

import os

if __name__ == "__main__":
    # Arrow chooses its allocator when it is first imported. The others set aside a gigabyte of address space at once,
    # which the child's ceiling on memory would count.
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"
    from lawgate.posts.parser.child import main

    main()
