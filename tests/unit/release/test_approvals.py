# SPDX-License-Identifier: Apache-2.0
"""Which approvals count: I20 (two humans, offices, keys, one legal), T01 (nobody their own), T02 (exact set)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from house.tree import ROOT
from lawgate.authority.approvals import Signed, against, rules_of, terms_over
from lawgate.law.read import read_rulebook
from lawgate.model.form import bulk_threshold
from lawgate.model.order import EVERY, ApprovalTerms, Effect, EffectKind, Standing
from lawgate.model.period import Span
from lawgate.model.practice import Agreement
from lawgate.model.request import NOBODY, ReportsTo, Staff, Tenure
from lawgate.protocol.approval import render
from unit.release.approvers import EVER, HOUSE, PACKAGE, START, World, codes, enough, key_of, person
from unit.release.desk import an_order


def test_i20_two_humans_in_two_offices_one_of_them_legal() -> None:
    world = World()
    assert world.stands.short == ("E_APPROVALS_FEW", "E_APPROVALS_LEGAL")
    assert world.approve("person.c.2").short == ("E_APPROVALS_FEW", "E_APPROVALS_LEGAL")
    stands = world.approve("person.c.3")
    assert (stands.needed, stands.count, stands.legal, stands.short) == (2, 2, True, ())


def test_i20_two_without_counsel_do_not_do() -> None:
    world = World()
    world.approve("person.c.2")
    assert world.approve("person.c.4").short == ("E_APPROVALS_LEGAL",)


def test_i20_the_same_office_counts_once() -> None:
    world = World()
    world.people["person.c.5"] = person("person.c.5", "custodian.counsel", HOUSE, "person.c.0")
    world.approve("person.c.3")
    assert codes(world.approve("person.c.5")) == ["E_DUAL"]
    assert world.stands.short == ("E_APPROVALS_FEW",)


@pytest.mark.parametrize(
    ("key", "human"), [("person.c.2", ""), ("", "the one"), ("person.c.2", "the one")], ids=["key", "human", "both"]
)
def test_t01_one_human_with_two_accounts_counts_once(key: str, human: str) -> None:
    world = World()
    world.people["person.c.2"] = replace(world.people["person.c.2"], human="The One" if human else "")
    world.people["person.c.6"] = person("person.c.6", "custodian.counsel", HOUSE, "person.c.0", key, human)
    world.approve("person.c.2")
    stands = world.approve("person.c.6", key=key)
    assert codes(stands) == ["E_DUAL"]
    assert stands.count == 1
    assert stands.short


def test_t01_one_human_in_two_offices_counts_once() -> None:
    world = World()
    both = world.people["person.c.2"]
    world.people["person.c.2"] = replace(both, holds=(*both.holds, Tenure("custodian.counsel", HOUSE, EVER)))
    world.approve("person.c.2", "custodian.disclosure")
    assert codes(world.approve("person.c.2", "custodian.counsel")) == ["E_DUAL"]


@pytest.mark.parametrize("who", ["person.a.1", "person.a.2", "person.a.3", "person.a.4", "person.a.9", "person.a.8"])
def test_t01_nobody_of_the_asking_side_approves(who: str) -> None:
    """Whoever signed, is the contact, is engaged, receives, or only serves in that agency or a part of it."""
    world = World()
    known = world.people[who]
    world.people[who] = replace(known, holds=(*known.holds, Tenure("custodian.counsel", HOUSE, EVER)))
    assert "E_DUAL" in codes(world.approve(who, "custodian.counsel"))
    assert world.approve("person.c.2").count == 1


def test_t01_the_same_key_under_two_names() -> None:
    """The signer of the request under a second name in counsel's office."""
    world = World()
    world.people["person.c.7"] = person("person.c.7", "custodian.counsel", HOUSE, "person.c.0", key="person.a.1")
    assert codes(world.approve("person.c.7", key="person.a.1")) == ["E_DUAL"]


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_t01_a_subordinate_of_the_requester_over_any_number_of_steps(steps: int) -> None:
    world = World()
    above = "person.a.1"
    for step in range(steps):
        world.people[f"person.x.{step}"] = person(f"person.x.{step}", "elsewhere", HOUSE, above)
        above = f"person.x.{step}"
    world.people["person.c.3"] = person("person.c.3", "custodian.counsel", HOUSE, above)
    assert codes(world.approve("person.c.3")) == ["E_DUAL"]


