# SPDX-License-Identifier: Apache-2.0
"""Whatever keeps a command from being done: a code, a plain sentence, how to mend it, a status that is not 0."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lawgate.drivers.keys.keyfile import KeyFileError
from lawgate.drivers.witness.quorum import QuorumError
from lawgate.ledger.errors import MalformedError
from lawgate.model.fault import Fault, Faulty, LawgateError, Refused, Scope
from lawgate.model.meanings.bars import BARS
from lawgate.model.meanings.entry import Meaning
from lawgate.model.meanings.log import FORMS, KEY_FILES, WITNESSES
from lawgate.model.meanings.steps import STEPS
from lawgate.model.meanings.stops import STOPS
from lawgate.model.meanings.table import mending
from lawgate.office.orders import BindsUnloggedError
from lawgate.office.statement_check import Checked
from lawgate.ports.log import LogBrokenError, RollbackError, WitnessConflictError
from lawgate.ports.orders import RegisterBrokenError
from lawgate.ports.pins import PinMissingError
from lawgate.ports.release import PackageError
from lawgate.ports.seal import SealError
from lawgate.protocol.bars import Bar, Barred
from lawgate.surfaces.cli.app import build
from lawgate.surfaces.cli.doors import Doors
from lawgate.wiring.offline import NoRulebookError
from lawgate.wiring.settings import NoOfficeError, SettingsError

PLAIN = (
    LawgateError,
    LogBrokenError,
    RollbackError,
    RegisterBrokenError,
    PinMissingError,
    PackageError,
    SealError,
    NoOfficeError,
    SettingsError,
    NoRulebookError,
)


def told(error: Exception, *words: str) -> Result:
    """What a command says when its office cannot be opened for this reason."""

    def raising(*_: object) -> object:
        raise error

    return CliRunner().invoke(build(Doors(raising, raising, raising)), words or ("status",))  # type: ignore[arg-type]  # raises


@pytest.mark.parametrize("entry", STEPS.entries, ids=lambda entry: entry.code)
def test_a_refused_step(entry: Meaning) -> None:
    done = told(Refused(entry.code, "a reason"))
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"not done: {entry.code}: a reason\nto mend: {entry.mend}\n"


@pytest.mark.parametrize("kind", PLAIN)
def test_broken_machinery(kind: type[LawgateError]) -> None:
    done = told(kind("something"))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"stopped: {kind.stop}: something\nto mend: {mending(STOPS, kind.stop)}\n"


@pytest.mark.parametrize(
    ("error", "code", "how"),
    [
        (KeyFileError(Path("log.key"), "mode"), "E_KEY_FILE", mending(KEY_FILES, "mode")),
        (WitnessConflictError("w/1", 9), "E_WITNESS", mending(WITNESSES, "conflict")),
        (QuorumError(1, 0, [("w/1", "clock")]), "E_WITNESS", mending(WITNESSES, "clock")),
        (MalformedError("leaf_form", "byte 3"), "E_MALFORMED", mending(FORMS, "leaf_form")),
        (MalformedError("no_such_form"), "E_MALFORMED", mending(STOPS, "E_MALFORMED")),
    ],
)
def test_a_stop_with_a_reason_of_its_own(error: LawgateError, code: str, how: str) -> None:
    done = told(error)
    assert (done.exit_code, done.stderr.startswith(f"stopped: {code}: {error}\n")) == (2, True)
    assert done.stderr.endswith(f": {how}\n") and how


def test_every_bar_is_named_with_its_own_cure() -> None:
    bars = (Bar("order", "not_met", ("order-1",), "an order covers it"), Bar("clock", "unknown", (), "no time"))
    done = told(Barred(bars))
    assert (done.exit_code, done.stderr.splitlines()) == (
        1,
        [
            "not done: barred: an order covers it (order-1); no time",
            f"to mend `order`: {mending(BARS, 'order')}",
            f"to mend `clock`: {mending(BARS, 'clock')}",
        ],
    )


def test_faults_carry_their_own_cure() -> None:
    done = told(Faulty((Fault(Scope.FILE, "people.toml", 0, "", "G_TOML", "write it again"),)))
    assert (done.exit_code, done.stderr) == (1, "G_TOML [file] people.toml: write it again\n")


def test_an_order_that_binds_says_so_first() -> None:
    done = told(BindsUnloggedError("0001-a.toml", "no log"))
    assert (done.exit_code, done.stderr.startswith("stopped: E_UNLOGGED: 0001-a.toml is in the docket")) == (2, True)


def test_a_file_that_cannot_be_opened() -> None:
    done = told(FileNotFoundError(2, "No such file or directory", "a.toml"))
    assert (done.exit_code, done.stderr.splitlines()[0]) == (2, "stopped: E_IO: a.toml: No such file or directory")
    assert "to mend: " in done.stderr


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("replay",), "Missing argument 'batch'"),
        (("frobnicate",), "No such command"),
        (("order", "enter", "a.toml", "--by"), "Option '--by' requires an argument"),
        (("review", "list", "b", "--limit", "0"), "Invalid value for '--limit'"),
        (("order", "enter", "a.toml"), "Missing option '--by'"),
    ],
)
def test_wrong_use(words: tuple[str, ...], why: str) -> None:
    done = told(AssertionError("nothing is opened"), *words)
    first, second = done.stderr.splitlines()
    assert (done.exit_code, done.stdout, first.startswith(f"not done: E_USAGE: {why}")) == (2, "", True)
    assert second.startswith("to mend: `") and second.endswith("--help` says how it is written")


@pytest.mark.parametrize(
    "words",
    [
        ("person", "statement", "out", "900-12-1234"),
        ("person", "900121234"),
        ("status", "Maria", "Muster"),
        ("review", "list", "b", "--limit", "900121234x"),
        ("status", "--900121234"),
        ("status", "--Maria=Muster"),
        ("person", "O'Maria\"Muster"),
        ("muster",),
        ("person", "maria-muster"),
        ("--", "--maria"),
    ],
    ids=("number", "command", "name", "value", "option", "option-value", "quotes", "small", "group", "dashes"),
)
def test_a_word_that_nobody_asked_for_is_not_said_again(words: tuple[str, ...]) -> None:
    done = told(AssertionError("nothing is opened"), *words)
    assert (done.exit_code, done.stdout, done.stderr.startswith("not done: E_USAGE: ")) == (2, "", True)
    assert not any(word in done.stderr.lower() for word in ("900", "1234", "maria", "muster"))


@pytest.mark.parametrize("typed", ["900121234", "900-12-1234", "900 12 1234"])
def test_a_number_typed_where_a_file_belongs_is_not_said_again(tmp_path: Path, typed: str) -> None:
    def checking(*_: object) -> Checked:
        raise AssertionError("nothing is checked")

    app = build(Doors(_fine, _fine, _fine, check_statement=checking))  # type: ignore[arg-type]  # nothing else of them is used
    (tmp_path / "some").write_text("x")
    some = str(tmp_path / "some")
    words = [["person", "verify", some, "--policy", some, "--number-from", typed]]
    if " " not in typed:
        words += [["person", "verify", typed, "--policy", some], ["request", "receive", typed]]
    for each in words:
        done = CliRunner().invoke(app, each)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith(("stopped: E_IO: a file: ", "stopped: E_FOLDER: there is no folder of that name"))
        assert not any(part in done.stderr for part in ("900", "1234"))


@pytest.mark.parametrize("data", [b"\xff\xfe9\x00", "\u0669".encode() * 9])
def test_a_number_that_is_no_text_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "number").write_bytes(data)
    given: list[str] = []

    def checking(_statement: bytes, _policy: bytes, number: str) -> Checked:
        given.append(number)
        raise Refused("E_STATEMENT", "a reason")

    app = build(Doors(_fine, _fine, _fine, check_statement=checking))  # type: ignore[arg-type]  # nothing else of them is used
    words = ["person", "verify", str(tmp_path / "number"), "--policy", str(tmp_path / "number")]
    from_file = CliRunner().invoke(app, [*words, "--number-from", str(tmp_path / "number")])
    from_input = CliRunner().invoke(app, words, input=data)
    assert (from_file.exit_code, from_input.exit_code) == (1, 1)
    assert len(given) == 2 and not any(char.isdigit() and not char.isascii() for text in given for char in text)


def test_asking_for_help_is_no_wrong_use() -> None:
    assert told(AssertionError(), "--help").exit_code == 0
    assert "E_USAGE" not in told(AssertionError(), "review").stderr


@pytest.mark.parametrize("command", [("request", "validate"), ("request", "receive")])
def test_a_folder_that_is_not_there_is_no_request(tmp_path: Path, command: tuple[str, str]) -> None:
    (tmp_path / "file").touch()
    for name in ("nowhere", "file"):
        app = build(Doors(_fine, _fine, _fine, lambda _: _fine()))  # type: ignore[arg-type]  # nothing of them is used
        done = CliRunner().invoke(app, [*command, str(tmp_path / name)])
        assert (done.exit_code, done.stderr.splitlines()[0]) == (
            2,
            f"stopped: E_FOLDER: there is no folder {tmp_path / name}",
        )


class _Anything:
    def __getattr__(self, name: str) -> object:
        return self


def _fine(*_: object) -> object:
    return _Anything()


@pytest.mark.parametrize("text", [b"\xff", b"kind = 1\n"])
def test_an_order_with_faults_was_not_entered(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "order.toml").write_bytes(text)
    done = CliRunner().invoke(
        build(Doors(_fine, _fine, _fine)), ["order", "enter", str(tmp_path / "order.toml"), "--by", "p"]
    )  # type: ignore[arg-type]  # the text is read first
    assert (done.exit_code, "NOTHING WAS ENTERED" in done.stderr, "--unreadable" in done.stderr) == (1, True, True)
    assert "order_" in done.stderr.splitlines()[0]


def test_an_order_in_no_file_was_not_entered(tmp_path: Path) -> None:
    done = CliRunner().invoke(build(Doors(_fine, _fine, _fine)), ["order", "enter", str(tmp_path / "no"), "--by", "p"])  # type: ignore[arg-type]  # the file is read first
    assert (done.exit_code, done.stderr.splitlines()[0]) == (2, "NOTHING WAS ENTERED.")
    assert "stopped: E_IO: " in done.stderr
