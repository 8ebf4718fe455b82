# SPDX-License-Identifier: Apache-2.0
"""What may be handed out now, from leaves, papers, docket and registers. Pure: office and key keeper ask it alike."""
