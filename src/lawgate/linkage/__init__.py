# SPDX-License-Identifier: Apache-2.0
"""Address and name grammar, match plan, and the reference scorer engines are compared with."""
