# SPDX-License-Identifier: Apache-2.0
"""The vectors: what they say holds for the program, verify.py and verify.html alike, and the files are current."""

import json
from pathlib import Path

from lawgate.drivers.keys import verify as holds
from unit.evidence.vectors_made import VECTORS, files
from unit.evidence.verifier_runs import (
    by_node,
    by_program,
    by_program_proof,
    by_program_seam,
    by_py,
    by_py_proof,
    verify_py,
)

MANIFEST = json.loads((VECTORS / "manifest.json").read_text())


def test_the_files_are_what_is_made_here() -> None:
    there = {p.relative_to(VECTORS).as_posix(): p.read_bytes() for p in VECTORS.rglob("*") if p.is_file()}
    assert there.pop("README.md")
    assert sorted(there) == sorted(files())
    assert there == files()


def test_every_bundle_has_its_verdict_three_times(need) -> None:
    module = verify_py()
    cases = [
        ((VECTORS / e["file"]).read_bytes(), (VECTORS / e["policy"]).read_bytes(), ()) for e in MANIFEST["evidence"]
    ]
    for entry, case, said in zip(MANIFEST["evidence"], cases, by_node(need("nodejs"), cases), strict=True):
        assert by_py(module, case)["code"] == entry["code"], entry["file"]
        assert said["code"] == entry["code"], entry["file"]
        assert by_program(case) == entry["code"], entry["file"]


def test_every_seam_has_its_verdict_three_times(need) -> None:
    module = verify_py()
    cases = []
    for entry in MANIFEST["seams"]:
        (old, new), (one, other) = ([(VECTORS / each).read_bytes() for each in entry[n]] for n in ("files", "policies"))
        cases.append((old, one, new, other))
    for entry, case, said in zip(MANIFEST["seams"], cases, by_node(need("nodejs"), cases, "seam"), strict=True):
        found = module.check_seam(*case)
        assert (found["code"], by_program_seam(case)) == (entry["code"], entry["code"]), entry["files"]
        assert said == found, entry["files"]
        between = "the first range ends with its log and the second begins with its own: nothing lies between"
        assert (between in found["said"]) is ("nothing-between" in entry["files"][0])


def test_there_is_a_vector_for_every_refusal() -> None:
    codes = {entry["code"] for part in ("evidence", "seams") for entry in MANIFEST[part]}
    # `file` is about what somebody holds beside the bundle.
    assert codes == {*verify_py().REFUSALS, "holds"} - {"file"}


def signatures() -> list[tuple[bytes, bytes, bytes, bool]]:
    listed = json.loads((VECTORS / "ed25519.json").read_text())
    return [
        (*(bytes.fromhex(each[part]) for part in ("key", "message", "signature")), each["holds"]) for each in listed
    ]


def test_edges_of_ed25519_have_one_verdict(need) -> None:
    module, listed = verify_py(), signatures()
    said = by_node(need("nodejs"), [each[:3] for each in listed], "ed25519")
    for (key, message, signature, good), found in zip(listed, said, strict=True):
        assert module.ed25519(key, message, signature) == good, signature.hex()
        assert found["ok"] == good, signature.hex()
        assert holds(key, message, signature) == good, signature.hex()
    assert len(listed) > 100
    assert {good for *_, good in listed} == {True, False}


def test_proofs_have_one_verdict(need) -> None:
    listed = json.loads((VECTORS / "proofs.json").read_text())
    module = verify_py()
    texts = [
        (e["leaf"].encode(), e["proof"].encode(), str(e["size"]).encode(), bytes.fromhex(e["root"])) for e in listed
    ]
    for entry, said in zip(listed, by_node(need("nodejs"), texts, "included"), strict=True):
        assert said["code"] == entry["code"]
        asked = (entry["leaf"], entry["proof"], entry["size"], bytes.fromhex(entry["root"]))
        assert by_py_proof(module, *asked) == by_program_proof(*asked) == entry["code"]


def test_no_vector_is_large() -> None:
    assert max(p.stat().st_size for p in Path(VECTORS).rglob("*")) < 150_000
