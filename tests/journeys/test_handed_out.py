# SPDX-License-Identifier: Apache-2.0
"""What is asked again at the pull, and what the office can say afterwards: who got what, and what was barred."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest

from journeys.office import AGENCY, BOOK, CLERK, KEY, Office, an_order
from lawgate.office.handout import pull
from lawgate.office.orders import enter_order
from lawgate.protocol.bars import Barred
from lawgate.wiring.keeper import keeper_at
from lawgate_lab.make import make


@pytest.fixture(scope="module")
def ready(opened: Office, tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, str, str]:
    """An office with two of three rows in a package; its batch and the package's id."""
    office = opened.copy(tmp_path_factory.mktemp("handed-out") / "office")
    batch = office.decided(office.lab / "proper")
    return office, batch, office.prepared(batch, [0, 1], declined=[2]).manifest.package


@pytest.fixture
def packed(ready: tuple[Office, str, str], tmp_path: Path) -> tuple[Office, str, str]:
    """The same, one's own."""
    office, batch, package = ready
    return office.copy(tmp_path / "office"), batch, package


def pulled(office: Office, package: str, out: Path, key: str = KEY) -> object:
    """The package, handed into a folder."""
    house = office.house
    return pull(house.release.release, package, key, house.courier(out))


def bars(office: Office, package: str, out: Path) -> set[str]:
    """The codes of what bars the package; no byte leaves."""
    with pytest.raises(Barred) as barred:
        pulled(office, package, out)
    assert not out.exists() or list(out.rglob("*")) == []
    return {bar.code for bar in barred.value.bars}


def another_key(office: Office, lab: Path) -> None:
    """Somebody puts a key of their own under the registered id."""
    recipients = office.folder / "registers" / "recipients.toml"
    mine = str(pyrage.x25519.Identity.generate().to_public())
    lines = recipients.read_text().splitlines()
    at = next(n for n, line in enumerate(lines) if f'"{KEY}"' in line)
    place = next(n for n in range(at, len(lines)) if lines[n].startswith("age = "))
    lines[place] = f'age = "{mine}"'
    recipients.write_text("\n".join(lines) + "\n")


def another_law(office: Office, lab: Path) -> None:
    """A comment is enough: it is not the text that was decided on."""
    place = office.folder / "rulebooks" / BOOK / "parameters" / "i2.toml"
    place.write_text(place.read_text() + "\n# another text\n")


def another_import(office: Office, lab: Path) -> None:
    """Records of other people."""
    make(lab, 10, 3_000, "proper", 8)
    office.house.import_records(lab / "records")


def signer_gone(office: Office, lab: Path) -> None:
    """Whoever signed does not hold the office."""
    people = office.folder / "registers" / "people.toml"
    people.write_text(people.read_text().replace('office = "us.doj.attorney"', 'office = "us.doj.gone"'))


def law_unreadable(office: Office, lab: Path) -> None:
    """What cannot be read carries nothing."""
    (office.folder / "registers" / "safeguards.toml").write_text("(")


@pytest.mark.parametrize(
    ("change", "code"),
    [(another_key, "key_text"), (another_law, "request"), (another_import, "request"), (signer_gone, "request")],
)
def test_what_changed_since_the_package_bars_its_pull(
    packed: tuple[Office, str, str], tmp_path: Path, change: Callable[[Office, Path], None], code: str
) -> None:
    office, _, package = packed
    change(office, tmp_path / "lab")
    # Another key is no registered one either.
    also = {"key_registration"} if code == "key_text" else set()
    assert bars(office, package, tmp_path / "out") == {code, *also}
    done = office.call("status")
    assert f"barred in leaf 8: {code}" in done.output
    assert "not handed out" in done.output


def test_registers_nobody_can_read_bar_everything(packed: tuple[Office, str, str], tmp_path: Path) -> None:
    office, _, package = packed
    law_unreadable(office, tmp_path)
    done = office.call("pull", package, "--key", KEY, "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert not (tmp_path / "out").exists() or list((tmp_path / "out").rglob("*")) == []


def told(office: Office, batch: str, row: int) -> str:
    """The letter about a row, on one line."""
    (row_id,) = [r["row_id"] for r in office.rows(batch) if r["n"] == row]
    done = office.call("explain", batch, str(row_id))
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


def test_a_row_is_released_once_its_keys_were_sent(packed: tuple[Office, str, str], tmp_path: Path) -> None:
    office, batch, package = packed
    assert [f"who is told: {word}." in told(office, batch, 0) for word in ("not released", "released")] == [True, False]
    pulled(office, package, tmp_path / "out")
    for row, word in ((0, "released"), (1, "released"), (2, "not released")):
        assert f"who is told: {word}." in told(office, batch, row)
    assert "Handed out in leaf 8, and so disclosed; sent in leaf 9." in told(office, batch, 1)
    assert "Handed out" not in told(office, batch, 2)
    assert "handed out in leaf 8, sent in leaf 9" in office.call("status").output


def test_a_hand_out_that_may_not_have_arrived_is_told_inside_only(
    packed: tuple[Office, str, str], tmp_path: Path
) -> None:
    office, batch, package = packed

    class Lost(Exception):
        """The process ends here."""

    class Courier:
        def deliver(self, name: str, files: object) -> None:
            raise Lost

    # The keeper in this very process, so that the way out can be one that breaks.
    desk = replace(office.house.release.release, keepers=(keeper_at(office.folder, office.folder / "keeper", 0),))
    with pytest.raises(Lost):
        pull(desk, package, KEY, Courier())
    assert "who is told: not released." in told(office, batch, 0)
    assert "and so disclosed; whether it arrived is not known." in told(office, batch, 0)
    assert "handed out in leaf 8, whether it arrived is not known" in office.call("status").output


def test_an_order_since_the_decision_is_in_letter_and_status(packed: tuple[Office, str, str], tmp_path: Path) -> None:
    office, batch, package = packed
    text = tmp_path / "order.toml"
    text.write_bytes(an_order("order-since", AGENCY))
    assert office.call("order", "enter", text, "--by", CLERK).exit_code == 0
    assert "Decided again since: HOLD, under order-since; leaf" in told(office, batch, 0)
    assert bars(office, package, tmp_path / "out") == {"order"}
    status = office.call("status").output
    assert "order order-since  stay  stop  until further notice" in status
    assert ": order (order-since)" in status
    assert office.broken() == []


def test_a_letter_is_written_under_the_law_of_the_decision(packed: tuple[Office, str, str]) -> None:
    """The rulebook of the office has other clauses now; the one kept with the decision has not."""
    office, batch, _ = packed
    before = told(office, batch, 0)
    shutil.rmtree(office.folder / "rulebooks" / BOOK / "provisions")
    (office.folder / "rulebooks" / BOOK / "provisions").mkdir()
    for part in ("readings", "practices"):
        shutil.rmtree(office.folder / "rulebooks" / BOOK / part)
    (office.folder / "rulebooks" / BOOK / "untranslatable.toml").unlink()
    assert told(office, batch, 0) == before


def test_an_order_of_others_changes_no_letter(packed: tuple[Office, str, str]) -> None:
    office, batch, _ = packed
    before = told(office, batch, 0)
    enter_order(office.house.orders, an_order("order-others", "us.dhs"), CLERK)
    assert told(office, batch, 0) == before
