# SPDX-License-Identifier: Apache-2.0
"""Orders as text and what stands of them at an instant. Pure: texts and times come in as arguments."""
