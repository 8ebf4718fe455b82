# SPDX-License-Identifier: Apache-2.0
"""Entry of the hashing process: `python -I -m lawgate.wiring.leaves`, started by the leaves driver and nobody else."""

from lawgate.posts.leaves.child import main

if __name__ == "__main__":
    main()
