# SPDX-License-Identifier: Apache-2.0
"""Plays of the edge cases about orders: each does what the case says happens and asserts what the rulebook fixes.

Those that take days are played by the small custodian of the docket's tests, whose clock is moved by hand.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest

from journeys.office import AGENCY, CLERK, KEY, SEED, Office, an_order
from lawgate.docket.acts import ActKind
from lawgate.docket.duties import duties
from lawgate.docket.printing import print_order
from lawgate.docket.reading import read_order
from lawgate.docket.standing import covering, standing
from lawgate.ledger.leaf import instant
from lawgate.model.fault import Refused
from lawgate.model.order import EVERY, Covered, Effect, EffectKind, Exempt, NoticeTerms, State
from lawgate.office.bench import bench_at
from lawgate.office.handout import pull
from lawgate.office.order_acts import lift, lifted_now
from lawgate.office.order_asof import as_of
from lawgate.office.order_leaves import exposures
from lawgate.office.orders import enter_order
from lawgate.protocol.bars import Barred
from lawgate_lab.make import make
from unit.docket.house import KEYS, House
from unit.docket.made import STOP, WHAT
from unit.docket.made import an_order as made_order
from unit.release.desk import PACKAGE
from unit.release.desk import Office as Small
from unit.release.desk import an_order_text as made_order_text

ONE = {"person_c_1": KEYS["person_c_1"]}


class Place(Protocol):
    """What a play is given: an office to play in."""

    @property
    def office(self) -> Office:
        """The office."""
        ...


@dataclass(frozen=True)
class Seen:
    """The docket at a moment: ids that cover what the small custodian has, and the state of each order."""

    covering: tuple[str, ...]
    states: dict[str, State]


def seen(house: House) -> Seen:
    """What covers a package of the small custodian now."""
    docket = standing(house.office.register.texts(), house.now, lifted_now(house.desk))
    return Seen(covering(docket, WHAT), {each.order.id: each.state for each in docket.stood})


def barred(house: House) -> bool:
    """Whether asking for the package is refused because of an order, with nothing delivered."""
    with pytest.raises(Barred) as found:
        pull(house.release, PACKAGE, "rk-1", house.office.courier)
    return "order" in {bar.code for bar in found.value.bars} and house.office.handed_out() == []


def goes_out(house: House) -> bool:
    """Whether the package is handed out when it is asked for now."""
    pull(house.release, PACKAGE, "rk-1", house.office.courier)
    return len(house.office.handed_out()) == 1


def ready(out: Path) -> House:
    """A small custodian with a package that nothing keeps from leaving."""
    made = Small(out)
    made.prepared()
    return House(made)


def stopped_between_records(place: Place, out: Path) -> None:
    """Three packages of a batch; the order comes when the first has gone, and had effect before that."""
    office = place.office
    batch = office.decided(office.lab / "thirty")
    rows = [row["n"] for row in office.rows(batch) if row["outcome"] == "REQUIRE"][:3]
    names = [office.prepared(batch, [row]).manifest.package for row in rows]
    out.mkdir()
    begun = datetime.now(UTC).replace(microsecond=0)
    gone = pull(office.house.release.release, names[0], KEY, office.house.courier(out / "first")).handout
    # "Hand-outs stop between two packages as soon as the order is known and none follows, ..."
    order = replace(read_order(an_order("order-late", AGENCY), "order"), effective_at=begun)
    enter_order(office.house.orders, print_order(order), CLERK)
    for name in names:
        with pytest.raises(Barred) as found:
            pull(office.house.release.release, name, KEY, office.house.courier(out / name))
        assert "order" in {bar.code for bar in found.value.bars}
        assert not (out / name).exists() or not list((out / name).iterdir())
    # "... the packages that went stand in the log with their times, ..."
    leaves = dict(office.house.decide.log.leaves())
    assert (leaves[gone].kind, leaves[gone].text("package"), leaves[gone].at >= instant(begun)) == (
        "handout",
        names[0],
        True,
    )
    # "... and counsel gets a report that lists those handed out between entry and notice."
    (force,) = (leaf for leaf in leaves.values() if leaf.kind == "in-force")
    lists = exposures(list(leaves.items()))
    assert [each.leaf for each in lists if not each.near] == [gone]
    # What this office handed out just before the order had effect is history, and told apart as within the tolerance.
    near = [each.leaf for each in lists if each.near]
    assert all(at < gone and leaves[at].at < instant(begun) for at in near)
    assert sorted(force.texts("exposed")) == sorted(f"{leaves[at].text('package')}@{at}" for at in (gone, *near))
    assert force.number("exposed_rows") == sum(leaves[at].number("rows") for at in (gone, *near))
    # Reviews of three packages in a moment are played a second ahead each, and time in a log never runs backwards.
    told = as_of(office.house.orders, max(datetime.now(UTC), datetime.fromisoformat(leaves[gone].at)))
    assert [(each.package, each.rows) for each in told.released if each.exposed == ("order-late",)] == [(names[0], 1)]
    assert [each.leaf for each in told.released if each.near == ("order-late",)] == near
    assert not {each.package for each in told.released} & set(names[1:])


def stay_counts_from_verification(_: Place, out: Path) -> None:
    """A notice order is stayed for a time; two people let the stay count; it lapses before anything was sent."""
    house = ready(out)
    notice = Effect(EffectKind.NOTICE, EVERY, EVERY, EVERY, EVERY, EVERY, 0, NoticeTerms(24, ("court",), 72))
    begun = house.now
    house.order(made_order("order-1", notice, since=begun))
    house.order(made_order("order-2", since=begun))
    house.later(20)
    lapse = house.now + timedelta(hours=28)
    # "Nothing is sent before the stay is verified ..."
    house.act(ActKind.ADMIN_STAY, until=lapse)
    house.serve()
    assert (seen(house).covering, barred(house)) == (("order-1", "order-2"), True)
    house.later(24)
    lift(house.desk, "act-1", CLERK)
    # "... and every other order is looked at again; ..."
    assert seen(house).states["order-1"] is State.ADMIN_STAYED
    assert (seen(house).covering, barred(house)) == (("order-2",), True)
    # "... if the stay lapses before sending, the duty is back and needs fresh notice."
    house.later(4)
    docket = standing(house.office.register.texts(), house.now, lifted_now(house.desk))
    (duty,) = duties(docket, WHAT)
    assert (duty.order, duty.since) == ("order-1", lapse)
    assert "order-1" in covering(docket, WHAT)


def still_in_force(_: Place, out: Path) -> None:
    """A court of appeals reverses; its mandate has not issued."""
    house = ready(out)
    house.order(made_order(since=house.now))
    house.act(ActKind.REVERSAL, keys=ONE)
    house.later(24 * 30)
    assert seen(house) == Seen(("order-1",), {"order-1": State.REVERSED_MANDATE_PENDING})
    assert barred(house)
    with pytest.raises(Refused, match="lift_early"):
        lift(house.desk, "act-1", CLERK)


def no_change_by_another_case(place: Place, out: Path) -> None:
    """A decision in another case, and an indicative ruling, are noted."""
    house = ready(out / "small")
    house.order(made_order(since=house.now))
    before = seen(house)
    # "No order changes; the decision is noted as precedent, ..."
    for name, kind in (("act-1", ActKind.CITED), ("act-2", ActKind.INDICATIVE)):
        house.act(kind, name)
        house.later(100)
        with pytest.raises(Refused, match="lift_early"):
            lift(house.desk, name, CLERK)
    assert (seen(house), barred(house)) == (before, True)
    assert [leaf.text("does") for leaf in house.office.kinds("order-act")] == ["cited", "indicative-ruling"]
    # "... and a wider practice still needs its reasons on record."
    explained = [practice.explanation for practice in the_law(place).practices if practice.rows_a_request > 50]
    assert all(explained)


def the_law(place: Place):
    """The rulebook that the office decides by."""
    desk = place.office.house.decide
    batch = next(each for each in desk.cases.batches() if each.state == "decided")
    return bench_at(desk, batch, desk.clock.now()).rulebook


def end_needs_verification(_: Place, out: Path) -> None:
    """A temporary order ends at midnight; what extends it is learned of at 00:20."""
    house = ready(out)
    midnight = house.now + timedelta(hours=10)
    house.order(made_order(since=house.now, ends=midnight))
    house.later(10 + 10 / 60)
    # "Nothing is sent in between, ..."
    assert (seen(house).covering, barred(house)) == (("order-1",), True)
    # "... because an end counts only once two people have verified that nothing extends it."
    house.act(ActKind.EXPIRY, "act-1", keys=ONE)
    house.serve("act-1")
    house.later(10 / 60)
    house.act(ActKind.EXTEND, "act-2", keys=ONE)
    house.later(48)
    with pytest.raises(Refused, match="two humans"):
        lift(house.desk, "act-1", CLERK)
    assert (seen(house).covering, barred(house)) == (("order-1",), True)
    house.lifted(ActKind.EXPIRY, "act-3")
    assert (seen(house), goes_out(house)) == (Seen((), {"order-1": State.EXPIRED}), True)


def reported_hold(_: Place, out: Path) -> None:
    """The press reports an order that nobody has seen."""
    house = ready(out)
    house.order(made_order(since=house.now, kind="reported"))
    # "A hold stands at once as reported; ..."
    assert (seen(house), barred(house)) == (Seen(("order-1",), {"order-1": State.REPORTED}), True)
    # "... only two people can end it, by finding that there is no such order."
    house.act(ActKind.REJECT, "act-1", keys=ONE)
    house.serve("act-1")
    house.later(24 * 365)
    with pytest.raises(Refused, match="two humans"):
        lift(house.desk, "act-1", CLERK)
    assert seen(house).covering == ("order-1",)
    house.lifted(ActKind.REJECT, "act-2")
    assert (seen(house), goes_out(house)) == (Seen((), {"order-1": State.REJECTED}), True)


def exception_is_a_rule(place: Place, out: Path) -> None:
    """An order forbids releases except to requests that strictly meet the paragraph."""
    office = place.office
    law = the_law(place)
    elements = tuple(element.id for element in law.provisions["i2"].elements)
    order = read_order(an_order("order-strict", AGENCY), "order")
    rule = Exempt(("i2",), 1, elements)
    text = print_order(replace(order, effects=(replace(order.effects[0], exceptions=(rule,)),)))
    out.mkdir()
    (out / "order.toml").write_bytes(text)
    assert office.call("order", "enter", out / "order.toml", "--by", CLERK).exit_code == 0
    # The strict set of parameters is what every request is decided by; a reading that is easier opens nothing.
    assert office.call("readings", place_batch(office)).exit_code == 0
    # "... and only requests for single persons pass."
    for name, people in (("single", 1), ("couple", 2)):
        make(out / "lab", 10, 3000, "proper", SEED, name, people)
    shutil.copy(out / "lab" / "registers" / "staff.toml", office.folder / "registers")
    single, couple = (office.decided(out / "lab" / name) for name in ("single", "couple"))
    assert [row["outcome"] for row in office.rows(single)] == ["REQUIRE"]
    assert [row["outcome"] for row in office.rows(couple)] == ["HOLD"] * 2
    docket = standing(office.house.orders.register.texts(), office.house.decide.clock.now())
    one = Covered("i2", AGENCY, AGENCY, ("mailing_address",), (2022,), 1, frozenset(elements), AGENCY)
    assert covering(docket, one) == ()
    for missing in elements:
        short = replace(one, elements=one.elements - {missing})
        assert covering(docket, short) == ("order-strict",), missing


def place_batch(office: Office) -> str:
    """The batch that was decided before anything was played."""
    return next(each.id for each in office.house.decide.cases.batches() if each.state == "decided")


def sent_without_keys(place: Place, out: Path) -> None:
    """The sealed package went, the order came, the lease ran out: no key follows, and log and list say both."""
    small = Small(out)
    small.prepared()

    class Courier:
        room = small.courier.room

        def deliver(self, name: str, files: Iterable[tuple[str, bytes]]) -> None:
            def one_by_one() -> Iterable[tuple[str, bytes]]:
                for file, data in files:
                    yield file, data
                    small.register.enter("order-1", made_order_text())
                    small.clock.seconds += 2.5

            small.courier.deliver(name, one_by_one())

    with pytest.raises(Barred) as found:
        pull(small.release(), PACKAGE, "rk-1", Courier())
    assert (found.value.step, [bar.code for bar in found.value.bars]) == ("begun", ["lease"])
    enter_order(small.orders(), made_order_text(), CLERK)
    (handed,) = [index for index, leaf in small.log.leaves() if leaf.kind == "handout"]
    assert [file.name for file in (small.root / "out").rglob("*") if file.is_file()] == ["package.tar"]
    assert (small.kinds("sent"), small.kinds("barred")[0].text("step")) == ([], "begun")
    assert small.kinds("in-force")[0].texts("exposed") == (f"{PACKAGE}@{handed}",)
    with pytest.raises(Barred) as found:
        pull(small.release(), PACKAGE, "rk-1", small.courier)
    assert "order" in {bar.code for bar in found.value.bars}
    assert small.handed_out() == []


ORDER_PLAYS: dict[str, Callable[[Place, Path], None]] = {
    play.__name__: play
    for play in (
        stopped_between_records,
        sent_without_keys,
        stay_counts_from_verification,
        still_in_force,
        no_change_by_another_case,
        end_needs_verification,
        reported_hold,
        exception_is_a_rule,
    )
}
__all__ = ["ORDER_PLAYS", "STOP"]
