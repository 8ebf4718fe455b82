# SPDX-License-Identifier: Apache-2.0
"""The clock of the machine."""
