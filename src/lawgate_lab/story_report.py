# SPDX-License-Identifier: Apache-2.0
"""The story as files: story.html, which needs nothing else, and story.json with facts, lines and outcomes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lawgate_lab.report import environment
from lawgate_lab.story import Told
from lawgate_lab.story_facts import Fact
from lawgate_lab.story_screen import BEGINNING, scale
from lawgate_lab.story_told import Scene

PAGE, FORMAT = "story.html.j2", "lawgate-story-1"


def write_story(told: Told, folder: Path) -> None:
    """Write story.html and story.json into `folder`, which exists.

    OSError when they cannot be written; jinja2.UndefinedError when a template asks for something that is not there.
    """
    page = (
        environment()
        .get_template(PAGE)
        .render(told=told, beginning=[each.format(scale=scale(told.rows)) for each in BEGINNING])
    )
    (folder / "story.html").write_text(page, encoding="utf-8")
    (folder / "story.json").write_text(json.dumps(plain(told), indent=1, sort_keys=True) + "\n", encoding="utf-8")


def plain(told: Told) -> dict[str, Any]:
    """Everything that story.json holds."""
    return {
        "format": FORMAT,
        "synthetic": True,
        "rows": told.rows,
        "seed": told.seed,
        "seconds": round(told.seconds),
        "made": told.made,
        "log_leaves": told.leaves,
        "log_broken": told.broken,
        "facts": [_fact(each) for each in told.facts],
        "scenes": [_scene(each) for each in told.scenes],
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "key": fact.key,
        "days": [day.isoformat() for day in fact.days],
        "numbers": fact.numbers,
        "status": fact.status.value,
        "source": fact.source,
        "words": fact.told,
    }


def _scene(scene: Scene) -> dict[str, Any]:
    lines = [
        {
            "mark": line.mark.value,
            "at": "" if line.at is None else line.at.isoformat(),
            "fact": "" if line.fact is None else line.fact.key,
            "words": line.words,
        }
        for line in scene.lines
    ]
    return {
        "number": scene.number,
        "title": scene.heading,
        "hypothetical": scene.made_up,
        "lines": lines,
        "outcomes": scene.outcomes,
    }