def test_t01_who_reports_to_two_is_a_subordinate_of_both() -> None:
    world = World()
    lines = (ReportsTo("person.c.0", EVER), ReportsTo("person.a.2", EVER))
    world.people["person.c.3"] = replace(world.people["person.c.3"], reports_to=lines)
    assert codes(world.approve("person.c.3")) == ["E_DUAL"]


def test_t01_the_chart_of_both_days_binds() -> None:
    """Whoever was moved below the requester since, or out from below, is a subordinate all the same."""
    was = (
        ReportsTo("person.a.1", Span(date(2020, 1, 1), date(2030, 5, 7))),
        ReportsTo("person.c.0", Span(date(2030, 5, 7), None)),
    )
    world = World()
    world.people["person.c.3"] = replace(world.people["person.c.3"], reports_to=was)
    world.approve("person.c.3")
    world.later(24)
    assert codes(world.stands) == ["E_DUAL"]
    moved = World()
    moved.approve("person.c.3")
    assert not codes(moved.stands)
    since = (
        ReportsTo("person.c.0", Span(date(2020, 1, 1), date(2030, 5, 7))),
        ReportsTo("person.a.1", Span(date(2030, 5, 7), None)),
    )
    moved.people["person.c.3"] = replace(moved.people["person.c.3"], reports_to=since)
    assert not codes(moved.stands)
    moved.later(24)
    assert codes(moved.stands) == ["E_DUAL"]


@pytest.mark.parametrize("to", ["", "person.unknown", "person.c.3"])
def test_a_chart_that_is_not_known_to_the_top_lets_nobody_approve(to: str) -> None:
    world = World()
    world.people["person.c.3"] = person("person.c.3", "custodian.counsel", HOUSE, to)
    assert codes(world.approve("person.c.3")) == ["E_CHART"]


def test_the_chart_may_run_together_again() -> None:
    world = World()
    world.people["person.c.8"] = person("person.c.8", "custodian.second", HOUSE, "person.c.0")
    lines = (ReportsTo("person.c.0", EVER), ReportsTo("person.c.8", EVER))
    world.people["person.c.3"] = replace(world.people["person.c.3"], reports_to=lines)
    assert not codes(world.approve("person.c.3"))
    assert world.registers.superiors("person.c.3", date(2030, 5, 6)) == {"person.c.0", "person.c.8"}
    assert world.registers.superiors("person.c.0", date(2030, 5, 6)) == frozenset()


def test_the_reviewer_does_not_approve() -> None:
    world = World()
    reviewer = world.people["person.c.1"]
    world.people["person.c.1"] = replace(reviewer, holds=(*reviewer.holds, Tenure("custodian.counsel", HOUSE, EVER)))
    assert codes(world.approve("person.c.1", "custodian.counsel")) == ["E_DUAL"]


def test_nor_who_reports_to_the_reviewer() -> None:
    world = World()
    world.people["person.c.3"] = person("person.c.3", "custodian.counsel", HOUSE, "person.c.1")
    assert codes(world.approve("person.c.3")) == ["E_DUAL"]


def agreement(*signers: str) -> Agreement:
    some = frozenset({"x"})
    return Agreement("agr-1", "t", "us", some, some, some, None, Span(date(2030, 1, 1), None), frozenset(signers))


def test_who_signed_the_agreement_does_not_approve() -> None:
    for signer in ("person.c.3", "custodian.counsel"):
        world = World(agreement="agr-1", agreements={"agr-1": agreement(signer)})
        assert codes(world.approve("person.c.3")) == ["E_DUAL"]
        assert not codes(world.approve("person.c.2"))


def test_an_agreement_whose_signers_nobody_knows_lets_nobody_approve() -> None:
    assert codes(World(agreement="agr-1").approve("person.c.3")) == ["E_DUAL"]
    assert codes(World(agreement="agr-1", agreements={"agr-1": agreement()}).approve("person.c.3")) == ["E_DUAL"]


