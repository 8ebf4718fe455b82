# SPDX-License-Identifier: Apache-2.0
"""The vectors of `vectors/`: made here, from arithmetic and from the made-up log; nothing is taken from elsewhere.

`python -m unit.evidence.vectors_made` (with `tests` and `src` on the path) writes them; a test compares.
"""

from __future__ import annotations

import dataclasses
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha512
from pathlib import Path
from typing import Any

from lawgate.ledger import merkle
from lawgate.ledger.evidence import Bundle, Shown, Subject, proof_head
from lawgate.ledger.leaf import StageLeaf
from lawgate.model.order import EVERY, ApprovalTerms, EffectKind, Exempt, NoticeTerms
from unit.evidence import evidence_made as made
from unit.evidence.evidence_mutants import note_lines, printed, renoted, sealed
from unit.evidence.verifier_runs import verify_py

VECTORS = Path(__file__).resolve().parents[3] / "vectors"
Doc = dict[str, Any]
Vector = tuple[str, bytes, bytes, str]
PACKAGE = Subject("package", "b-2-p01")


RULE = Exempt(("i2",), 1, ("i2.a", "i2.b"))
EASED: tuple[tuple[str, EffectKind, Doc], ...] = (
    (
        "with-exceptions",
        EffectKind.STOP,
        {"exceptions": (Exempt(("i2",), 1, ("i2.a", "i2.b")), Exempt(("i1",), 9, ("a",)))},
    ),
    ("with-terms-of-notice", EffectKind.NOTICE, {"notice": NoticeTerms(24, ("court", "party-a"), 72)}),
    ("with-terms-of-approval", EffectKind.APPROVAL, {"approval": ApprovalTerms(2, ("custodian.head",))}),
)
"""Effects that let something pass: a name, the kind, and its exceptions or terms."""


def changed(bundle: Bundle, change: Callable[[Doc], object], seal: bool = True) -> bytes:
    """A bundle's bytes after a change of its document, sealed anew unless said otherwise."""
    doc = json.loads(bundle.render())
    change(doc)
    return printed(sealed(doc) if seal else doc).encode()


def lines(change: Callable[[list[str]], object]) -> Callable[[Doc], None]:
    """A change of the signature lines."""

    def on(doc: Doc) -> None:
        text, found = note_lines(doc)
        change(found)
        renoted(doc, text, found)

    return on


def good() -> Iterator[Vector]:
    """Bundles that hold."""
    for name, bundle in made.samples().items():
        yield name, bundle.render(), made.TEXT.encode(), "holds"
    agency = made.order_text("order-a", EVERY, requesters=("z.z",))
    story, ends = made.story(agency, parts=made.PARTS), Subject("non-release", "order-a", 10, 19, agency, (made.PARTS,))
    told_later = made.Log([*story, told_of("b-2-p01@9", "b-2-p02@13")])
    yield "non-release-of-others-told-later", told_later.bundle(ends).render(), made.TEXT.encode(), "holds"
    for name, kind, terms in EASED:
        text = made.order_text(kind=kind, **terms)
        whole = Subject("non-release", "order-a", 10, 19, text)
        yield (
            f"non-release-{name}",
            made.Log(made.story(text, (kind,))).bundle(whole).render(),
            made.TEXT.encode(),
            "holds",
        )
    freeze = EffectKind.FREEZE_EXPANSION
    text = made.order_text(kind=freeze)
    frozen = made.Log(made.story(text, (freeze,))).bundle(Subject("non-release", "order-a", 10, 19, text))
    yield "non-release-of-a-freeze-on-expansion", frozen.render(), made.TEXT.encode(), "holds"
    acted = [*made.story(agency, parts=made.PARTS), *an_act_listed("b-2-p01@9")]
    yield "non-release-behind-an-act", made.Log(acted).bundle(ends).render(), made.TEXT.encode(), "holds"
    log = made.Log(made.story(policy=made.FUTURE), 2, True, made.FUTURE)
    yield "line-of-type-6", log.bundle(PACKAGE).render(), made.FUTURE.render().encode(), "holds"


