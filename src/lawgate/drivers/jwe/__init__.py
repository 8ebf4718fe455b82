# SPDX-License-Identifier: Apache-2.0
"""Sealing with approved algorithms only: JWE with P-384 and AES-256-GCM."""
