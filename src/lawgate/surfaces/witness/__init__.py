# SPDX-License-Identifier: Apache-2.0
"""A witness by HTTP: C2SP tlog-witness over any `Witness`."""

from lawgate.surfaces.witness.app import build

__all__ = ["build"]
