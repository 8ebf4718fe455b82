# SPDX-License-Identifier: Apache-2.0
"""The key keeper as the office sees it: a socket to a process of its own."""