def bad_forms() -> Iterator[Vector]:
    """Bundles whose form, seal or policy is wrong."""
    bundle = made.samples()["package"]
    text, policy = bundle.render().decode(), made.TEXT.encode()
    yield "blank-behind-a-comma", text.replace(",", ", ", 1).encode(), policy, "form"
    yield "line-feed-at-the-end", text.encode() + b"\n", policy, "form"
    yield "byte-order-mark", b"\xef\xbb\xbf" + text.encode(), policy, "form"
    yield "escaped-sign", text.replace("\u2014", "\\u2014").encode(), policy, "form"
    yield "key-twice", text.replace('{"checkpoint"', '{"mark":"","checkpoint"').encode(), policy, "form"
    yield "cut-short", text[:-1].encode(), policy, "form"
    yield "not-utf8", text.encode()[:50] + b"\xff" + text.encode()[50:], policy, "form"
    yield "nothing", b"", policy, "form"
    yield "deep", b"[" * 20_000, policy, "form"
    yield "key-too-many", changed(bundle, lambda d: d.update(more=1)), policy, "form"
    yield "number-with-a-fraction", text.replace('"rows":[]', '"rows":[1.0]').encode(), policy, "form"
    yield "unknown-subject", changed(bundle, lambda d: d["subject"].update(kind="person")), policy, "form"
    yield "another-format", changed(bundle, lambda d: d.update(format="lawgate-evidence-2")), policy, "form"
    yield "seal-of-other-parts", changed(bundle, lambda d: d["leaves"].pop(), seal=False), policy, "seal"
    yield "policy-asks-for-less", text.encode(), made.TEXT.replace("quorum 2", "quorum 1").encode(), "policy_differs"
    yield "policy-with-a-remark", text.encode(), b"# mine\n" + policy, "policy_differs"
    yield "policy-without-quorum", text.encode(), made.TEXT.replace("quorum quorum", "quorum none").encode(), "policy"
    yield "policy-with-an-idle-witness", text.encode(), made.TEXT.replace(" w3.example/1\nq", "\nq").encode(), "policy"
    yield "policy-with-a-key-twice", text.encode(), doubled_key(), "policy"
    yield "policy-without-line-end", text.encode(), policy[:-1], "policy"
    yield "policy-empty", text.encode(), b"", "policy"


def doubled_key() -> bytes:
    """A policy in which one public key stands under two names."""
    twice = dataclasses.replace(made.WITNESSES[0].key, name="w9.example/1")
    old, new = made.WITNESSES[1].key, twice
    return made.TEXT.replace(old.vkey, new.vkey).replace(old.name, new.name).encode()


def bad_heads() -> Iterator[Vector]:
    """Bundles whose signed head is wrong."""
    bundle, policy = made.samples()["package"], made.TEXT.encode()
    other = made.signed("other.example/log\n1\n" + b64encode(bytes(32)).decode() + "\n")
    yield "head-of-another-log", changed(bundle, lambda d: d.update(checkpoint=other)), policy, "origin"
    yield "head-unsigned", changed(bundle, lines(lambda found: found.pop(0))), policy, "unsigned"
    yield "one-witness-too-few", changed(bundle, lines(lambda found: found.pop())), policy, "quorum"
    yield "a-witness-twice", changed(bundle, lines(lambda found: found.append(found[1]))), policy, "checkpoint"
    short = changed(bundle, lines(lambda found: found.append("\u2014 s.example AAAAAA==")))
    yield "line-too-short", short, policy, "checkpoint"
    fourth = changed(bundle, lambda d: d.update(checkpoint=d["checkpoint"].replace("\n\n", "\nmore\n\n")))
    yield "fourth-line", fourth, policy, "checkpoint"
    larger = changed(bundle, lambda d: d.update(checkpoint=d["checkpoint"].replace("\n20\n", "\n21\n")))
    yield "another-size", larger, policy, "signature"
    swapped = changed(bundle, lines(lambda found: found.__setitem__(2, of(found[2], found[1]))))
    yield "signature-of-another-witness", swapped, policy, "signature"
    log = made.Log(made.story(policy=made.FUTURE), 1, True, made.FUTURE)
    yield "type-6-does-not-count", log.bundle(PACKAGE).render(), made.FUTURE.render().encode(), "quorum"


def of(line: str, other: str) -> str:
    """A line with its own name and key id, and the signature of another line."""
    own, theirs = (each.rsplit(" ", 1)[1] for each in (line, other))
    # Key id and time are the first 12 bytes; 16 signs of base64 are 12 bytes.
    return line.replace(own, own[:16] + theirs[16:])


