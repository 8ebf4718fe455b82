# SPDX-License-Identifier: Apache-2.0
"""What the route costs beside what nobody can skip and beside its peers: `python -m bench COMMAND`."""
