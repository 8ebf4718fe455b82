# SPDX-License-Identifier: Apache-2.0
"""Rooms as folders on a disk."""
