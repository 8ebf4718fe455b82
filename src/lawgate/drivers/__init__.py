# SPDX-License-Identifier: Apache-2.0
"""One folder for each thing outside the program; drivers know the ports and nothing of each other."""
