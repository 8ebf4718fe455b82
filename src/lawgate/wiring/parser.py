# SPDX-License-Identifier: Apache-2.0
"""Entry of the parser child: `python -I -m lawgate.wiring.parser`, started by the parser driver and nobody else."""

from __future__ import annotations

from lawgate.posts.parser.child import main

if __name__ == "__main__":
    main()
