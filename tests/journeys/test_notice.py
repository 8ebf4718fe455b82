# SPDX-License-Identifier: Apache-2.0
"""Notice from the command line: sent, served, listed; the clock does not run by the machine's time."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from hashlib import sha256
from pathlib import Path

import pytest

from contract.served import Hook, Mailbox, hook_server, mail_server
from journeys.noticed import CLERK, COUNSEL, COURT, HOOK, MAIL, register, under_notice, written
from journeys.office import KEY, REVIEWER, Office, sent
from lawgate.drivers.keys import KeySigner
from lawgate.protocol.notice import Receipt, Served, print_receipt, print_served
from lawgate_lab.played import signing_key


def state(
    office: Office, package: str, address: str, top: Path, how: str = "hand", evidence: Path | None = None
) -> None:
    """State service at an address, sign it, hand it in: all from the command line."""
    at = datetime.now(UTC).isoformat()
    rests = [] if evidence is None else ["--evidence", evidence]
    words = ["--out", top / "said.json", "--by", REVIEWER, "--at-address", address, "--how", how, "--at", at, *rests]
    done = office.call("notice", "statement", package, *words)
    assert done.exit_code == 0, done.output
    signature = signing_key(office.seed, REVIEWER).sign((top / "said.json").read_bytes())
    sig = written(top, "said.sig", signature)
    done = office.call("notice", "served", package, "--paper", top / "said.json", "--signature", sig, *rests)
    assert done.exit_code == 0, done.output


def test_notice_is_sent_served_and_listed(office: Office, tmp_path: Path) -> None:
    register(office)
    package = under_notice(office)
    done = office.call("notice", "send", package, "--by", REVIEWER, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "by_hand" in done.stderr and "no_way" in done.stderr
    pdfs = list((tmp_path / "out").glob("*.pdf"))
    assert len(pdfs) == 1 and pdfs[0].read_bytes().startswith(b"%PDF")
    done = office.call("notice", "list", package)
    assert (done.exit_code, "NOT MET: clock_not_started" in done.stdout) == (0, True), done.output
    assert f"{COURT}/{CLERK}" in done.stdout
    for address in (f"{COURT}/{CLERK}", f"{COUNSEL}/{MAIL}", f"{COUNSEL}/{HOOK}"):
        state(office, package, address, tmp_path)
    done = office.call("notice", "list", package)
    assert (done.exit_code, "NOT MET: clock_running" in done.stdout) == (0, True), done.output
    assert "24 hours are counted" in done.stdout
    assert "The clock ends on" in done.stdout
    assert office.broken() == []


def delivered(mail: bytes, mailbox: str, action: str = "delivered") -> bytes:
    """The report that the mailbox's own system would send of this mail."""
    message = message_from_bytes(mail, policy=default)["message-id"]
    lines = [
        "From: postmaster@organisation.example",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mail.organisation.example",
        "",
        f"Final-Recipient: rfc822; {mailbox}",
        f"Action: {action}",
        "",
        "--b",
        "Content-Type: text/rfc822-headers",
        "",
        f"Message-ID: {message}",
        "",
        "--b--",
        "",
    ]
    return "\n".join(lines).encode()