def bad_leaves() -> Iterator[Vector]:
    """Bundles whose leaves, proofs or links are wrong; the log itself may have signed them."""
    bundle, policy = made.samples()["package"], made.TEXT.encode()
    yield (
        "leaf-changed",
        changed(bundle, lambda d: d["leaves"][1].update(leaf=d["leaves"][2]["leaf"])),
        policy,
        "not_included",
    )
    yield "proofs-swapped", changed(bundle, swap_proofs), policy, "not_included"
    yield "leaves-out-of-order", changed(bundle, lambda d: d["leaves"].reverse()), policy, "proof"
    yield "proof-with-extra", changed(bundle, with_extra), policy, "proof"
    yield "no-leaves", changed(bundle, lambda d: d.update(leaves=[])), policy, "proof"
    story = made.story()
    plain = story[18].render().decode()
    for name, text in (
        ("leaf-of-unknown-kind", plain.replace('"alarm"', '"released"')),
        ("leaf-with-kind-twice", plain.replace('"kind":"alarm"', '"kind":"alarm","kind":"alarm"')),
        ("leaf-with-a-field-more", plain.replace('"v":1', '"v":1,"w":1')),
        ("leaf-with-a-blank", plain.replace(",", ", ", 1)),
        ("leaf-with-nine-digits", plain.replace('"some.id"', '"900-00-0000"')),
        ("leaf-on-no-day", plain.replace("2025-09-25", "2025-02-29")),
    ):
        log = made.Log([*story[:18], text, story[19]])
        yield name, log.bundle(Subject("period", first=18, last=18), {0, 18}).render(), policy, "leaf"
    late = [*story[:18], made.leaf("alarm", 3), story[19]]
    yield "time-runs-back", made.Log(late).bundle(Subject("period", first=17, last=18)).render(), policy, "time"
    forged = [*story[:13], made.leaf("handout", 11, package="b-1-p01", prepared_leaf=9, recipient="x.y"), *story[14:]]
    yield (
        "hand-out-of-another-package",
        made.Log(forged).bundle(Subject("period", first=9, last=13)).render(),
        policy,
        "link",
    )
    yield (
        "other-policy-in-the-start",
        made.Log(made.story(policy=made.FUTURE)).bundle(PACKAGE).render(),
        policy,
        "start",
    )
    yield "without-the-mark", dataclasses.replace(bundle, mark="").render(), policy, "start"
    yield "without-the-start", changed(bundle, lambda d: d["leaves"].pop(0)), policy, "start"


def swap_proofs(doc: Doc) -> None:
    """The proofs of two leaves, exchanged."""
    one, other = doc["leaves"][1], doc["leaves"][2]
    one["proof"], other["proof"] = other["proof"], one["proof"]


def with_extra(doc: Doc) -> None:
    """A line that a tlog-proof may have, and a bundle's may not: nobody vouches for it."""
    doc["leaves"][0]["proof"] = doc["leaves"][0]["proof"].replace("\n", "\nextra YQ==\n", 1)


