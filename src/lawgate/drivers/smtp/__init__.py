# SPDX-License-Identifier: Apache-2.0
"""Notice by signed mail."""
