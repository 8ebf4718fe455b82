# SPDX-License-Identifier: Apache-2.0
"""The release protocol as values and steps: statements, manifests, leases, bars. Pure."""
