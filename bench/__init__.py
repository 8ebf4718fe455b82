# SPDX-License-Identifier: Apache-2.0
"""What the route costs beside what nobody can skip: `python -m bench floors | whole | growth`."""
