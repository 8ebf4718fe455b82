# SPDX-License-Identifier: Apache-2.0
"""Sealed packages, their keys, and hand-outs, as folders."""
