# SPDX-License-Identifier: Apache-2.0
"""Pages for everybody: plain files, no server, no script, nothing from the network."""
