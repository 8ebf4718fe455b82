# SPDX-License-Identifier: Apache-2.0
"""The lab: made-up people and requests, and everything else that is not the product."""