def bad_subjects() -> Iterator[Vector]:
    """Bundles that are not about what they say, or certify what is not so."""
    log, policy = made.Log(made.story()), made.TEXT.encode()
    needed = log.needed(PACKAGE)
    yield "a-leaf-of-something-else", log.bundle(PACKAGE, needed | {1}).render(), policy, "subject"
    yield "linked-leaf-missing", log.bundle(PACKAGE, needed - {6}).render(), policy, "link"
    yield "nobody-speaks-of-it", log.bundle(Subject("order", "order-z"), {0}).render(), policy, "subject"
    period = Subject("period", first=4, last=12)
    yield "range-with-a-gap", log.bundle(period, log.needed(period) - {8}).render(), policy, "range"
    beyond = Subject("period", first=18, last=20)
    yield "range-beyond-the-head", log.bundle(beyond).render(), policy, "range"
    text = made.order_text()
    hidden = Subject("non-release", "order-a", 10, 19, text)
    yield "hand-out-left-out", log.bundle(hidden, log.needed(hidden) - {13}).render(), policy, "range"
    yield "order-not-shown", log.bundle(Subject("non-release", "order-z", 10, 12, text)).render(), policy, "scope"
    wide = made.order_text("order-a", EVERY)
    yield "text-of-another-order", log.bundle(Subject("non-release", "order-a", 10, 19, wide)).render(), policy, "scope"
    for name, body, kinds in (
        ("hand-out-in-scope", wide, ("stop",)),
        ("hand-out-in-scope-by-name", made.order_text("order-a", ("P.TWO",)), ("stop",)),
        ("hand-out-in-scope-by-size", made.order_text("order-a", EVERY, 7), ("stop",)),
        ("order-whose-effects-differ", text, ("notice",)),
        ("order-that-is-no-order", b"keep still\n", ("stop",)),
    ):
        certificate = Subject("non-release", "order-a", 10, 19, body)
        yield name, made.Log(made.story(body, kinds)).bundle(certificate).render(), policy, "released"
    provisional = made.Log(made.story(text, ("stop",), True)).bundle(hidden).render()
    yield "order-nobody-could-read", provisional, policy, "released"
    without = Subject("non-release", "order-a", 10, 19, b"")
    yield "order-without-its-text", log.bundle(without).render(), policy, "released"
    idle = made.order_text("order-a", EVERY, 0, EffectKind.LEAVE_IN_PLACE)
    kept = Subject("non-release", "order-a", 10, 12, idle)
    yield (
        "order-that-stops-nothing",
        made.Log(made.story(idle, ("leave_in_place",))).bundle(kept).render(),
        policy,
        "scope",
    )


def an_act_listed(*exposed: str) -> tuple[StageLeaf, StageLeaf]:
    """An act that tightens order-a, and the list that follows it."""
    act = made.leaf("order-act", 17, order="order-a", bar_leaf=10, does="stay-end")
    return act, told_of(*exposed)


def bad_eased() -> Iterator[Vector]:
    """Certificates that would hold only by an exception or by terms that were met, or whose text has them wrongly."""
    policy = made.TEXT.encode()
    for name, kind, terms in EASED:
        text = made.order_text("order-a", EVERY, kind=kind, **terms)
        whole = Subject("non-release", "order-a", 10, 19, text)
        yield (
            f"hand-out-in-scope-{name}",
            made.Log(made.story(text, (kind,))).bundle(whole).render(),
            policy,
            "released",
        )
    for name, old, new in (
        ("rows-at-least-in-an-exception", b"rows_at_most", b"rows_at_least"),
        ("an-exception-of-a-freeze", b'kind = "stop"', b'kind = "freeze_recipient"'),
        ("half-an-exception", b'elements = ["i2.a", "i2.b"]\n', b""),
        ("an-exception-for-everything", b'provisions = ["i2"]', b'provisions = "every"'),
    ):
        _, kind, terms = EASED[0]
        text = made.order_text(kind=kind, **terms).replace(old, new)
        whole = Subject("non-release", "order-a", 10, 19, text)
        log = made.Log(made.story(text, ("freeze_recipient",) if b"freeze" in text else (kind,)))
        yield f"order-with-{name}", log.bundle(whole).render(), policy, "released"
    stop, freeze = EffectKind.STOP, EffectKind.FREEZE_EXPANSION
    _, begins, effect = made.order_text("order-a", EVERY, kind=freeze).partition(b"\n[[effect]]")
    text = made.order_text("order-a", EVERY, requesters=("z.z",)) + begins + effect
    frozen = Subject("non-release", "order-a", 10, 19, text, (made.PARTS,))
    log = made.Log(made.story(text, (freeze, stop), parts=made.PARTS))
    yield "hand-out-in-scope-of-a-freeze-on-expansion", log.bundle(frozen).render(), policy, "released"
    after = [*made.story(made.order_text("order-a", EVERY, requesters=("z.z",)), parts=made.PARTS)]
    text = made.order_text("order-a", EVERY, requesters=("z.z",))
    subject = Subject("non-release", "order-a", 10, 19, text, (made.PARTS,))
    told = made.Log([*after, *an_act_listed("b-2-p01@13")])
    yield "hand-out-listed-behind-an-act", told.bundle(subject).render(), policy, "released"


