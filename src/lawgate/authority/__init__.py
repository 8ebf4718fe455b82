# SPDX-License-Identifier: Apache-2.0
"""What may be handed out now, told from leaves, papers, docket and registers. Pure: the office and the key keeper ask it."""
