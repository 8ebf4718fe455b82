# SPDX-License-Identifier: Apache-2.0
"""Faces for people."""
