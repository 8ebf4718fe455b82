# SPDX-License-Identifier: Apache-2.0
"""Entry point of `lawgate-lab`."""

from lawgate_lab.app import app


def main() -> None:
    """Runs the command line."""
    app()


if __name__ == "__main__":
    main()