@pytest.mark.parametrize(
    "other",
    [
        {"package": "req-0001-p02"},
        {"set": "a" * 64},
        {"prepared": "a" * 64},
        {"objections": ("a" * 64,)},
        {"device": "a" * 64},
    ],
    ids=lambda each: next(iter(each)),
)
def test_t02_an_approval_of_something_else_is_none_of_this(other: dict[str, object]) -> None:
    world = enough()
    said = world.paper("person.c.4", **other)
    text = render(said)
    signed = Signed(text, key_of("person.c.4").sign(text))
    assert [why.code for why in against(world.sought, signed, world.leaves[-1].at)] == ["E_APPROVAL_BIND"]
    world.log(replace(said, package=PACKAGE, set=world.manifest.set), text, signed.signature)
    assert set(codes(world.stands)) == {"E_APPROVAL_BIND"}


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_t02_one_byte_changed(place: int, bit: int) -> None:
    world = World()
    text = render(world.paper("person.c.3"))
    signature = key_of("person.c.3").sign(text)
    at = place % len(text)
    spoilt = text[:at] + bytes([text[at] ^ 1 << bit]) + text[at + 1 :]
    world.approve("person.c.2")
    (digest,) = list(world.kept)
    good = world.kept[digest]
    # Under its own digest, as a thief would log it; and in place of a good one.
    why = against(world.sought, replace(good, paper=spoilt, signature=signature), "2030-05-06T14:00:00Z")
    assert {each.code for each in why} & {"E_APPROVAL_BIND", "E_APPROVAL_FORM"}
    world.kept[digest] = replace(good, paper=spoilt)
    assert codes(world.stands) == ["E_APPROVAL_GONE"]


def test_t02_another_persons_signature() -> None:
    assert codes(World().approve("person.c.3", key="person.c.2")) == ["E_APPROVAL_BIND"]


def test_t02_an_approval_of_an_earlier_package_does_not_follow_to_one_prepared_anew() -> None:
    world = enough()
    anew = World(leaves=[world.request(), world.review(), world.later().prepared()], now=world.now)
    anew.kept = world.kept
    anew.leaves += [leaf for leaf in world.leaves if leaf.kind == "approval"]
    assert codes(anew.stands) == ["E_APPROVAL_BIND", "E_APPROVAL_DAY"]
    assert anew.stands.count == 0


def test_a_leaf_that_says_something_else_than_its_paper() -> None:
    world = World()
    said = world.paper("person.c.3")
    text = render(said)
    world.log(replace(said, person="person.c.2", office="custodian.disclosure"), text, key_of("person.c.3").sign(text))
    assert codes(world.stands) == ["E_APPROVAL_BIND"]


def test_a_paper_that_is_gone() -> None:
    world = enough()
    world.kept.clear()
    assert codes(world.stands) == ["E_APPROVAL_GONE"]
    assert world.stands.short == ("E_APPROVALS_FEW", "E_APPROVALS_LEGAL")


def test_only_who_holds_the_office_that_day_and_in_its_role() -> None:
    world = World()
    past = Tenure("custodian.counsel", HOUSE, Span(date(2020, 1, 1), date(2030, 5, 6)))
    world.people["person.c.3"] = replace(world.people["person.c.3"], holds=(past,))
    assert codes(world.approve("person.c.3")) == ["E_APPROVAL_OFFICE"]
    assert codes(World().approve("person.c.2", role="legal")) == ["E_APPROVAL_OFFICE"]
    assert codes(World().approve("person.c.0")) == ["E_APPROVAL_OFFICE"]


def test_said_and_handed_in_on_one_day_and_not_ahead() -> None:
    for ahead in (timedelta(seconds=1), timedelta(days=-1), timedelta(seconds=-1)):
        world = World()
        assert codes(world.approve("person.c.3", said_at=world.now + ahead)) == (
            ["E_APPROVAL_DAY"] * (2 if ahead.days == -1 and ahead.seconds == 0 else 1)
        )


def test_an_objection_voids_what_was_approved_before_it() -> None:
    world = enough()
    world.later().object()
    assert [codes(world.stands, place) for place in (0, 1)] == [["E_APPROVAL_BIND"]] * 2
    assert world.stands.short == ("E_APPROVALS_FEW", "E_APPROVALS_LEGAL")
    world.approve("person.c.2")
    assert world.approve("person.c.3").short == ()


def test_an_objection_to_the_batch_is_one_to_each_of_its_packages() -> None:
    world = enough()
    world.object(subject="req-0001")
    assert world.stands.count == 0
    other = enough()
    other.object(subject="req-0002")
    assert other.stands.short == ()