def told_of(*exposed: str) -> StageLeaf:
    """A leaf by which the office says, after the hand-out of `story`, which ones order-a covers."""
    return made.leaf("in-force", 17, order="order-a", bar_leaf=10, exposed=list(exposed), exposed_rows=3)


def bad_parts() -> Iterator[Vector]:
    """Certificates whose papers of parts do not show that the hand-out was outside the order's scope."""
    policy, other = made.TEXT.encode(), made.order_text("order-a", EVERY, requesters=("z.z",))
    for name, part, listed in (
        ("requester", "requesters", ("PERSON-1", "z.z")),
        ("recipient", "recipients", ("person-2",)),
        ("key-of-the-leaf", "recipients", ("some.id",)),
        ("field", "fields", ("name", "address")),
        ("year", "years", (2020, 2022)),
    ):
        scope: dict[str, Any] = {part: listed}
        text = made.order_text("order-a", EVERY, **scope)
        yield f"hand-out-in-scope-by-{name}", made.shown_by_parts(text).render(), policy, "released"
    agency = made.order_text("order-a", EVERY, requesters=("X.Y",))
    less = made.PARTS.replace('"requesters":["person-1","x.y"]', '"requesters":["person-1"]')
    yield (
        "parts-that-leave-out-what-the-leaf-says",
        made.shown_by_parts(agency, less, (less,)).render(),
        policy,
        "released",
    )
    subject = Subject("non-release", "order-a", 10, 19, other, (made.PARTS,))
    after = [*made.story(other, parts=made.PARTS), told_of("b-2-p01@13")]
    for name, last in (("covers", 20), ("covers-behind-the-range", 19)):
        ends = dataclasses.replace(subject, last=last)
        yield f"hand-out-that-the-log-{name}", made.Log(after).bundle(ends).render(), policy, "released"
    unasked = made.story(other, parts=made.PARTS, before=less)
    yield "parts-other-than-the-package-had", made.Log(unasked).bundle(subject).render(), policy, "link"
    unasked[9] = made.leaf("prepared", 7, batch="b-2", package="b-2-p01", decision_leaf=8, recipient="x.y")
    yield "parts-that-the-package-had-not", made.Log(unasked).bundle(subject).render(), policy, "link"
    yield "parts-not-shown", made.shown_by_parts(other, shown=()).render(), policy, "released"
    stranger = made.PARTS.replace("person", "human")
    yield "parts-nobody-named", made.shown_by_parts(other, shown=(stranger,)).render(), policy, "scope"
    for name, paper in (
        ("without-years", made.PARTS.replace("[2021,2022]", "[]")),
        ("with-a-name-twice", made.PARTS.replace('["address"]', '["address","address"]')),
        ("with-a-year-that-is-true", made.PARTS.replace("[2021,2022]", "[true]")),
        ("with-a-number-of-nine-digits", made.PARTS.replace('"person-1"', '"900-12-1234"')),
        ("with-a-blank", made.PARTS.replace(",", ", ", 1)),
        ("of-another-format", made.PARTS.replace("parts-1", "parts-2")),
        ("that-are-no-table", "null"),
    ):
        yield f"parts-{name}", made.shown_by_parts(other, paper, (paper,)).render(), policy, "scope"
    twice = changed(made.shown_by_parts(other), lambda d: d["subject"]["parts"].append(made.PARTS))
    yield "parts-shown-twice", twice, policy, "form"


def bad_rows() -> Iterator[Vector]:
    """Opened rows that do not lead to the log."""
    log, policy, batch = made.Log(made.story()), made.TEXT.encode(), Subject("batch", "b-1")
    one = made.opened(2)
    for name, row in (
        ("row-in-another-place", dataclasses.replace(one, row=3)),
        ("row-with-another-salt", dataclasses.replace(one, salt=bytes(32))),
        ("row-too-short", dataclasses.replace(one, data=one.data[:-1])),
        ("row-of-a-leaf-without-rows", dataclasses.replace(one, leaf=2)),
        ("row-with-another-pattern", dataclasses.replace(one, pattern=made.PATTERN.replace("PERMIT", "DENY"))),
        ("row-with-a-path-too-long", dataclasses.replace(one, path=(*one.path, bytes(32)))),
    ):
        yield name, log.bundle(batch, rows=(row,)).render(), policy, "row"


