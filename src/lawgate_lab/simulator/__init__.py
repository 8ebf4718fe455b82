# SPDX-License-Identifier: Apache-2.0
"""The release protocol under a clock, stores, a net and chance that a seed decides: every run can be had again."""