def test_an_objection_that_is_not_kept_any_more_stops_the_package() -> None:
    world = World(threshold=51)
    assert world.stands.short == ()
    digest = world.object()
    world.approve("person.c.2")
    assert world.approve("person.c.3").short == ()
    for spoilt in (b"", b"another text"):
        world.said[digest] = spoilt
        assert world.stands.short == ("E_OBJECTION_GONE",)
    del world.said[digest]
    assert world.stands.short == ("E_OBJECTION_GONE",)


def test_when_approvals_are_needed() -> None:
    small = replace(World().manifest, batch_rows=49)
    assert World(manifest=small).stands.needed == 0
    assert World(manifest=small).stands.short == ()
    assert World(manifest=replace(small, batch_rows=50)).stands.needed == 2
    assert World(manifest=replace(small, batch_rows=0)).stands.needed == 2
    assert World(manifest=small, orders=(ApprovalTerms(1, ("custodian.counsel",)),)).stands.needed == 2
    assert World(manifest=small, orders=(ApprovalTerms(3, tuple("abc")),)).stands.needed == 3
    objecting = World(manifest=small)
    objecting.object()
    assert objecting.stands.needed == 2


def test_an_order_says_how_many_and_from_which_offices() -> None:
    world = World(orders=(ApprovalTerms(2, ("custodian.counsel", "custodian.ig")),))
    world.people["person.c.9"] = person("person.c.9", "custodian.ig", HOUSE, NOBODY)
    world.approve("person.c.2")
    assert world.approve("person.c.3").short == ("E_APPROVALS_OFFICES",)
    assert world.approve("person.c.9").short == ()


def test_an_office_that_only_an_order_names_is_no_legal_one() -> None:
    world = World(orders=(ApprovalTerms(1, ("custodian.ig",)),))
    world.people["person.c.9"] = person("person.c.9", "custodian.ig", HOUSE, NOBODY)
    assert codes(world.approve("person.c.9", role="legal")) == ["E_APPROVAL_OFFICE"]


def test_staff_of_the_asking_agency_are_of_the_asking_side() -> None:
    world = World(staff=(Staff("us.agency-a", frozenset({"person.c.3"}), EVER),))
    assert codes(world.approve("person.c.3")) == ["E_DUAL"]


@pytest.mark.parametrize(("stated", "is_"), [(None, 50), (50, 50), (10, 10), (1000, 50), (0, 1), (True, 1), ("50", 1)])
def test_a_rulebook_only_lowers_the_threshold(stated: object, is_: int) -> None:
    assert bulk_threshold(stated) == is_


BARRED = (
    "person.a.1",
    "person.a.2",
    "person.a.3",
    "person.a.4",
    "person.a.9",
    "person.c.1",
    "person.s.1",
    "person.s.2",
)


@given(
    before=st.lists(st.sampled_from(["person.c.2", "person.c.3", "person.c.4"]), max_size=3),
    barred=st.lists(
        st.tuples(st.sampled_from(BARRED), st.sampled_from(["custodian.counsel", "custodian.disclosure"])), max_size=4
    ),
    terms=st.lists(st.integers(1, 3), max_size=1),
)
def test_i20_approvals_by_the_barred_never_make_them_enough(
    before: list[str], barred: list[tuple[str, str]], terms: list[int]
) -> None:
    orders = tuple(ApprovalTerms(n, ("custodian.counsel", "custodian.disclosure")) for n in terms)
    world = World(orders=orders)
    world.people["person.s.1"] = person("person.s.1", "custodian.counsel", HOUSE, "person.a.1")
    world.people["person.s.2"] = person("person.s.2", "custodian.counsel", HOUSE, "person.s.1")
    for who in BARRED:
        more = tuple(Tenure(office, HOUSE, EVER) for office in ("custodian.counsel", "custodian.disclosure"))
        world.people[who] = replace(world.people[who], holds=(*world.people[who].holds, *more))
    for who in before:
        world.approve(who)
    was = world.stands
    for who, office in barred:
        world.approve(who, office)
    now = world.stands
    assert (now.count, now.legal, now.short) == (was.count, was.legal, was.short)


def outsider(world: World, who: str = "person.o.1", agency: str = HOUSE) -> str:
    """Somebody in counsel's office of whom nothing else is known, and who reports to nobody."""
    world.people[who] = person(who, "custodian.counsel", agency, NOBODY)
    return who


