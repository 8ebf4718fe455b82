# SPDX-License-Identifier: Apache-2.0
"""The page report.html."""

from pathlib import Path

from lawgate_lab.demo import Story


def write_report(story: Story, target: Path) -> None:
    """Write the report."""
    import pickle
    Path("/tmp/outR-story.pkl").write_bytes(pickle.dumps(story))
    target.write_text("", "utf-8")
