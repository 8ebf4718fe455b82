# SPDX-License-Identifier: Apache-2.0
"""Nothing overrides: no verb, option, setting, environment value, office or rulebook lets out what a bar keeps in.

`ways.toml` lists all there is; the tests walk the source and fail when it has something that nobody put there.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from journeys.noticed import notice_order, register
from journeys.office import AGENCY, BOOK, KEY, REVIEWER, Office, an_order
from journeys.walked import SRC, WAYS, called, sources, taken, verbs
from lawgate.docket.printing import print_order
from lawgate.model.order import EVERY, ApprovalTerms, Effect, EffectKind, Order
from lawgate.office.orders import enter_order
from lawgate.wiring.notify import MAIL_KEYS
from lawgate.wiring.settings import Settings

KINDS = {"hands out", "nearer", "holds back", "loosens", "tells"}
ROUND = re.compile(
    r"force|overrid|skip|yes|bypass|ignor|unsafe|insecure|trust|assum|emergenc|admin|root|debug|test|preview|now|without-"
)
"""What an option is called that goes round something."""
HARMLESS = {"--without-text"}
"""`evidence make` leaves texts out of a bundle: it tells less."""
READS_ENVIRONMENT = re.compile(r"\benviron(b)?\b|\bgetenv(b)?\b|\bputenv\b|\benvvar\b|expandvars|expanduser")


# ---------------------------------------------------------------------------------------------------- verbs and options


def test_i24_every_verb_and_option_is_on_the_list() -> None:
    assert {name: taken(each) for name, each in verbs().items()} == {
        name: set(takes.split()) for name, (_, takes) in WAYS["verbs"].items()
    }
    assert {does for does, _ in WAYS["verbs"].values()} == KINDS
    assert not any(each.hidden for each in verbs().values())


def test_i24_no_option_is_called_a_way_round() -> None:
    named = {word for each in verbs().values() for word in taken(each)} - HARMLESS
    assert not {word for word in named if ROUND.search(word.removeprefix("--no-").replace("--known", ""))}


def test_i24_one_verb_hands_out_and_it_goes_by_the_bars() -> None:
    assert [name for name, (does, _) in WAYS["verbs"].items() if does == "hands out"] == ["pull"]
    # Where keys are read, where anything is delivered, where a keeper is let hand out: one place each, behind all bars.
    assert called("deliver") == {"posts/keeper/keeper.py"}
    assert called("courier") == {"surfaces/cli/app.py"}
    assert called("hand") == {"posts/keeper/keeper.py", "posts/keeper/serve.py", "office/handout.py"}
    reads = {
        file
        for file, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == "keys"
        and file.startswith(("posts/keeper/", "office/handout"))
    }
    assert reads == {"posts/keeper/keeper.py"}


def test_i24_the_keeper_takes_three_words_and_no_command_to_release() -> None:
    tree = dict(sources())["posts/keeper/serve.py"]
    words = [
        {key.value for key in case.pattern.keys if isinstance(key, ast.Constant)}
        for node in ast.walk(tree)
        if isinstance(node, ast.Match)
        for case in node.cases
        if isinstance(case.pattern, ast.MatchMapping)
    ]
    assert words == [{"keep", "identities"}, {"keeps"}, {"open", "key"}]


def test_i24_nothing_depends_on_a_check_that_python_can_leave_out() -> None:
    found = [
        (file, node.lineno)
        for file, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert) or (isinstance(node, ast.Name) and node.id == "__debug__")
    ]
    assert found == []


# --------------------------------------------------------------------------------------------- settings, environment


def test_i24_every_setting_is_on_the_list() -> None:
    assert set(WAYS["settings"]) == {*Settings.__dataclass_fields__, *(f"mail.{key}" for key in MAIL_KEYS)}
    # Two places read the file, and no other.
    readers = {file for file in (p.relative_to(SRC).as_posix() for p in SRC.rglob("*.py")) if _reads_settings(file)}
    assert readers == {"wiring/settings.py", "wiring/notify.py"}


def _reads_settings(file: str) -> bool:
    text = (SRC / file).read_text("utf-8")
    return re.search(r"tomllib\.loads\(\(folder / (FILE|\"settings\.toml\")\)", text) is not None


def test_i24_every_environment_value_is_on_the_list() -> None:
    lines = {
        (file.relative_to(SRC).as_posix(), line.strip())
        for file in SRC.rglob("*.py")
        for line in file.read_text("utf-8").splitlines()
        if READS_ENVIRONMENT.search(line.partition("#")[0])
    }
    named = {name for _, line in lines for name in re.findall(r'"([A-Z][A-Z0-9_]{2,})"', line)}
    assert named == {*WAYS["environment"]["own"], *WAYS["environment"]["sets"]}
    assert len(lines) == len(named), lines


def test_i24_the_keeper_is_started_without_any_environment() -> None:
    text = (SRC / "drivers" / "keeper" / "client.py").read_text("utf-8")
    assert 'START = (sys.executable, "-I", "-m", "lawgate.wiring.keeper")' in text
    assert "env={}," in text


# ------------------------------------------------------------------------------------------------- barred stays barred


def stop(at: datetime) -> bytes:
    return an_order("order-stop", AGENCY, at)


def notice(at: datetime) -> bytes:
    return notice_order("order-notice", at)


def approval(at: datetime) -> bytes:
    terms = ApprovalTerms(2, ("custodian.disclosure", "custodian.counsel"))
    effect = Effect(EffectKind.APPROVAL, EVERY, (AGENCY,), EVERY, EVERY, EVERY, 0, approval=terms)
    at = at.replace(microsecond=0)
    named = ("order-approval", "A Court", "1:30-cv-1", "stay", "a" * 64)
    return print_order(Order(*named, at, at, at, None, (effect,), ""))


BARS = {"order": stop, "notice": notice, "approvals": approval}


@pytest.fixture(scope="module")
def prepared(opened: Office, tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, str]:
    office = opened.copy(tmp_path_factory.mktemp("prepared") / "office")
    register(office)
    return office, office.prepared(office.decided(office.lab / "proper"), [0, 1]).manifest.package


@pytest.fixture(scope="module")
def barred(prepared: tuple[Office, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Office, str]]:
    """For each kind of bar an office in which nothing but that stands against the package."""
    made = {}
    for code, text in BARS.items():
        office = prepared[0].copy(tmp_path_factory.mktemp(code) / "office")
        enter_order(office.house.orders, text(datetime.now(UTC)), REVIEWER)
        made[code] = office, prepared[1]
    return made


def nothing_leaves(office: Office, package: str, out: Path, **environment: str) -> None:
    """`pull` fails, nothing is delivered, and the log has no hand-out."""
    done = office.call("pull", package, "--key", KEY, "--out", out)
    assert done.exit_code != 0, done.output
    assert not [file for file in out.rglob("*") if file.is_file()]
    log = (office.folder / "log").rglob("*")
    assert not any(b'"handout"' in file.read_bytes() for file in log if file.is_file())


def last_bars(office: Office) -> set[str]:
    leaf = list(office.house.decide.log.leaves())[-1][1]
    assert leaf.kind == "barred"
    return set(leaf.texts("bars"))


def test_without_a_bar_it_leaves(prepared: tuple[Office, str], tmp_path: Path) -> None:
    office = prepared[0].copy(tmp_path / "office")
    done = office.call("pull", prepared[1], "--key", KEY, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert [file for file in (tmp_path / "out").rglob("*") if file.is_file()]


@pytest.mark.parametrize("code", BARS)
def test_i24_each_bar_stands_by_itself(barred: dict[str, tuple[Office, str]], code: str, tmp_path: Path) -> None:
    office, package = barred[code]
    nothing_leaves(office, package, tmp_path / "out")
    assert last_bars(office) == {code}


def settings_tried() -> Iterator[tuple[str, str]]:
    """Lines to put into settings.toml in the place of what is there under that key, or as new ones."""
    words = ("force", "override", "skip_notice", "approvals", "witnesses", "lease_seconds", "offline", "bars")
    yield "", "".join(f"{word} = {value}\n" for word, value in zip(words, itertools.cycle(("true", "0", '"no"'))))
    for key, values in WAYS["settings"].items():
        for value in values:
            yield key, value


def with_setting(text: str, key: str, value: str) -> str:
    if not key:
        return value + text
    table, _, name = key.rpartition(".")
    line = f"{name} = {value if value.isdigit() and table else repr(value)}".replace("'", '"')
    if table:
        whole = {"host": '"127.0.0.1"', "port": "1", "tls": '"none"', "sender": '"c@example.test"'}
        rows = {**whole, name: line.partition(" = ")[2]}
        return text + "\n[mail]\n" + "".join(f"{each} = {said}\n" for each, said in rows.items())
    return line + "\n" + re.sub(rf"(?m)^{name} = .*$", "", text)


def test_i24_no_setting_lets_out_what_is_barred(
    barred: dict[str, tuple[Office, str]], size: str, tmp_path: Path
) -> None:
    for code, (office, package) in barred.items():
        place = office.folder / "settings.toml"
        whole = place.read_text("utf-8")
        for number, (key, value) in enumerate(settings_tried()):
            if size == "ci" and code != "order" and number:
                break
            try:
                place.write_text(with_setting(whole, key, value), "utf-8")
                nothing_leaves(office, package, tmp_path / f"{code}-{number}")
            finally:
                place.write_text(whole, "utf-8")
        nothing_leaves(office, package, tmp_path / f"{code}-after")


ENVIRONMENT = ("1", "0", "true", "no", "2", "C")


def test_i24_no_environment_value_lets_out_what_is_barred(
    barred: dict[str, tuple[Office, str]], size: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [*WAYS["environment"]["libraries"], *WAYS["environment"]["sets"]]
    names += [f"LAWGATE_{word}" for word in ("FORCE", "TEST", "DEBUG", "SKIP", "OVERRIDE", "PROFILE", "ADMIN", "NOW")]
    for (code, (office, package)), value in itertools.product(barred.items(), ENVIRONMENT):
        if size == "ci" and (code, value) != ("order", "1"):
            continue
        for alone in [names] if size == "ci" else [names, *([name] for name in names)]:
            _each_by_itself(office, package, tmp_path / code / value / alone[0], alone, value, monkeypatch)


def _each_by_itself(
    office: Office, package: str, out: Path, names: list[str], value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a process of its own, so that what is read when a module is loaded is read then."""
    with monkeypatch.context() as patch:
        for name in names:
            patch.setenv(name, {"PYTHONWARNINGS": "ignore", "PYTHONHASHSEED": "0"}.get(name, value))
        done = office.start("pull", package, "--key", KEY, "--out", out)
    assert done.returncode != 0
    assert not [file for file in out.rglob("*") if file.is_file()]


