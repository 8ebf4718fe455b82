# SPDX-License-Identifier: Apache-2.0
"""Batch measures: what a whole request says about itself."""
