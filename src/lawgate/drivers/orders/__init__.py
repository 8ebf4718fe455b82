# SPDX-License-Identifier: Apache-2.0
"""The order register as a folder of numbered files, and the gate as a locked file beside it."""
