# SPDX-License-Identifier: Apache-2.0
"""Three implementations of one check: the program's own, verify.py, and the script of verify.html under node."""

from __future__ import annotations

import base64
import importlib.util
import json
import subprocess
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType

from lawgate.drivers.keys import verify as holds
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.evidence import Shown
from lawgate.ledger.evidence_check import check
from lawgate.ledger.merkle import leaf_hash, verify_inclusion
from lawgate.ledger.seam import require_seam

ROOT = Path(__file__).resolve().parents[3]
PY, HTML = ROOT / "verifier" / "verify.py", ROOT / "verifier" / "verify.html"
DRIVER = Path(__file__).with_name("verifier_driver.js")
Case = tuple[bytes, bytes, Sequence[bytes]]


def verify_py() -> ModuleType:
    """The stand-alone verifier as a module; each signature is computed once a run."""
    spec = importlib.util.spec_from_file_location("verify_alone", PY)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    made.ed25519 = cache(made.ed25519)
    return made


def by_py(module: ModuleType, case: Case) -> dict[str, object]:
    """What verify.py says."""
    return module.check(*case)


def by_node(node: Path, cases: Iterable[Sequence[object]], what: str = "check") -> list[dict[str, object]]:
    """What the page's script says of many cases, in one process."""
    lines = [json.dumps({"what": what, "of": [_text(part) for part in case]}) for case in cases]
    command = [str(node), str(DRIVER), str(HTML)]
    done = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _text(part: object) -> object:
    return base64.b64encode(part).decode() if isinstance(part, bytes) else [_text(each) for each in part]


def by_program(case: Case) -> str:
    """The code the program itself comes to; it does not compare papers."""
    try:
        check(case[0], case[1], holds)
    except MalformedError as error:
        return error.code
    return "holds"


def by_program_seam(case: Sequence[bytes]) -> str:
    """The code the program itself comes to for a bundle of a closed log and one of the next, with their policies."""
    try:
        old, new = check(case[0], case[1], holds), check(case[2], case[3], holds)
        last = old.head.checkpoint.size - 1
        require_seam(old.head.checkpoint, old.leaves.get(last), new.head.checkpoint, new.leaves[0])
    except MalformedError as error:
        return error.code
    return "holds"


def by_py_proof(module: ModuleType, leaf: str, proof: str, size: int, root: bytes) -> str:
    """What verify.py says of one proof."""
    try:
        module.included(leaf, proof, {"size": size, "root": root})
    except module.Refusal as refusal:
        return str(refusal.code)
    return "holds"


def by_program_proof(leaf: str, proof: str, size: int, root: bytes) -> str:
    """What the program's own code says of one proof."""
    try:
        index, path = Shown(leaf, proof).place()
    except MalformedError as error:
        return error.code
    return "holds" if verify_inclusion(leaf_hash(leaf.encode()), index, size, path, root) else "not_included"
