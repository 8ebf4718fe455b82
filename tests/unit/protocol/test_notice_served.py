# SPDX-License-Identifier: Apache-2.0
"""What comes back after a notice: reports of mail systems, statements, answers; who may hand it in, and what counts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from lawgate.law.notice_parties import NoticeParties
from lawgate.model.fault import LawgateError, Refused
from lawgate.office.notify import give_notice
from lawgate.office.notify_reports import BOUNCED, DELIVERED, UNSETTLED, read_report
from lawgate.office.notify_served import notices_of, statement, take_answers, take_receipt, take_report
from lawgate.protocol.notice import Receipt, digest_of, parse_notice, parse_served, print_receipt
from unit.protocol.notified import BY, EVERYWHERE, MAILBOX, ORDER, Noticed, report
from unit.release.desk import PACKAGE, REVIEWER

WEDNESDAY = "2030-09-25T16:00:00-04:00"
READING = """From: counsel@organisation.example
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary="b"

--b
Content-Type: text/plain

Read.
--b
Content-Type: message/disposition-notification

Final-Recipient: rfc822; {mailbox}
Original-Message-ID: <{notice}.1@custodian.example>
Disposition: {disposition}

--b--
"""


def reading(notice: str, disposition: str) -> bytes:
    return READING.format(notice=notice, mailbox=MAILBOX, disposition=disposition).encode()


@pytest.fixture
def place(tmp_path: Path) -> Noticed:
    made = Noticed(tmp_path, WEDNESDAY)
    made.give()
    return made


def newest(place: Noticed) -> str:
    return place.office.kinds("notice")[-1].text("paper")


A = "a" * 64


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (report(A), DELIVERED),
        (report(A, "failed"), BOUNCED),
        (report(A, "FAILED"), BOUNCED),
        (report(A, "delayed"), UNSETTLED),
        (report(A, "relayed"), UNSETTLED),
        (report(A, "expanded"), UNSETTLED),
        (report(A, "anything"), UNSETTLED),
        (report(A, envelope=""), DELIVERED),
        (report(A, message="<other@example>"), DELIVERED),
        (reading(A, "manual-action/MDN-sent-manually; displayed"), DELIVERED),
        (reading(A, "automatic-action/MDN-sent-automatically; deleted"), UNSETTLED),
        (reading(A, "displayed"), UNSETTLED),
    ],
)
def test_what_a_report_says(data: bytes, state: str) -> None:
    found = read_report(data)
    assert (found.state, found.notice, found.mailbox) == (state, A, MAILBOX)
    assert read_report(data.replace(b"\n", b"\r\n")) == found


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"Subject: hello\n\nit arrived, believe me",
        report(A, envelope="", message="<other@example>"),
        report(A, message=f"<{'b' * 64}.1@custodian.example>"),
        report(A, mailbox=""),
        report(A).replace(b"rfc822;", b"x400;"),
        report(A).replace(b"Status: 2.0.0\n", b"Status: 2.0.0\n\nFinal-Recipient: rfc822; b@c\nAction: delivered\n"),
        report(A).replace(b"message/delivery-status", b"text/plain"),
        report(A) + b" " * (1 << 20),
        report(A, envelope="From: MAILER-DAEMON <").replace(b"rfc822;", b"x400;"),
        report(A, envelope="", message="<"),
        report(A).replace(b'boundary="b"', b"boundary=\"b\"; charset*0*=utf-8''%ff; charset*=''"),
        b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(5000)),
    ],
)
def test_what_is_no_report_about_one_delivery(data: bytes) -> None:
    with pytest.raises(Refused, match="notice_report"):
        read_report(data)


@pytest.mark.parametrize("block", ["From: MAILER-DAEMON <", "Message-ID: <", "Date: x"])
def test_a_broken_header_beside_it_hides_no_report(block: str) -> None:
    """A report of a mail that came back has to be taken: the clock that it stops would run on."""
    for data in (report(A, "failed", envelope=f"{block}\nOriginal-Envelope-Id: {A}\n"), report(A, "failed")):
        assert read_report(data.replace(b"Subject: Notice", block.encode())).state == BOUNCED
    folded = report(A, "failed").replace(b"rfc822; ", b"rfc822;\n ").replace(f"{A}\n".encode(), f"\n {A}\n".encode(), 1)
    assert read_report(folded).mailbox == MAILBOX


@pytest.mark.parametrize(("old", "new"), [(b"}", b"} "), (b"2030-09-25T", b"2030-09-24T")])
def test_a_kept_notice_that_was_damaged_is_made_anew(place: Noticed, old: bytes, new: bytes) -> None:
    before = newest(place)
    place.later(hours=1)
    assert digest_of(give_notice(place.desk, PACKAGE, BY).paper) == before
    kept = place.office.root / "notices" / PACKAGE / f"paper-{before}"
    kept.write_bytes(kept.read_bytes().replace(old, new))
    given = give_notice(place.desk, PACKAGE, BY)
    assert newest(place) == digest_of(given.paper) != before
    assert given.leaf == len(list(place.office.log.leaves())) - 1


def by_mail(place: Noticed, evidence: bytes) -> None:
    place.state("org/mail", "smtp", evidence)


def test_a_mail_is_served_by_a_statement_that_rests_on_its_report(place: Noticed) -> None:
    place.serve("court/clerk", "org/hook")
    by_mail(place, report(newest(place)))
    place.later(hours=24)
    assert place.code() == "met"


@pytest.mark.parametrize("action", ["failed", "relayed", "delayed"])
def test_a_report_of_no_delivery_serves_nobody(place: Noticed, action: str) -> None:
    with pytest.raises(Refused, match="notice_evidence"):
        by_mail(place, report(newest(place), action))
    for evidence in (report(A), report(newest(place), mailbox="other@organisation.example")):
        with pytest.raises(Refused, match="notice_evidence"):
            by_mail(place, evidence)
    with pytest.raises(Refused, match="notice_report"):
        by_mail(place, b"it arrived")


def test_a_statement_names_what_it_rests_on(place: Noticed) -> None:
    good, other = report(newest(place)), report(newest(place)) + b"\n"
    said = statement(place.desk, PACKAGE, "org", "mail", "smtp", place.clock.at, BY, good)
    receipt = print_receipt(Receipt(parse_served(said), REVIEWER.sign(said)))
    for evidence, code in ((other, "notice_evidence"), (b"", "notice_report")):
        with pytest.raises(Refused, match=code):
            take_receipt(place.desk, PACKAGE, receipt, evidence)
    with pytest.raises(Refused, match="notice_evidence"):
        statement(place.desk, PACKAGE, "court", "clerk", "filed", place.clock.at, BY, b"")


@pytest.mark.parametrize(("address", "how"), [("court/clerk", "smtp"), ("org/none", "hand"), ("none/mail", "hand")])
def test_service_fits_the_address(place: Noticed, address: str, how: str) -> None:
    party, _, name = address.partition("/")
    with pytest.raises(Refused, match="notice_served"):
        statement(place.desk, PACKAGE, party, name, how, place.clock.at, BY, report(newest(place)))
    for other in ("webhook", "phone"):
        with pytest.raises(Refused, match="notice_served"):
            statement(place.desk, PACKAGE, "org", "hook", other, place.clock.at, BY, b"")


def test_receipts_that_do_not_hold_leave_no_leaf(place: Noticed) -> None:
    at = place.clock.at
    for changed, code in (
        ({"notice": A}, "notice_served"),
        ({"served_at": at - timedelta(hours=1)}, "notice_served"),
        ({"served_at": at + timedelta(hours=1)}, "notice_served"),
        ({"by": "person.a.1"}, "notice_signature"),
        ({"by": "person.x.9"}, "notice_signature"),
        ({"how": "smtp"}, "notice_signature"),
        ({"how": "filed", "evidence": A}, "notice_signature"),
        ({"how": "hand", "evidence": A}, "notice_by_hand"),
        ({"evidence": A}, "notice_evidence"),
    ):
        with pytest.raises(Refused, match=code):
            place.take(place.receipt("org/mail", **changed), place.evidence("org/mail"))
    with pytest.raises(Refused, match="notice_form"):
        take_receipt(place.desk, PACKAGE, b"{}")
    assert place.office.kinds("receipt") == []
    place.serve("org/mail")
    with pytest.raises(Refused, match="notice_again"):
        place.serve("org/mail")
    assert len(place.office.kinds("receipt")) == 1


def test_what_came_back_is_logged_whoever_of_the_custodian_says_so(place: Noticed) -> None:
    place.serve()
    with pytest.raises(Refused, match="notice_person"):
        take_report(place.desk, PACKAGE, report(newest(place), "failed"), "person.a.1")
    assert take_report(place.desk, PACKAGE, report(newest(place)), BY) is None
    assert take_report(place.desk, PACKAGE, report(newest(place), "delayed"), BY) is None
    for other in (report(A, "failed"), report(newest(place), "failed", "nobody@organisation.example")):
        with pytest.raises(Refused, match="notice_report"):
            take_report(place.desk, PACKAGE, other, BY)
    assert place.office.kinds("alarm") == []
    back = report(newest(place), "failed")
    assert take_report(place.desk, PACKAGE, back, BY) is not None
    (leaf,) = place.office.kinds("alarm")
    assert (leaf.text("code"), leaf.text("detail")) == ("notice_bounced", digest_of(back))
    (clock,) = notices_of(place.desk, PACKAGE).clocks
    assert (clock.found.code, clock.found.who) == ("clock_not_started", ("org/mail",))
    lines = [(line.served, line.what) for line in notices_of(place.desk, PACKAGE).notices[0][1]]
    assert lines == [*((each, "served") for each in EVERYWHERE), ("org/mail", "notice_bounced")]


def test_an_answer_that_holds_is_a_receipt_and_any_other_is_nothing(place: Noticed) -> None:
    place.hook.answer = place.hooked()
    given = give_notice(place.desk, PACKAGE, BY)
    assert take_answers(place.desk, PACKAGE, given) == (("org/hook", ""),)
    assert len(place.office.kinds("receipt")) == 1
    for answer, code in (
        (b"ok", "notice_form"),
        (place.hooked(by="court"), "notice_signature"),
        (place.receipt("org/mail"), "notice_served"),
        (place.hooked(), "notice_again"),
    ):
        place.hook.answer = answer
        assert take_answers(place.desk, PACKAGE, give_notice(place.desk, PACKAGE, BY)) == (("org/hook", code),)
    assert len(place.office.kinds("receipt")) == 1


def test_one_that_cannot_be_reached_keeps_no_other_from_being_told(place: Noticed) -> None:
    place.mail.fails = "unreached"
    given = give_notice(place.desk, PACKAGE, BY)
    assert [(f"{t.party}/{t.address}", t.code) for t in given.told] == [
        ("court/clerk", "by_hand"),
        ("org/mail", "unreached"),
        ("org/hook", ""),
    ]


def test_the_paper_says_what_is_sent_and_names_no_person(place: Noticed) -> None:
    _, parcel = place.mail.parcels[-1]
    paper = parse_notice(parcel.paper)
    leaf = place.office.kinds("notice")[-1]
    assert (paper.people, paper.set, paper.recipient) == (3, leaf.text("set"), "us.agency-a")
    assert [(each.order, each.docket_number, each.hours) for each in paper.orders] == [(ORDER, "1:30-cv-1", 24)]
    assert [(each.party, each.addresses) for each in paper.parties] == [
        ("court", ("clerk",)),
        ("org", ("mail", "hook")),
    ]
    for word in ("1:30-cv-1", "A Court", "1 Example Code 2", "us.agency-a", paper.set, "24 under order-notice"):
        assert word in parcel.words
        assert word.encode() in parcel.page
    for told in (parcel.paper, parcel.words.encode(), parcel.page):
        assert b"person.a" not in told and b"row-" not in told
        assert b"@" not in told


@pytest.mark.parametrize("by", ["person.a.1", "person.x.9", "", "PERSON.R.1"])
def test_who_is_nobody_of_the_custodian_gives_no_notice(place: Noticed, by: str) -> None:
    with pytest.raises(Refused, match="notice_person"):
        give_notice(place.desk, PACKAGE, by)


def test_what_cannot_be_given_notice_of(place: Noticed) -> None:
    with pytest.raises(Refused, match="notice_package"):
        give_notice(place.desk, "pkg-none", BY)
    place.parties = NoticeParties({}, "d" * 64)
    with pytest.raises(Refused, match="notice_parties"):
        give_notice(place.desk, PACKAGE, BY)


def test_without_an_order_there_is_no_notice(tmp_path: Path) -> None:
    made = Noticed(tmp_path, WEDNESDAY)
    made.office.root.joinpath("docket").rename(tmp_path / "gone")
    made.office.register = made.office.register.create(tmp_path / "docket")
    with pytest.raises(Refused, match="notice_none"):
        give_notice(made.desk, PACKAGE, BY)


def test_a_paper_is_in_the_log_before_anybody_has_it(place: Noticed) -> None:
    class Looks:
        def send(self, where: str, parcel: object) -> object:
            assert newest(place) == digest_of(parcel.paper)
            raise LawgateError("broken")

    place.mail = Looks()
    with pytest.raises(LawgateError, match="broken"):
        give_notice(place.desk, PACKAGE, BY, anew=True)
    assert len(place.office.kinds("notice")) == 2


def test_witnesses_that_were_away_are_asked_again(place: Noticed) -> None:
    there = place.office.gather
    place.serve("court/clerk", "org/hook")

    def away(*_: object) -> object:
        raise LawgateError("no witness")

    from lawgate.drivers.tiles import publish_head
    from unit.release.desk import LOG_KEY, POLICY, verify

    place.office.log._publish = lambda log: publish_head(log, LOG_KEY, POLICY, verify, away)
    (taken,) = place.serve("org/mail")
    assert not taken.witnessed
    assert place.code() == "clock_unknown"
    place.office.log._publish = lambda log: publish_head(log, LOG_KEY, POLICY, verify, there)
    place.later(hours=30)
    # The hours run from the first head that shows it, not from when the receipt came.
    assert notices_of(place.desk, PACKAGE).clocks[0].found.code == "clock_running"
    started = place.met()
    assert started.counted.acts.ends >= place.clock.at + timedelta(hours=24)
