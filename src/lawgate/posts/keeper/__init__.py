# SPDX-License-Identifier: Apache-2.0
"""The key keeper: a program of its own that holds the identities and sees for itself before one of them goes."""
