# SPDX-License-Identifier: Apache-2.0
"""Law as data: rulebook text to Rulebook, and predicates with their pure meaning."""
