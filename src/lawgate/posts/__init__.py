# SPDX-License-Identifier: Apache-2.0
"""Programs that run apart from the gate: each gets the little it needs and can reach nothing else."""