def seams() -> Iterator[tuple[str, bytes, bytes, str]]:
    """Pairs of bundles: name, the closed log's, the next log's, and the verdict. Policies are those of the two logs."""
    to_the_end, from_its_start = Subject("period", first=15, last=20), Subject("period", first=0, last=1)
    closed, goes_on = made.closing().bundle(to_the_end).render(), made.next_log().bundle(from_its_start).render()
    yield "good-nothing-between", closed, goes_on, "holds"
    yield "good-with-a-gap", closed, made.next_log().bundle(Subject("period", first=1, last=1)).render(), "holds"
    yield "bad-end-not-shown", made.closing().bundle(Subject("period", first=15, last=19)).render(), goes_on, "seam"
    yield (
        "bad-closes-nothing",
        made.Log(made.story()).bundle(Subject("period", first=1, last=19)).render(),
        goes_on,
        "seam",
    )
    for name, log in (
        ("goes-on-elsewhere", made.closing("third.example/log")),
        ("another-size", made.closing(size=19)),
    ):
        yield f"bad-{name}", log.bundle(to_the_end).render(), goes_on, "seam"
    for name, said in (
        ("another-log", {"previous": "third.example/log"}),
        ("a-shorter-log", {"previous_size": 20}),
        ("another-root", {"previous_root": "00" * 32}),
    ):
        yield f"bad-continues-{name}", closed, made.next_log(**said).bundle(from_its_start).render(), "seam"
    first = made.leaf("start", 20, log_policy=made.NEXT_POLICY.digest.hex(), profile="synthetic")
    alone = made.Log([first, made.leaf("alarm", 21)], policy=made.NEXT_POLICY, log=made.NEXT)
    yield "bad-continues-nothing", closed, alone.bundle(from_its_start).render(), "seam"
    yield "bad-itself-refused", closed, changed(made.next_log().bundle(from_its_start), with_extra), "proof"


def bundles() -> list[Vector]:
    """Every bundle: name, bytes, the policy to check it with, the verdict."""
    return [
        *good(),
        *bad_forms(),
        *bad_heads(),
        *bad_leaves(),
        *bad_subjects(),
        *bad_eased(),
        *bad_parts(),
        *bad_rows(),
    ]


def signatures() -> list[dict[str, object]]:
    """Keys and signatures at the edges of Ed25519, derived with the arithmetic of verify.py."""
    v = verify_py()
    message = b"edge"
    low = [(y | sign << 255).to_bytes(32, "little") for y in v.LOW_ORDER for sign in (0, 1)]
    odd = [(y | sign << 255).to_bytes(32, "little") for y in range(v.P, 2**255) for sign in (0, 1)]
    zero = (1).to_bytes(32, "little") + bytes(32)
    found = [entry("a key of low order, or written oddly", key, message, zero, False) for key in (*low, *odd)]
    signer = made.LOG
    key, good_one = signer.public_key, signer.sign(message)
    s = int.from_bytes(good_one[32:], "little")
    found.append(entry("an ordinary signature", key, message, good_one, True))
    found.append(entry("of another message", key, message + b"!", good_one, False))
    for times in (1, 2, 3):
        loose = good_one[:32] + (s + times * v.ORDER).to_bytes(32, "little")
        found.append(entry("S not below the order", key, message, loose, False))
    found.append(entry("S with its highest bit set", key, message, good_one[:63] + bytes([good_one[63] | 128]), False))
    found += [
        entry("cut short", key, message, good_one[:-1], False),
        entry("too long", key, message, good_one + b"\0", False),
    ]
    found += [entry("R of low order", key, message, each + good_one[32:], False) for each in low]
    found += [entry("key that is no point", bytes([2]) + bytes(31), message, good_one, False)]
    return [*found, *mixed(v, message)]


