# SPDX-License-Identifier: Apache-2.0
"""The steps of the route: the shell that asks the ports and obeys the pure rooms below."""
