# SPDX-License-Identifier: Apache-2.0
"""The parent of the parser child: starts it, watches it, checks what it says, and writes what was accepted."""