def test_notice_goes_by_mail_and_webhook(office: Office, tmp_path: Path, need: Callable[[str], Path]) -> None:
    hook_key = KeySigner("hook", 1, b"\x51" * 32)

    def answer(body: bytes) -> tuple[int, dict[str, str], bytes]:
        at = datetime.now(UTC).replace(microsecond=0)
        said = Served(sha256(body).hexdigest(), COUNSEL, HOOK, "webhook", at, COUNSEL, "")
        return 200, {}, print_receipt(Receipt(said, hook_key.sign(print_served(said))))

    box, hook = Mailbox(), Hook(answer)
    with mail_server(box) as port, hook_server(hook) as url:
        register(office, url, hook_key.public_key)
        settings = office.folder / "settings.toml"
        mail = f'[mail]\nhost = "127.0.0.1"\nport = {port}\ntls = "none"\nsender = "notices@custodian.example"\n'
        settings.write_text(f"{settings.read_text()}\n{mail}")
        done = office.call("notice", "keys", "notices@custodian.example", "--out", tmp_path / "mail.pem")
        assert done.exit_code == 0, done.output
        package = under_notice(office)
        done = office.call("notice", "send", package, "--by", REVIEWER, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert f"{COUNSEL}/{HOOK} (webhook): served" in done.stdout
    assert f"{COUNSEL}/{MAIL} (smtp): sent; not served" in done.stdout
    # The mail is the custodian's, whole: openssl says so by the certificate that was handed out.
    ((sender, mailbox, _, data),) = box.taken
    eml = written(tmp_path, "mail.eml", data)
    checked = [need("openssl"), "cms", "-verify", "-in", eml, "-CAfile", tmp_path / "mail.pem", "-partial_chain"]
    assert subprocess.run(checked, capture_output=True, check=False).returncode == 0
    parts = {part.get_content_type(): part for part in message_from_bytes(data, policy=default).walk()}
    paper = parts["application/json"].get_content()
    assert paper == next((tmp_path / "out").glob("*.json")).read_bytes() == hook.posted[0][2]
    assert parts["application/pdf"].get_content() == next((tmp_path / "out").glob("*.pdf")).read_bytes()
    # No name and no number of anybody is in it.
    for row in sent(office.lab / "proper")[0]:
        for value in (row["tin"], row["tin"].replace("-", ""), row["last"], row["row_id"]):
            assert value.encode() not in paper
            assert value not in parts["text/plain"].get_content()
    assert (sender, mailbox) == ("notices@custodian.example", "counsel@organisation.example")

    report = written(tmp_path, "report.eml", delivered(data, mailbox))
    assert office.call("notice", "report", package, report, "--by", REVIEWER).exit_code == 0
    state(office, package, f"{COUNSEL}/{MAIL}", tmp_path, "smtp", report)
    state(office, package, f"{COURT}/{CLERK}", tmp_path)
    assert "NOT MET: clock_running" in office.call("notice", "list", package).stdout
    back = written(tmp_path, "back.eml", delivered(data, mailbox, "failed"))
    done = office.call("notice", "report", package, back, "--by", REVIEWER)
    assert (done.exit_code, "CAME BACK" in done.stderr) == (1, True), done.output
    done = office.call("notice", "list", package)
    assert "NOT MET: clock_not_started" in done.stdout
    assert f"{COUNSEL}/{MAIL}  notice_bounced" in done.stdout
    assert office.broken() == []


def test_nothing_leaves_while_a_clock_runs(office: Office, tmp_path: Path) -> None:
    register(office)
    package = under_notice(office)
    for step in ("before", "sent", "served"):
        if step == "sent":
            done = office.call("notice", "send", package, "--by", REVIEWER, "--out", tmp_path / "out")
            assert done.exit_code == 0, done.output
        if step == "served":
            for address in (f"{COURT}/{CLERK}", f"{COUNSEL}/{MAIL}", f"{COUNSEL}/{HOOK}"):
                state(office, package, address, tmp_path)
        done = office.call("pull", package, "--key", KEY, "--out", tmp_path / "pulled")
        assert (done.exit_code, "barred" in done.stderr) == (1, True), done.output
        assert not list((tmp_path / "pulled").iterdir())


@pytest.mark.parametrize(
    "mail",
    [
        'host = "mail.custodian.example"\nport = 25\ntls = "none"\nsender = "a@b.example"',
        'host = "127.0.0.1"\nport = "25"\ntls = "none"\nsender = "a@b.example"',
        'host = "127.0.0.1"\nport = 25\ntls = "none"\nsender = "nobody"',
        'host = "127.0.0.1"\nport = 25\ntls = "none"\nsender = "a@b.example"\nverify = false',
        'host = "127.0.0.1"\nport = 25\ntls = "none"\nsender = "a@b.example"\nuser = "u"\npassword_file = "none"',
        'port = 25\ntls = "none"\nsender = "a@b.example"',
    ],
)
def test_settings_that_cannot_be_followed(office: Office, mail: str) -> None:
    settings = office.folder / "settings.toml"
    settings.write_text(f"{settings.read_text()}\n[mail]\n{mail}\n")
    done = office.call("notice", "list", "pkg")
    assert (done.exit_code, "E_SETTINGS" in done.stderr) == (2, True), done.output


def test_wrong_use_says_what_to_do(office: Office, tmp_path: Path) -> None:
    register(office)
    for words, code in (
        (("notice", "send", "pkg-none", "--by", REVIEWER, "--out", tmp_path / "out"), "notice_package"),
        (("notice", "list", "pkg-none"), "notice_package"),
        (("notice", "send", "pkg-none", "--by", "person.x.9", "--out", tmp_path / "out"), "notice_person"),
        (("notice", "act", "act-none", "--by", REVIEWER, "--out", tmp_path / "out"), "act_unknown"),
    ):
        done = office.call(*words)
        assert (done.exit_code, code in done.stderr, "to mend" in done.stderr) == (1, True, True), done.output
