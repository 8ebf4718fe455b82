# SPDX-License-Identifier: Apache-2.0
"""Notice by a signed HTTP message."""
