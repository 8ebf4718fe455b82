# SPDX-License-Identifier: Apache-2.0
"""The parser child: reads the files of a request in a process that can reach nothing but them."""
