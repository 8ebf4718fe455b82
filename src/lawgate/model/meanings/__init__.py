# SPDX-License-Identifier: Apache-2.0
"""Every code that somebody can meet, except those with a table of their own: faults of a request, clauses of a law."""