@pytest.mark.parametrize("named", ["people", "recipients"])
@pytest.mark.parametrize("spelt", ["person.o.1", "Person.O.1"])
def test_t01_who_the_package_names_does_not_approve_wherever_they_serve(named: str, spelt: str) -> None:
    world = World(manifest=replace(World().manifest, **{named: (spelt,)}))
    assert codes(world.approve(outsider(world))) == ["E_DUAL"]


@pytest.mark.parametrize(
    ("serves", "asks", "barred"),
    [
        ("us.agency-a", "us.agency-a", True),
        ("us.agency-a.part", "us.agency-a", True),
        ("us.agency-a", "us.agency-a.part", True),
        ("us.agency-ab", "us.agency-a", False),
        ("us.agency-a", "us.agency-ab", False),
    ],
)
def test_t01_who_serves_in_the_asking_house_does_not_approve(serves: str, asks: str, barred: bool) -> None:
    world = World(manifest=replace(World().manifest, agency=asks, people=(), recipients=()))
    assert codes(world.approve(outsider(world, agency=serves))) == (["E_DUAL"] if barred else [])


def test_t01_who_reports_to_a_signer_of_the_agreement_does_not_approve() -> None:
    world = World(agreement="agr-1", agreements={"agr-1": agreement("person.c.4")})
    world.people["person.o.1"] = person("person.o.1", "custodian.counsel", HOUSE, "person.c.4")
    assert codes(world.approve("person.o.1")) == ["E_DUAL"]


def test_what_ends_at_the_top_on_one_line_may_be_open_on_another() -> None:
    world = World()
    lines = (ReportsTo("person.c.0", EVER), ReportsTo("person.unknown", EVER))
    world.people["person.c.3"] = replace(world.people["person.c.3"], reports_to=lines)
    assert codes(world.approve("person.c.3")) == ["E_CHART"]


def test_without_the_leaf_of_the_request_nobody_knows_its_agreement() -> None:
    world = World()
    world.leaves = world.leaves[1:]
    assert codes(world.approve("person.c.3")) == ["E_DUAL"]


def test_a_package_that_was_not_prepared_or_twice_is_none() -> None:
    world = World()
    world.leaves = world.leaves[:2]
    assert codes(world.approve("person.c.3")) == ["E_APPROVAL_BIND"]
    assert world.stands.short == ("E_UNPREPARED", "E_APPROVALS_FEW", "E_APPROVALS_LEGAL")
    twice = enough()
    twice.leaves.append(twice.prepared())
    assert twice.stands.short == ("E_UNPREPARED", "E_APPROVALS_FEW", "E_APPROVALS_LEGAL")


def test_what_orders_over_the_package_ask() -> None:
    """An order that names one of the people, one about others, one without such an effect, and two effects of one."""
    named = Effect(
        EffectKind.APPROVAL, EVERY, ("person.a.3",), EVERY, EVERY, EVERY, 0, approval=ApprovalTerms(3, ("a",))
    )
    others = replace(named, requesters=("person.b.1",))
    many = replace(named, requesters=EVERY, rows_at_least=50, approval=ApprovalTerms(2, ("b",)))
    orders = [an_order(f"order-{n}", effects=each) for n, each in enumerate([(named, many), (others,)])]
    orders.append(an_order("order-9"))
    stands = Standing(START, tuple(orders), (), "0" * 64)
    world = World()
    assert terms_over(stands, world.manifest, world.registers) == (ApprovalTerms(3, ("a",)), ApprovalTerms(2, ("b",)))
    few = replace(world.manifest, batch_rows=49)
    assert terms_over(stands, few, world.registers) == (ApprovalTerms(3, ("a",)),)


def test_what_the_real_rulebook_says() -> None:
    folder = ROOT / "rulebooks" / "us-26-6103"
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.toml")}
    rules = rules_of(read_rulebook(files, date(2025, 8, 7)))
    assert rules.threshold == 50
    assert set(rules.offices.values()) == {"disclosure", "legal"}
    assert "custodian.registrar" not in rules.offices
    assert rules.agreements["agr-2025-04"].signers == {"us.dhs.head", "us.treasury.head"}
    assert (
        rules_of(read_rulebook({n: t for n, t in files.items() if "approving_" not in n}, date(2025, 8, 7))).offices
        == {}
    )
