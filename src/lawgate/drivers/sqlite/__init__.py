# SPDX-License-Identifier: Apache-2.0
"""SQLite: the case store of the embedded default."""