def mixed(v: Any, message: bytes) -> Iterator[dict[str, object]]:
    """Keys with a part of low order: what holds with the cofactor must not hold unless it holds without."""
    secret = 2**254 + 8 * 12345
    for torsion in (point for point in (v.point((y).to_bytes(32, "little")) for y in v.LOW_ORDER) if point):
        public = encoded(v, v.added(times(v, secret, v.BASE), torsion))
        for nonce in range(1, 9):
            for extra in (False, True):
                r = times(v, nonce, v.BASE)
                commitment = encoded(v, v.added(r, torsion) if extra else r)
                h = int.from_bytes(sha512(commitment + public + message).digest(), "little") % v.ORDER
                s = (nonce + h * secret) % v.ORDER
                signature = commitment + s.to_bytes(32, "little")
                # S*B - h*A = R - h*T; that is the given R exactly when the parts of low order cancel.
                part = times(v, (-h - (1 if extra else 0)) % 8, torsion)
                holds = encoded(v, part) == (1).to_bytes(32, "little") and v.is_usable(public)
                yield entry("a key with a part of low order", public, message, signature, holds)


def times(v: Any, number: int, point: Any) -> Any:
    """A multiple of a point."""
    total = (0, 1, 1, 0)
    for bit in bin(number)[2:]:
        total = v.added(total, total)
        if bit == "1":
            total = v.added(total, point)
    return total


def encoded(v: Any, point: Any) -> bytes:
    """32 bytes of a point."""
    inverse = pow(point[2], v.P - 2, v.P)
    x, y = point[0] * inverse % v.P, point[1] * inverse % v.P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def entry(what: str, key: bytes, message: bytes, signature: bytes, holds: bool) -> dict[str, object]:
    """One signature vector."""
    return {"what": what, "key": key.hex(), "message": message.hex(), "signature": signature.hex(), "holds": holds}


def proofs() -> list[dict[str, object]]:
    """Proofs of every leaf of small trees, and each of them wrong in one way."""
    found = []
    for size in (1, 2, 3, 4, 5, 7, 8, 9):
        texts = [f"leaf {n}" for n in range(size)]
        hashes = merkle.leaf_hashes(text.encode() for text in texts)
        root = merkle.root_of(hashes)
        for index, text in enumerate(texts):
            path = merkle.inclusion_proof(index, size, merkle.nodes_of(hashes))
            shown = Shown(text, proof_head(index, path))
            found.append(placed(shown, size, root, "holds"))
            found.append(placed(Shown(text + "!", shown.proof), size, root, "not_included"))
            found.append(placed(Shown(text, proof_head(index, [*path, bytes(32)])), size, root, "not_included"))
            found.append(placed(Shown(text, proof_head(index + size, path)), size, root, "not_included"))
            found.append(placed(Shown(text, shown.proof[:-1]), size, root, "proof"))
            if path:
                found.append(placed(Shown(text, proof_head(index, path[1:])), size, root, "not_included"))
    return found


def placed(shown: Shown, size: int, root: bytes, code: str) -> dict[str, object]:
    """One proof vector."""
    return {"leaf": shown.leaf, "proof": shown.proof, "size": size, "root": root.hex(), "code": code}


def files() -> dict[str, bytes]:
    """Every file of the folder but its page, by its path below it."""
    found: dict[str, bytes] = {}
    listed, policies = [], dict[bytes, str]()
    for name, data, policy, code in bundles():
        file = f"evidence/{'good' if code == 'holds' else 'bad'}-{name}.evidence"
        place = policies.setdefault(policy, f"policy/{len(policies):02d}.txt")
        found |= {file: data, place: policy}
        listed.append({"file": file, "policy": place, "code": code})
    pairs = []
    for name, old, new, code in seams():
        both = {f"seam/{name}-{part}.evidence": data for part, data in (("old", old), ("new", new))}
        found |= both
        pairs.append({"files": list(both), "policies": ["policy/00.txt", "policy/next.txt"], "code": code})
    found["policy/next.txt"] = made.NEXT_POLICY.render().encode()
    found["ed25519.json"] = pretty(signatures())
    found["proofs.json"] = pretty(proofs())
    found["manifest.json"] = pretty(
        {"evidence": listed, "seams": pairs, "ed25519": "ed25519.json", "proofs": "proofs.json"}
    )
    return found


def pretty(value: object) -> bytes:
    """JSON for people, one entry a line."""
    if isinstance(value, dict):
        value = {key: value[key] for key in sorted(value)}
        return (json.dumps(value, indent=1) + "\n").encode()
    assert isinstance(value, list)
    return ("[\n" + ",\n".join(json.dumps(each) for each in value) + "\n]\n").encode()


if __name__ == "__main__":
    for path, data in files().items():
        place = VECTORS / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
