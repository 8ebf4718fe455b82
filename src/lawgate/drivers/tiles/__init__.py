# SPDX-License-Identifier: Apache-2.0
"""The log on disk: a folder in tlog-tiles form, its one writer, its signed head, and the check of every byte."""

from lawgate.drivers.tiles.check import verify
from lawgate.drivers.tiles.finding import Finding
from lawgate.drivers.tiles.reader import TileReader
from lawgate.drivers.tiles.sequencer import publish_head
from lawgate.drivers.tiles.store import TileLog

__all__ = ["Finding", "TileLog", "TileReader", "publish_head", "verify"]
