# SPDX-License-Identifier: Apache-2.0
"""What the steps of the route need from outside, as Protocols with a contract each."""
