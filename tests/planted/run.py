# SPDX-License-Identifier: Apache-2.0
"""Plant each bug of `bugs.toml`, alone, in a copy of the tree, and see which test catches it.

    python -m tests.planted.run [ID ...] [--workers 2] [--seconds 300] [--first] [--out docs/reference/planted.json]

A bug counts as caught when a test fails with it, twice, and passes without it. The copy has a Python of its own,
so that the tests, and every program they start, import the copy and nothing else: before the first bug a module of the
copy is broken on purpose, and a run that does not notice ends everything.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("bugs.toml")
OUT = ROOT / "docs" / "reference" / "planted.json"
LEFT_OUT = shutil.ignore_patterns(".venv", ".uv", ".git", ".*_cache", ".hypothesis", "out", "__pycache__", "build")
CANARY = "src/lawgate/model/fault.py"
CAUGHT, MISSED, BROKEN, HUNG, UNSURE = "caught", "missed", "does not import", "out of time", "unsure"
"""`unsure`: only tests failed that fail without the bug too, or not again with it: they show nothing."""
TRIES = 6
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+\.py(?:::\w+(?:\[.*?\])?)*)(?= - |$)", re.MULTILINE)
"""A line of the summary: the name of a test may have blanks in its brackets."""

BEFORE = ("tests/contract/test_key_keeper.py", "tests/unit/release/test_handout.py", "tests/unit/protocol/test_bars.py")
"""What has to pass before the first bug."""
ALWAYS = (
    "tests/unit/release",
    "tests/unit/protocol",
    "tests/unit/docket",
    "tests/contract/test_key_keeper.py",
    "tests/contract/test_orders.py",
    "tests/property/test_docket.py",
    "tests/journeys/test_form_floor.py",
    "tests/journeys/test_no_override.py",
)
ABOUT: Mapping[str, tuple[str, ...]] = {
    "src/lawgate/posts/keeper": (
        "tests/contract/test_key_keeper.py",
        "tests/unit/release/test_invariants.py",
        "tests/journeys/test_insider_matrix.py",
    ),
    "src/lawgate/drivers/keeper": ("tests/contract/test_key_keeper.py", "tests/unit/release/test_invariants.py"),
    "src/lawgate/drivers/orders": (
        "tests/contract/test_orders.py",
        "tests/unit/release/test_safeguards.py",
        "tests/journeys/test_order_door.py",
        "tests/journeys/test_disk_full.py",
    ),
    "src/lawgate/drivers/package": (
        "tests/contract/test_package_store.py",
        "tests/contract/test_courier.py",
        "tests/contract/test_key_room.py",
        "tests/contract/test_release_log.py",
        "tests/contract/test_key_keeper.py",
    ),
    "src/lawgate/docket": ("tests/unit/docket", "tests/property/test_docket.py", "tests/scenarios/test_edge.py"),
    "src/lawgate/model/order.py": ("tests/unit/docket", "tests/property/test_docket.py"),
    "src/lawgate/model/form.py": (
        "tests/unit/release/test_approvals.py",
        "tests/unit/release/test_approved_keys.py",
        "tests/unit/law/test_reading.py",
        "tests/journeys/test_form_floor.py",
    ),
    "src/lawgate/model/request.py": ("tests/unit/release/test_approvals.py", "tests/unit/law/test_registers.py"),
    "src/lawgate/authority/lifts.py": ("tests/unit/docket/test_lifts.py", "tests/unit/docket/test_lift_edges.py"),
    "src/lawgate/authority/people.py": ("tests/unit/release/test_review.py", "tests/unit/docket/test_lifts.py"),
    "src/lawgate/authority/notices.py": (
        "tests/unit/protocol/test_notice_met.py",
        "tests/unit/protocol/test_notice_by_hand.py",
        "tests/journeys/test_notice.py",
    ),
    "src/lawgate/authority/approvals.py": ("tests/unit/release/test_approvals.py", "tests/journeys/test_approvals.py"),
    "src/lawgate/authority/keys.py": (
        "tests/unit/release/test_approved_keys.py",
        "tests/journeys/test_recipient_keys.py",
    ),
    "src/lawgate/authority": (
        "tests/unit/release/test_handout.py",
        "tests/unit/release/test_at_the_door.py",
        "tests/unit/release/test_safeguards.py",
        "tests/unit/release/test_invariants.py",
    ),
    "src/lawgate/protocol/steps.py": (
        "tests/unit/release/test_handout.py",
        "tests/contract/test_key_keeper.py",
        "tests/unit/docket/test_edges.py",
        "tests/unit/release/test_invariants.py",
        "tests/unit/lab/test_protocol_model.py",
        "tests/unit/lab/test_simulator.py",
    ),
    "src/lawgate/protocol/bars.py": ("tests/unit/protocol/test_bars.py", "tests/unit/release/test_safeguards.py"),
    "src/lawgate/office/handout.py": (
        "tests/unit/release/test_handout.py",
        "tests/unit/release/test_at_the_door.py",
        "tests/unit/release/test_safeguards.py",
        "tests/unit/release/test_invariants.py",
        "tests/journeys/test_release.py",
    ),
    "src/lawgate/office/prepare.py": (
        "tests/unit/release/test_handout.py",
        "tests/contract/test_key_keeper.py",
        "tests/unit/release/test_safeguards.py",
        "tests/unit/release/test_invariants.py",
    ),
    "src/lawgate/office/review.py": ("tests/unit/release/test_review.py",),
    "src/lawgate/office/release.py": (
        "tests/journeys/test_still_holds.py",
        "tests/journeys/test_release.py",
        "tests/journeys/test_route.py",
    ),
    "src/lawgate/office/orders.py": (
        "tests/unit/release/test_orders.py",
        "tests/unit/release/test_safeguards.py",
        "tests/journeys/test_order_door.py",
    ),
    "src/lawgate/office/order_leaves.py": ("tests/unit/release/test_orders.py", "tests/unit/release/test_listed.py"),
    "src/lawgate/office/order_stop.py": ("tests/unit/docket/test_order_stop.py",),
    "src/lawgate/office/order_acts.py": ("tests/unit/docket/test_lifts.py",),
    "src/lawgate/office/service.py": ("tests/unit/protocol/test_notice_served.py",),
    "src/lawgate/office/notify": (
        "tests/unit/protocol/test_notice_served.py",
        "tests/contract/test_notify.py",
        "tests/journeys/test_notice.py",
    ),
    "src/lawgate/office/recipient_keys.py": (
        "tests/journeys/test_recipient_keys.py",
        "tests/journeys/test_key_answers.py",
    ),
    "src/lawgate/office/accounting.py": (
        "tests/journeys/test_broken_off.py",
        "tests/journeys/test_accounting.py",
        "tests/journeys/test_release_crash.py",
    ),
    "src/lawgate/ledger": ("tests/unit/ledger", "tests/unit/protocol/test_notice_met.py"),
    "src/lawgate/wiring/keeper.py": (
        "tests/journeys/test_still_holds.py",
        "tests/journeys/test_release.py",
        "tests/journeys/test_handed_out.py",
    ),
    "src/lawgate/wiring/holding.py": ("tests/journeys/test_log_state.py", "tests/journeys/test_insider_matrix.py"),
    "src/lawgate/wiring/log.py": ("tests/journeys/test_witness_quorum.py", "tests/journeys/test_insider.py"),
    "src/lawgate/wiring/settings.py": (
        "tests/journeys/test_real_records.py",
        "tests/journeys/test_no_override.py",
        "tests/journeys/test_profile.py",
    ),
    "src/lawgate/surfaces": ("tests/journeys/test_no_override.py",),
}
"""Which tests are about which part of the source, beside those that always run. All whose key the file begins with."""


@dataclass(frozen=True, slots=True)
class Bug:
    """One entry of the list; `of` is what it stands for."""

    id: str
    what: str
    of: tuple[str, ...]
    file: str
    find: str
    replace: str


@dataclass(frozen=True, slots=True)
class Found:
    """What became of one bug: a verdict, the test that failed ("" when none did), seconds it took."""

    id: str
    verdict: str
    by: str
    seconds: float


def bugs() -> list[Bug]:
    """The list. ValueError when it is not in its form."""
    doc = tomllib.loads(LIST.read_text("utf-8"))
    if doc["format"] != "lawgate-planted-1":
        raise ValueError("another format")
    return [Bug(b["id"], b["what"], tuple(b["for"]), b["file"], b["find"], b["replace"]) for b in doc["bug"]]


def planted(bug: Bug, text: str) -> str:
    """The text of the file with the bug in it. ValueError unless `find` stands in it once."""
    if text.count(bug.find) != 1 or bug.find == bug.replace:
        raise ValueError(f"{bug.id}: `find` stands {text.count(bug.find)} times in {bug.file}")
    return text.replace(bug.find, bug.replace)


def suite_for(file: str, root: Path = ROOT, *, near: bool = False) -> tuple[str, ...]:
    """Paths of the tests that are about a file, the nearest ones first; whole journeys come last, they take longest.

    With `near` only those that are about this very file where there are any, and journeys only where nothing else is.
    """
    named = sorted((key for key in ABOUT if file.startswith(key)), key=len, reverse=True)
    wanted = dict.fromkeys(path for key in named for path in ABOUT[key])
    every = sorted((*wanted, *(path for path in ALWAYS if path not in wanted)), key=lambda path: "/journeys/" in path)
    if near:
        quick = [path for path in every if "/journeys/" not in path]
        every = [path for path in quick if path in wanted] or list(wanted) or quick
    return tuple(path for path in every if (root / path).exists())


class Copy:
    """A copy of the tree with a Python that imports nothing of lawgate but this copy."""

    def __init__(self, folder: Path, seconds: int, but: Sequence[str] = ()) -> None:
        """`folder` does not exist yet; `seconds` is the most that one bug may take; `but` are files left out."""
        self.root, self.seconds = folder, seconds
        self.without: list[str] = []
        self.green = set[str]()
        shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
        for each in but:
            (folder / each).unlink()
        self._stamps = itertools.count(int(time.time()) + 1)
        env = folder / ".venv"
        site = env / Path(sysconfig.get_path("purelib")).relative_to(sys.prefix)
        site.mkdir(parents=True)
        base = Path(sys.base_prefix) / "bin"
        (env / "pyvenv.cfg").write_text(f"home = {base}\ninclude-system-site-packages = false\n")
        (env / "bin").mkdir()
        self.python = env / "bin" / "python"
        self.python.symlink_to(Path(sys.executable).resolve())
        # A path file inside the other site-packages is not followed from here: the editable install stays out.
        (site / "copy.pth").write_text(f"{folder / 'src'}\n{sysconfig.get_path('purelib')}\n")

    def put(self, file: str, text: str) -> None:
        """Write a file, with a time of its own, so that no compiled one of before is taken for it."""
        place, stamp = self.root / file, next(self._stamps)
        place.write_text(text, "utf-8")
        os.utime(place, (stamp, stamp))

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run pytest; its exit status (-1: out of time) and what it said."""
        clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
        env = {**clean, "PATH": f"{self.python.parent}:{Path(sys.executable).parent}:{clean.get('PATH', '')}"}
        command = [str(self.python), "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *arguments]
        with tempfile.TemporaryFile() as said:
            child = subprocess.Popen(
                command, cwd=self.root, env=env, stdout=said, stderr=subprocess.STDOUT, start_new_session=True
            )
            try:
                status = child.wait(self.seconds)
            except subprocess.TimeoutExpired:
                # The group is the one this child leads; nothing else is in it.
                os.killpg(child.pid, 9)
                child.wait()
                status = -1
            said.seek(0)
            return status, said.read().decode("utf-8", "replace")

    def prove(self) -> None:
        """SystemExit unless this copy is what is imported, also by a child that isolates itself, and tests pass."""
        said = subprocess.run(
            [str(self.python), "-I", "-c", "import lawgate; print(lawgate.__path__[0])"],
            cwd="/",
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        whole = (self.root / CANARY).read_text("utf-8")
        self.put(CANARY, "raise ImportError('planted')\n")
        status, _ = self.run("tests/unit/protocol/test_bars.py")
        self.put(CANARY, whole)
        if Path(said) != self.root / "src" / "lawgate" or status in (0, -1):
            raise SystemExit("the copy is not what is imported; nothing was measured")
        if self.run(*BEFORE)[0] != 0:
            raise SystemExit("the suite fails without any bug; nothing was measured")


def one(copy: Copy, bug: Bug, *, near: bool = False) -> Found:
    """Plant one bug, see what happens, and take it out again."""
    began, whole = time.monotonic(), (copy.root / bug.file).read_text("utf-8")
    verdict, by = UNSURE, ""
    try:
        for _ in range(TRIES):
            copy.put(bug.file, planted(bug, whole))
            verdict, by = _verdict(*copy.run(*suite_for(bug.file, copy.root, near=near), *copy.without))
            if verdict in (CAUGHT, BROKEN) and not by:
                verdict = UNSURE
            if verdict not in (CAUGHT, BROKEN) or _shown(copy, bug, by, whole):
                break
            copy.without.append(f"--deselect={by}")
            verdict = UNSURE
    finally:
        copy.put(bug.file, whole)
    return Found(bug.id, verdict, by, round(time.monotonic() - began, 1))


def _shown(copy: Copy, bug: Bug, by: str, whole: str) -> bool:
    """Whether the test fails once more with the bug, and passes without it."""
    again, _ = copy.run(by)
    copy.put(bug.file, whole)
    if again != 0 and by not in copy.green and copy.run(by)[0] == 0:
        copy.green.add(by)
    return again != 0 and by in copy.green


def _verdict(status: int, said: str) -> tuple[str, str]:
    failed = FAILED.search(said)
    by = failed[1] if failed else ""
    if status == -1:
        return HUNG, ""
    if status == 0:
        return MISSED, ""
    if "error during collection" in said or "errors during collection" in said or not by:
        return BROKEN, by
    return CAUGHT, by


def measure(
    wanted: Sequence[Bug], workers: int, seconds: int, but: Sequence[str] = (), *, near: bool = False
) -> Iterator[Found]:
    """What becomes of each, as it is known. Each worker has a copy of its own, without the files `but`."""
    todo: queue.SimpleQueue[Bug] = queue.SimpleQueue()
    done: queue.SimpleQueue[Found | None] = queue.SimpleQueue()
    for bug in wanted:
        todo.put(bug)

    def work(copy: Copy) -> None:
        try:
            while True:
                done.put(one(copy, todo.get_nowait(), near=near))
        except queue.Empty:
            return
        finally:
            done.put(None)

    with tempfile.TemporaryDirectory(prefix="lawgate-planted-") as room:
        copies = [Copy(Path(room) / str(n), seconds, but) for n in range(workers)]
        for copy in copies:
            copy.prove()
        for bug in wanted:
            planted(bug, (copies[0].root / bug.file).read_text("utf-8"))
        threads = [threading.Thread(target=work, args=(copy,)) for copy in copies]
        for thread in threads:
            thread.start()
        left = workers
        while left:
            found = done.get()
            left -= found is None
            if found is not None:
                yield found
        for thread in threads:
            thread.join()


def commit() -> str:
    """The commit of the tree, with `+` when something in it is not committed."""
    said = [
        subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
        for words in (("rev-parse", "--short", "HEAD"), ("status", "--porcelain", "--", "src", "tests"))
    ]
    return said[0] + ("+" if said[1] else "")


def summary(found: Mapping[str, Found], of: str) -> dict[str, object]:
    """How many were caught, of how many, and which were not, by name; `of` is the commit they were planted in."""
    missed = {id: each.verdict for id, each in sorted(found.items()) if each.verdict not in (CAUGHT, BROKEN)}
    return {
        "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commit": of,
        "bugs": len(found),
        "caught": len(found) - len(missed),
        "missed": missed,
    }


def main() -> None:
    """Measure, say each verdict as it comes, and write the figures."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    ask.add_argument("ids", nargs="*", help="bugs by id; all unless said")
    ask.add_argument("--workers", type=int, default=2)
    ask.add_argument("--seconds", type=int, default=300, help="the most that one bug may take")
    ask.add_argument("--missed", action="store_true", help="only those that the last run did not catch")
    ask.add_argument("--left", action="store_true", help="only those that were not measured yet")
    ask.add_argument("--near", action="store_true", help="only the nearest tests; what they miss is asked again after")
    ask.add_argument("--without", action="append", default=[], help="a file of the tests to leave out of the copy")
    ask.add_argument("--first", action="store_true", help="keep these figures as the first ones ever measured")
    ask.add_argument("--out", type=Path, default=OUT)
    said = ask.parse_args()
    every = bugs()
    wanted = [bug for bug in every if not said.ids or bug.id in said.ids]
    if unknown := set(said.ids) - {bug.id for bug in every}:
        raise SystemExit(f"no such bug: {', '.join(sorted(unknown))}")
    of = commit()
    old = json.loads(said.out.read_text("utf-8")) if said.out.exists() else {}
    found = {each["id"]: Found(**each) for each in old.get("found", []) if each["id"] in {bug.id for bug in every}}
    if said.left:
        wanted = [bug for bug in wanted if bug.id not in found or found[bug.id].verdict in (UNSURE, HUNG)]
    if said.missed:
        wanted = [bug for bug in wanted if bug.id in found and found[bug.id].verdict not in (CAUGHT, BROKEN)]
    for each in measure(wanted, said.workers, said.seconds, said.without, near=said.near):
        found[each.id] = each
        print(f"{each.verdict:16}{each.id:40}{each.by}", flush=True)
        made = {"found": [asdict(found[id]) for id in sorted(found)], "last": summary(found, of)}
        first = old.get("first") if not said.first else summary(found, of)
        said.out.write_text(json.dumps({**made, **({"first": first} if first else {})}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
