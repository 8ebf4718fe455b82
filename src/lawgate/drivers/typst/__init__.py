# SPDX-License-Identifier: Apache-2.0
"""Pages to keep: PDF/A and PDF/UA, made by typst with its own fonts and no network."""
