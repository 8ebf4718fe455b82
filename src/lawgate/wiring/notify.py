# SPDX-License-Identifier: Apache-2.0
"""Giving notice, put together for one office folder: its papers, its keys, its ways out."""

from __future__ import annotations

import tomllib
from functools import partial
from pathlib import Path

from lawgate.authority.lifts import lifted
from lawgate.drivers.clock.system import SystemClock
from lawgate.drivers.keys import keyfile
from lawgate.drivers.keys.verify import verify
from lawgate.drivers.rooms.folders import FolderRooms
from lawgate.drivers.smtp.mail import MailPlace, SignedMail
from lawgate.drivers.smtp.smime import MailSigner
from lawgate.drivers.smtp.smime import create as create_mail_key
from lawgate.drivers.typst.pdf import TypstPdf
from lawgate.drivers.webhook.post import SignedPost
from lawgate.law.notice_parties import SMTP, WEBHOOK
from lawgate.ledger.note import ED25519
from lawgate.ledger.quorum import Policy
from lawgate.office.bench import DecideDesk
from lawgate.office.handout import ReleaseDesk
from lawgate.office.notify import NotifyDesk
from lawgate.ports.notify import Notifier
from lawgate.wiring.settings import FILE, SettingsError
from lawgate.wiring.sources import NOTICES, parties, time_rule

MAIL_KEY, POST_KEY = "notice-mail.pem", "notice.key"
NOTICE = "notice"
MAIL_KEYS = {"host", "port", "tls", "sender", "user", "password_file", "trusted"}


def notify_desk(folder: Path, decide: DecideDesk, release: ReleaseDesk, policy: Policy) -> NotifyDesk:
    """The desk of an office folder. SettingsError for a `[mail]` table that cannot be followed."""
    return NotifyDesk(
        log=decide.log,
        rooms=FolderRooms(folder / NOTICES),
        packages=release.packages,
        orders=release.register,
        registers=release.registers,
        parties=partial(parties, folder),
        rule=lambda day: time_rule(decide.law(), day),
        citation=partial(_citation, decide),
        lifted=lambda leaves: lifted(leaves, release.register.texts(), release.lifting(), decide.clock.now()),
        notifiers=_ways(folder),
        pdf=TypstPdf(),
        clock=decide.clock,
        policy=policy,
        verify=verify,
        office=release.office,
    )


def make_keys(folder: Path, sender: str) -> tuple[bytes, str]:
    """Make the keys by which notices are signed, where they are missing: mail certificate (PEM), posting key (hex).

    Parties are given both beforehand, by another way than mail. LawgateError as for `smime.create`.
    """
    keys = folder / "keys"
    if not (keys / MAIL_KEY).exists():
        create_mail_key(keys / MAIL_KEY, sender, SystemClock().now())
    if not (keys / POST_KEY).exists():
        keyfile.create(keys / POST_KEY, NOTICE, ED25519)
    return MailSigner(keys / MAIL_KEY).certificate, keyfile.load(keys / POST_KEY).public_key.hex()


def _citation(decide: DecideDesk, provision: str) -> str:
    """What a provision of today's rulebook cites; its id where there is none any more."""
    from lawgate.law.read import read_rulebook

    found = read_rulebook(decide.law(), decide.clock.now().date()).provisions.get(provision)
    return provision if found is None else found.citation


def _ways(folder: Path) -> dict[str, Notifier]:
    """The ways out that settings and keys allow; an address of another kind is served by hand."""
    made: dict[str, Notifier] = {}
    place, mail, post = _mail(folder), folder / "keys" / MAIL_KEY, folder / "keys" / POST_KEY
    if place is not None and mail.exists():
        made[SMTP] = SignedMail(place, MailSigner(mail), SystemClock())
    if post.exists():
        made[WEBHOOK] = SignedPost(keyfile.load(post), SystemClock())
    return made


def _mail(folder: Path) -> MailPlace | None:
    """The table `[mail]` of the settings; None when there is none."""
    found = tomllib.loads((folder / FILE).read_text()).get("mail")
    if found is None:
        return None
    try:
        if set(found) - MAIL_KEYS or type(found["port"]) is not int:
            raise ValueError("keys")
        texts = {key: str(found.get(key, "")) for key in MAIL_KEYS - {"port"}}
        password = (folder / texts["password_file"]).read_text().strip() if texts["password_file"] else ""
        trusted = folder / texts["trusted"] if texts["trusted"] else None
        place = MailPlace(texts["host"], found["port"], texts["tls"], texts["sender"], texts["user"], password, trusted)
        SignedMail.check(place)
    except (KeyError, TypeError, ValueError, OSError):
        raise SettingsError("the table `mail` of the settings cannot be followed (docs/spec/notice.md)") from None
    return place
