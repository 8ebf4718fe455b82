# SPDX-License-Identifier: Apache-2.0
"""lawgate: the gate between confidential records and everyone who asks for them."""

__version__ = "0.1.0"
