# SPDX-License-Identifier: Apache-2.0
"""I23: whatever a mail system sends back, reading it gives a report or the one refusal, and never an error."""

from hypothesis import given
from hypothesis import strategies as st

from lawgate.model.fault import Refused
from lawgate.office.notify_reports import BOUNCED, DELIVERED, UNSETTLED, read_report
from unit.protocol.test_notice_served import A, reading, report

WHOLE = (report(A), report(A, "failed"), reading(A, "manual-action/MDN-sent-manually; displayed"))
PIECES = st.sampled_from(
    [
        b"From: MAILER-DAEMON <\n",
        b"Message-ID: <\n",
        b"To: =?utf-8?q?=\n",
        b"Content-Type: message/rfc822; charset*=''\n",
        b"Content-Type: text/plain; charset=nobody-knows\n",
        b"Content-Transfer-Encoding: base64\n",
        b"Date: Mon, 99\n",
        b"\n\n",
        b"--b\n",
        b"--b--\n",
        b"\xff\x00\xfe",
        b";",
        b"<",
        b"=?",
        b"\t",
        b"\r",
    ]
)
CHANGES = st.lists(st.tuples(st.integers(0, 900), st.integers(0, 30), PIECES | st.binary(max_size=9)), max_size=6)


@given(st.sampled_from(WHOLE), CHANGES)
def test_a_report_is_read_or_refused(whole: bytes, changes: list[tuple[int, int, bytes]]) -> None:
    for at, gone, piece in changes:
        whole = whole[:at] + piece + whole[at + gone :]
    try:
        found = read_report(whole)
    except Refused as refused:
        assert refused.code == "notice_report"
        return
    assert found.state in (DELIVERED, BOUNCED, UNSETTLED)
    assert len(found.notice) == len(A) and found.mailbox
