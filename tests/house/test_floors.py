# SPDX-License-Identifier: Apache-2.0
"""Rule 1, down only: the import contracts hold, every package has a floor, DuckDB has one room."""

import ast
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from house.tree import ROOT, SRC, Source, complaints, planted, sources

RUN_CONTRACTS = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"


def settings() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]


def floors() -> list[str]:
    layers = next(c for c in settings()["contracts"] if c["type"] == "layers")["layers"]
    return [room.strip(" ()") for layer in layers for room in layer.split("|")]


def run_contracts(folder: Path, *import_from: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, import_from))}
    return subprocess.run(
        [sys.executable, "-c", RUN_CONTRACTS],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_import_contracts_are_kept() -> None:
    result = run_contracts(ROOT, ROOT / "src")
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]


def test_import_contracts_can_break(tmp_path: Path) -> None:
    for room in [*floors(), "drivers/one", "drivers/two"]:
        (tmp_path / "lawgate" / room).mkdir(parents=True, exist_ok=True)
        (tmp_path / "lawgate" / room / "__init__.py").touch()
    (tmp_path / "lawgate/__init__.py").touch()
    (tmp_path / "lawgate_lab").mkdir()
    (tmp_path / "lawgate_lab/__init__.py").touch()
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    assert run_contracts(tmp_path, tmp_path).returncode == 0
    (tmp_path / "lawgate/model/__init__.py").write_text("import lawgate.office\n", "utf-8")
    broken = run_contracts(tmp_path, tmp_path)
    assert broken.returncode == 1
    assert "Down only BROKEN" in broken.stdout


def without_floor(packages: list[str]) -> list[str]:
    return sorted(set(packages) - set(floors()))


def test_every_package_has_a_floor() -> None:
    found = [p.name for p in SRC.iterdir() if p.is_dir() and p.name != "__pycache__"]
    found += [p.stem for p in SRC.glob("*.py") if p.stem not in ("__init__", "__main__")]
    assert without_floor(found) == []
    assert without_floor(["model", "attic"]) == ["attic"]


def test_every_folder_of_code_is_a_package() -> None:
    folders = {p.parent for p in (ROOT / "src").rglob("*.py")}
    assert sorted(str(f.relative_to(ROOT)) for f in folders if not (f / "__init__.py").is_file()) == []


def duckdb_elsewhere(source: Source) -> Iterator[str]:
    if source.path.startswith("src/lawgate/drivers/duckdb/"):
        return
    for node in ast.walk(source.tree):
        match node:
            case ast.Import(names=names) if any(n.name.split(".")[0] == "duckdb" for n in names):
                yield source.at(node.lineno, "imports duckdb outside drivers/duckdb")
            case ast.ImportFrom(module=str(module), level=0) if module.split(".")[0] == "duckdb":
                yield source.at(node.lineno, "imports duckdb outside drivers/duckdb")


def test_duckdb_lives_in_one_folder() -> None:
    assert complaints(duckdb_elsewhere, sources("src/lawgate")) == []


def test_duckdb_elsewhere_is_seen() -> None:
    text = "def f():\n    from duckdb import connect\n    return connect\n"
    assert list(duckdb_elsewhere(planted(text, "src/lawgate/drivers/files/store.py")))
    assert not list(duckdb_elsewhere(planted(text, "src/lawgate/drivers/duckdb/engine.py")))