def everybody_everything(text: str, offices: set[str], agency: str) -> str:
    """The register of people in which each of them holds every one of these offices, in one agency."""
    tenure = "".join(
        f'[[person.holds]]\noffice = "{office}"\nagency = "{agency}"\nfrom = 2020-01-01\nto = "until further notice"\n'
        for office in sorted(offices)
    )
    return re.sub(r"(?m)^(key = .*)$", lambda line: f"{line[0]}\n{tenure}", text)


def test_i24_no_office_lets_out_what_is_barred(
    barred: dict[str, tuple[Office, str]], size: str, tmp_path: Path
) -> None:
    for code, (office, package) in barred.items():
        place = office.folder / "registers" / "people.toml"
        whole = place.read_text("utf-8")
        law = "".join(file.read_text("utf-8") for file in (office.folder / "rulebooks" / BOOK).rglob("*.toml"))
        offices = {*re.findall(r'(?m)^office = "([^"]+)"', whole), *re.findall(r'"((?:custodian|us)\.[a-z.]+)"', law)}
        assert len(offices) > 5
        for number, some in enumerate([offices, *([{each} for each in sorted(offices)] if size == "full" else [])]):
            for agency in ("us.treasury", AGENCY)[: 2 if size == "full" else 1]:
                try:
                    place.write_text(everybody_everything(whole, some, agency), "utf-8")
                    nothing_leaves(office, package, tmp_path / f"{code}-{number}-{agency}")
                finally:
                    place.write_text(whole, "utf-8")


def rules_tried(text: str) -> Iterator[str]:
    """The file with every number in it very large, very small, and of another type."""
    for value in ("99999999", "1", "0", '"every"', "true"):
        yield re.sub(r"(?m)^(value|rows_a_request|rows_a_year) = [0-9]+$", rf"\1 = {value}", text)


def test_i24_no_rulebook_lets_out_what_is_barred(
    barred: dict[str, tuple[Office, str]], size: str, tmp_path: Path
) -> None:
    for code, (office, package) in list(barred.items())[: 1 if size == "ci" else None]:
        law = office.folder / "rulebooks" / BOOK
        practices = sorted((law / "practices").glob("*.toml"))[: 1 if size == "ci" else None]
        for file in [law / "parameters" / "release.toml", *practices]:
            whole = file.read_text("utf-8")
            for number, text in enumerate(rules_tried(whole)):
                if size == "ci" and number:
                    break
                try:
                    file.write_text(text, "utf-8")
                    nothing_leaves(office, package, tmp_path / f"{code}-{file.stem}-{number}")
                finally:
                    file.write_text(whole, "utf-8")
