# SPDX-License-Identifier: Apache-2.0
"""Leaf hashes, made beside the process that needs them."""
