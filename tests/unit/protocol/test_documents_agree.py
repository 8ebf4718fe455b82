# SPDX-License-Identifier: Apache-2.0
"""The format pages name every code, every effect, and show an order that can be read."""

import re
from pathlib import Path

from lawgate.docket.acts import ActKind
from lawgate.docket.printing import print_order
from lawgate.docket.reading import read_order
from lawgate.model.order import EffectKind
from lawgate.protocol.bars import CHECKS, LAST_CHECKS

ROOT = Path(__file__).resolve().parents[3]


def page(name: str) -> str:
    return (ROOT / "docs/spec" / name).read_text("utf-8")


def first_words(text: str) -> set[str]:
    return {word for line in re.findall(r"^\| (`.*?) \|", text, re.M) for word in re.findall(r"`([a-z_]+)`", line)}


def test_the_order_shown_is_an_order() -> None:
    shown = page("docket.md").split("```toml\n")[1].split("```")[0]
    text = re.sub(r" +#.*", "", shown).replace('"hex"', f'"{"0f" * 32}"').encode()
    assert print_order(read_order(text, "docket.md")) == text


def test_every_effect_is_explained() -> None:
    table = page("docket.md").split("| effect | meaning |")[1].split("\n\n")[0]
    assert first_words(table) == {kind.value for kind in EffectKind}


def test_every_act_is_explained() -> None:
    acts = page("docket.md").split("## One act")[1].split("\n## ")[0]
    assert {kind.value for kind in ActKind} <= set(re.findall(r"`([a-z-]+)`", acts))


def test_every_bar_is_explained() -> None:
    assert first_words(page("package.md")) == {check.code for check in (*CHECKS, *LAST_CHECKS)}


def test_every_refusal_of_a_review_is_explained() -> None:
    source = (ROOT / "src/lawgate/office/review.py").read_text("utf-8")
    used = set(re.findall(r'yield "([a-z_]+)"', source)) | {"review_form"}
    assert used <= first_words(page("review.md"))
