# SPDX-License-Identifier: Apache-2.0
"""The process that hashes the rows of a large batch."""
