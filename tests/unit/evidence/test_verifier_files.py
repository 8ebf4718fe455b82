# SPDX-License-Identifier: Apache-2.0
"""Both verifiers stand alone, know the same tables as the program and as each other, and say the same words."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lawgate.docket.printing import APPROVAL_KEYS, EFFECT_KEYS, EXCEPTION_KEYS, NOTICE_KEYS, ORDER_KEYS
from lawgate.drivers.keys.verify import _LOW_ORDER
from lawgate.ledger.evidence import SUBJECTS, Subject
from lawgate.ledger.evidence_links import LINKS
from lawgate.ledger.evidence_scope import BLOCKING
from lawgate.ledger.parts_text import FORMAT
from lawgate.ledger.schema import FIELDS, MORE
from unit.evidence import evidence_made as made
from unit.evidence.vectors_made import VECTORS, good
from unit.evidence.verifier_runs import HTML, PY, by_node, verify_py

PAGE = HTML.read_text("utf-8")
STANDARD = {"base64", "binascii", "hashlib", "json", "re", "sys", "datetime", "pathlib", "__future__"}


def test_verify_py_needs_nothing_but_an_old_python() -> None:
    tree = ast.parse(PY.read_text("utf-8"), feature_version=(3, 9))
    names = {each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names <= STANDARD


def test_verify_html_needs_no_network() -> None:
    assert "default-src 'none'" in PAGE
    assert not re.search(
        r"https?:|src=|href=|url\(|fetch\(|XMLHttp|WebSocket|import\(|crypto\.subtle|eval\(|innerHTML", PAGE
    )


def test_the_program_and_verify_py_have_the_same_tables() -> None:
    module = verify_py()
    assert {kind: dict(fields) for kind, fields in FIELDS.items()} == module.FIELDS
    assert {kind: dict(fields) for kind, fields in MORE.items()} == module.MORE
    assert dict(LINKS) == module.LINKS
    assert dict(SUBJECTS) == module.SUBJECTS
    assert {"notice": list(NOTICE_KEYS), "approval": list(APPROVAL_KEYS)} == module.TERMS
    assert tuple(EXCEPTION_KEYS) == tuple(module.EXCEPTION_KEYS)
    assert (tuple(ORDER_KEYS), tuple(EFFECT_KEYS)) == (tuple(module.ORDER_KEYS), tuple(module.EFFECT_KEYS))
    assert set(module.BLOCKING) == BLOCKING
    assert module.PARTS_FORMAT == FORMAT
    assert set(module.LOW_ORDER) == _LOW_ORDER


def test_both_verifiers_have_the_same_tables_and_words() -> None:
    module = verify_py()
    for name in ("REFUSALS", "CANNOT", "CANNOT_SUBJECT", "CANNOT_RANGE", "CANNOT_RELEASE"):
        found = re.search(rf"^const {name} = (.*?);$", PAGE, re.MULTILINE | re.DOTALL)
        assert found is not None
        own = getattr(module, name)
        assert json.loads(found[1]) == (own if isinstance(own, dict) else list(own))
    assert module.TABLE in PAGE
    for kind, (field, target, same) in module.LINKS.items():
        assert f'  "{kind}": {json.dumps([field, target, list(same)])},\n' in PAGE
    for part, why in module.NAMED.items():
        assert f'  "{part}": "{why}",\n' in PAGE
    assert f'const PARTS_FORMAT = "{module.PARTS_FORMAT}";\n' in PAGE
    papers = re.search(r'const PAPERS =\s*"([^"]*)"', PAGE)
    assert papers is not None
    assert tuple(papers[1].split(" ")) == module.PAPERS


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-I", PY, *words], capture_output=True, text=True, check=False)


@pytest.fixture
def given(tmp_path: Path) -> tuple[Path, Path]:
    bundle, policy = tmp_path / "b.json", tmp_path / "policy"
    bundle.write_bytes(made.samples()["non-release"].render())
    policy.write_text(made.TEXT)
    return bundle, policy


def test_verify_py_says_what_it_checked_and_what_it_cannot_prove(given: tuple[Path, Path]) -> None:
    done = run(*given)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("SYNTHETIC: ")
    for words in (
        "THE BUNDLE HOLDS",
        "every leaf from 10 to 19 is here",
        "another provision",
        "What this cannot prove",
    ):
        assert words in done.stdout
    assert "nothing left by another way" in done.stdout
    assert max(map(len, done.stdout.splitlines())) < 160


def test_verify_py_says_why_it_refuses(given: tuple[Path, Path]) -> None:
    bundle, policy = given
    bundle.write_bytes(bundle.read_bytes() + b"\n")
    done = run(bundle, policy)
    assert (done.returncode, done.stdout) == (
        1,
        "REFUSED: form: the bundle is not written in its one form (characters)\n",
    )
    assert (run().returncode, run(bundle, policy.with_name("none")).returncode) == (2, 2)


def test_verify_py_follows_a_seam() -> None:
    names = ("good-nothing-between", "bad-continues-another-root")
    seam, policies = VECTORS / "seam", (VECTORS / "policy" / "00.txt", VECTORS / "policy" / "next.txt")
    said = []
    for name in names:
        old, new = seam / f"{name}-old.evidence", seam / f"{name}-new.evidence"
        said.append(run("--seam", old, policies[0], new, policies[1]))
        assert run("--seam", old, policies[0], new).returncode == 2
        assert run("--seam", old, policies[0], new, policies[0]).stdout.startswith("REFUSED: policy_differs")
    assert [each.returncode for each in said] == [0, 1]
    assert "is closed by its leaf 20 and goes on as log office-2.example/log: both say so" in said[0].stdout
    assert said[1].stdout.startswith("REFUSED: seam: ")


def test_the_page_says_everything_in_spanish_too(need) -> None:
    """Every sentence it can show has another wording there, with the same names and numbers in it."""
    node, module = need("nodejs"), verify_py()
    policy, instrument = made.TEXT.encode(), made.order_text()
    verdicts = [module.check(each.render(), policy, ()) for each in made.samples().values()]
    verdicts.append(module.check(made.samples()["non-release"].render(), policy, (instrument,)))
    unknown = made.Log(made.story(provisional=True)).bundle(Subject("non-release", "order-a", 10, 12, instrument))
    unchecked = made.Log(made.story(), 2, True).bundle(Subject("batch", "b-1"))
    verdicts += [module.check(each.render(), policy) for each in (unknown, unchecked)]
    verdicts += [module.check(data, given) for name, data, given, _ in good() if "-with-" in name]
    old, new = made.closing(), made.next_log()
    ends = (old.bundle(Subject("period", first=0, last=20)), new.bundle(Subject("period", first=0, last=1)))
    verdicts.append(module.check_seam(ends[0].render(), policy, ends[1].render(), made.NEXT_POLICY.render().encode()))
    assert all(each["ok"] for each in verdicts)
    (words,), (refusals,) = by_node(node, [[]], "words"), by_node(node, [[]], "refusals")
    lines = [
        *words,
        *refusals,
        "THE BUNDLE HOLDS",
        "REFUSED",
        "made-up data; nobody in it exists",
        *module.NAMED.values(),
    ]
    lines += sorted({line for each in verdicts for line in (*each["said"], *each["cannot"])})
    (said,) = by_node(node, [[line.encode() for line in lines]], "spanish")
    assert len(said) == len(lines) > 60
    for line, other in zip(lines, said, strict=True):
        assert line != other and not re.search(r"\b(the|is|of|leaf|every|and)\b|[{}]", other), (line, other)
        assert sorted(re.findall(r"[0-9]+", line)) == sorted(re.findall(r"[0-9]+", other)), (line, other)


def test_a_certificate_says_that_it_speaks_of_the_whole(need) -> None:
    """Exceptions and terms are named, and nobody takes what they let pass for certified."""
    found = [(name, verify_py().check(data, policy, ())) for name, data, policy, _ in good() if "-with-" in name]
    assert [name.rpartition("-")[2] for name, _ in found] == ["exceptions", "notice", "approval"]
    for name, said in found:
        word = "exceptions" if name.endswith("exceptions") else "terms"
        line = f"order order-a has {word} to that: this speaks of the whole, as if there were none"
        assert line in said["said"]
    plain = verify_py().check(made.samples()["non-release"].render(), made.TEXT.encode(), ())
    assert not any("speaks of the whole" in line for line in plain["said"])


def test_papers_are_found_by_their_digest(given: tuple[Path, Path], tmp_path: Path) -> None:
    bundle, policy = given
    paper = tmp_path / "order.toml"
    paper.write_bytes(made.order_text())
    assert "file 1 is order-bar.instrument of leaf 10" in run(bundle, policy, paper).stdout
    paper.write_bytes(made.order_text() + b"#")
    assert "REFUSED: file" in run(bundle, policy, paper).stdout


def test_a_line_of_type_6_is_named_and_not_checked() -> None:
    log = made.Log(made.story(policy=made.FUTURE), 2, True, made.FUTURE)
    bundle = log.bundle(made.samples()["package"].subject)
    found = verify_py().check(bundle.render(), made.FUTURE.render().encode())
    assert "NOT CHECKED: a line by later.example/1 of the type ML-DSA-44 (0x06)" in found["said"]
    assert any("0x06" in line for line in found["cannot"])
    # Named as well when the policy does not know it.
    plain = made.Log(made.story(), 2, True).bundle(bundle.subject)
    assert any("later.example/1" in line for line in verify_py().check(plain.render(), made.TEXT.encode())["said"])


def test_the_page_of_the_format_names_every_code_and_link() -> None:
    page = (HTML.parents[1] / "docs" / "spec" / "evidence.md").read_text("utf-8")
    module = verify_py()
    told = page.split("## 2.")[1].split("## 3.")[0]
    assert [code for code in module.REFUSALS if f"`{code}`" not in told] == []
    rows = [line for line in page.split("## 3.")[1].split("## 4.")[0].splitlines() if line.startswith("| `")]
    found = {}
    for row in rows:
        kinds, field, target, same = (re.findall(r"`([a-z_-]+)`", cell) for cell in row.strip("|").split("|"))
        found |= {kind: (field[0], target[0], tuple(same)) for kind in kinds}
    assert found == module.LINKS
    subjects = page.split("| `subject.kind` |")[1]
    assert all(f"`{kind}`" in subjects for kind in SUBJECTS)
