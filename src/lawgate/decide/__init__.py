# SPDX-License-Identifier: Apache-2.0
"""Judgment: findings, decision, explanation. Pure."""
