# SPDX-License-Identifier: Apache-2.0
"""Sealing with age."""
