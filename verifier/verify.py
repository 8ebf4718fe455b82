#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Check a lawgate evidence bundle against a policy you have from somebody you trust.

    python3 verify.py BUNDLE POLICY [PAPER ...]
    python3 verify.py --seam BUNDLE POLICY NEXT-BUNDLE NEXT-POLICY

The second line is for a log that was closed and goes on as another one: both bundles are checked, and that the two logs
name each other. One file, nothing but the standard library, Python 3.9 or newer. It opens no connection and writes no
file. What a bundle is, and what each step does, stands in docs/spec/evidence.md; verify.html does the same with other
code.
The exit status is 0 when the bundle holds, 1 when it is refused, 2 when the command line cannot be used.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import sys
from datetime import datetime, timedelta
from pathlib import Path

FORMAT = "lawgate-evidence-1"
MAX_BYTES = 64 * 1024 * 1024
MAX_POLICY = 64 * 1024
MAX_SAFE = 2**53 - 1
MAX_TIME = 2**63 - 1
ML_DSA_44_LINE = 4 + 8 + 2420

REFUSALS = {
    "form": "the bundle is not written in its one form",
    "seal": "the parts of the bundle are not those that were put together",
    "policy": "the policy that was given cannot be used",
    "policy_differs": "the bundle was made under another policy than the one that was given",
    "checkpoint": "the signed head of the log is not written in its one form",
    "origin": "the signed head is another log's",
    "unsigned": "the signed head lacks the signature of the log",
    "signature": "a signature of the log or of a known witness does not hold",
    "quorum": "fewer witnesses signed the head than the policy asks for",
    "proof": "a proof is not written in its one form, or the leaves are not in their order",
    "not_included": "a leaf is not in the log at the place it claims",
    "leaf": "a leaf is not of a kind and form that this verifier knows",
    "time": "a leaf states an earlier moment than a leaf before it",
    "link": "a leaf names another leaf that is missing or does not fit",
    "start": "the first leaf does not name this policy and this mark",
    "subject": "the leaves are not those of what the bundle says it is about",
    "range": "a leaf of the stated range is missing",
    "row": "an opened row does not lead to what the log has",
    "scope": "the order that the certificate is about, or the names of a hand-out, is not shown rightly",
    "released": "a hand-out in the range is not shown to be outside the scope of the order",
    "seam": "the two logs do not name each other as the closed one and the one in which it goes on",
    "file": "a file that was given is none of the papers that the leaves name",
}

CANNOT = (
    "It cannot prove that what was written into the log is true. It proves that it was written, when at the latest, "
    "and that it was not changed since.",
    "It cannot prove that nothing left by another way than this gateway.",
    "It cannot prove anything if the log and as many witnesses as the policy asks for act together. Ask who the "
    "witnesses are.",
    "It cannot prove that the policy is the right one. Get it from somebody you trust, not with the bundle.",
    "Papers are named by digest only. Whoever has a paper can compare it; what it says is not checked.",
    "Signature lines of the type ML-DSA-44 (0x06) are not checked; they count for nothing here.",
)
CANNOT_SUBJECT = (
    "It cannot prove that the log has no further leaf about this subject. A bundle about a range of leaves, or a "
    "certificate, shows every leaf of its range.",
)
CANNOT_RANGE = (
    "It says nothing about leaves outside its range, nor about a log of this office of which no bundle was given.",
)
CANNOT_RELEASE = (
    "A hand-out counts from its leaf in the log. A key whose hand-out stands before the range, and whose delivery no "
    "leaf tells, may have arrived within it.",
    "Whether a hand-out is outside the scope is judged by provision and number of rows in its leaves; by who asked and "
    "received, fields and years only from a paper that its leaf names. That paper is the word of this office, fixed "
    "before the key went out, with the ids that it knew people by then. Whatever is not shown counts as inside.",
)

# Kind of leaf and its fields with their types, as in docs/spec/log.md, section 5; behind a + fields that it may have
# besides, all of them or none.
FIELDS, MORE = {}, {}
TABLE = """
start version:id code:digest form_floor:digest rulebook:digest settings:digest log_policy:digest profile:code
request batch:id request:id requester:id recipient:id provision:id agreement:id? recipient_key:id cover:digest
  signature:digest cases:digest rows:digest case_count:count row_count:count
parse batch:id request_leaf:number accepted:count rejected:count file_faults:count faults:digest claims:digest
decision-batch batch:id parse_leaf:number subtree:code root:digest rows:count width:count patterns:digest
  table:digest figures:digest as_of:instant known_at:instant rulebook:digest agreements:digest practices:digest
  registers:digest docket:digest records:digest match_plan:digest history:number program:digest
redecision batch:id decision_leaf:number patterns:digest docket:digest known_at:instant rows:count held:count
  program:digest
review batch:id set:digest reviewer:id day:day rows:count kept:count paper:digest
approval package:id set:digest person:id office:id role:code paper:digest
objection subject:id set:digest? person:id paper:digest
notice package:id orders:id* set:digest recipient:id rows:count paper:digest
receipt notice_leaf:number served:id served_at:instant paper:digest
prepared package:id batch:id decision_leaf:number subtree:code root:digest rows:count width:count set:digest
  ciphertext:digest size:number recipient:id recipient_key:id recipient_text:digest
handout package:id prepared_leaf:number root:digest rows:count recipient:id recipient_key:id recipient_text:digest
  standing:digest attempt:count
barred package:id asked:digest step:code bars:code* orders:id*
sent package:id handout_leaf:number envelope:digest size:number
ack package:id handout_leaf:number paper:digest
order-bar order:id instrument:digest learned:instant effective:instant effects:code* provisional:flag person:id
in-force order:id bar_leaf:number exposed:id* exposed_rows:count
order-act order:id bar_leaf:number act:id does:code instrument:digest document:digest effective:instant people:id*
act-notice order:id act_leaf:number paper:digest parties:id*
act-receipt notice_leaf:number served:id served_at:instant paper:digest
lift order:id bar_leaf:number paper:digest people:id* effective:instant
policy-proposed policy:id old:digest new:digest diff:digest widening:flag person:id
policy-explained policy:id proposed_leaf:number explanation:digest declared:digest comments_until:day
policy-active policy:id proposed_leaf:number explanation:digest? new:digest version:count people:id*
  effective:instant
key-registered key:id use:code owner:id public_key:digest people:id* usable_from:instant
key-revoked key:id registered_leaf:number reason:code person:id
accounting-root root:digest entries:count through:number
audit-read person:id batch:id scope:code reason:code rows:count paper:digest
history-read history:id list:digest people:id* paper:digest
history-audit history:id read_leaf:number list:digest provision:id agency:id sent_to:id* first_sent:instant
  last_sent:instant as_of:instant rulebook:digest registers:digest docket:digest records:digest match_plan:digest
  program:digest rows:count refused:count held:count beyond:count sendings:digest report:digest table:digest
recall recall:id source_leaf:number reason:code order:id? codes:code* rows:count rows_paper:digest person:id
recall-demand recall:id recall_leaf:number recipient:id demand:code orders:id* rows:count letter:digest
  answer_by:day person:id
recall-answer recall:id recipient:id was:code state:code rows:count paper:digest person:id
freeze-notice order:id source_leaf:number recipient:id rows:count letter:digest person:id
use-certificate source_leaf:number recipient:id state:code rows:count paper:digest person:id
alarm code:code subject:id? detail:digest?
shard-close size:number next_origin:id reason:code
+start previous:id previous_size:number previous_root:digest
+prepared parts:digest
+handout parts:digest
"""
for _line in TABLE.replace("\n  ", " ").split("\n"):
    if _line:
        _words = _line.split(" ")
        (MORE if _words[0][0] == "+" else FIELDS)[_words[0].lstrip("+")] = dict(
            _word.split(":") for _word in _words[1:]
        )

# A leaf of this kind names, in this field, a leaf of that kind which says the same in these fields.
LINKS = {
    "parse": ("request_leaf", "request", ("batch",)),
    "decision-batch": ("parse_leaf", "parse", ("batch",)),
    "redecision": ("decision_leaf", "decision-batch", ("batch",)),
    "prepared": ("decision_leaf", "decision-batch", ("batch",)),
    "handout": (
        "prepared_leaf",
        "prepared",
        ("package", "root", "rows", "recipient", "recipient_key", "recipient_text", "parts"),
    ),
    "sent": ("handout_leaf", "handout", ("package",)),
    "ack": ("handout_leaf", "handout", ("package",)),
    "receipt": ("notice_leaf", "notice", ()),
    "recall-demand": ("recall_leaf", "recall", ("recall",)),
    "history-audit": ("read_leaf", "history-read", ("history", "list")),
    "in-force": ("bar_leaf", "order-bar", ("order",)),
    "order-act": ("bar_leaf", "order-bar", ("order",)),
    "act-notice": ("act_leaf", "order-act", ("order",)),
    "act-receipt": ("notice_leaf", "act-notice", ()),
    "lift": ("bar_leaf", "order-bar", ("order",)),
    "policy-explained": ("proposed_leaf", "policy-proposed", ("policy",)),
    "policy-active": ("proposed_leaf", "policy-proposed", ("policy",)),
    "key-revoked": ("registered_leaf", "key-registered", ("key",)),
}
SUBJECTS = {
    "batch": ("id", "kind"),
    "package": ("id", "kind"),
    "order": ("id", "kind"),
    "period": ("first", "kind", "last"),
    "non-release": ("first", "id", "instrument", "kind", "last", "parts"),
}
ORDER_KEYS = [
    "format",
    "id",
    "court",
    "docket_number",
    "kind",
    "document",
    "entered_at",
    "learned_at",
    "effective_at",
    "ends",
    "note",
]
EFFECT_KEYS = ["kind", "provisions", "requesters", "recipients", "fields", "years", "rows_at_least"]
TERMS = {"notice": ["hours", "parties", "window_hours"], "approval": ["approvals", "offices"]}
EXCEPTION_KEYS = ["provisions", "rows_at_most", "elements"]
NUMBERS = ("hours", "window_hours", "approvals", "rows_at_most")
PAPERS = (
    *("cases", "ciphertext", "cover", "explanation", "figures", "instrument", "letter", "paper", "parts", "patterns"),
    *("report", "rows", "rows_paper", "signature", "table"),
)
NAMED = {
    "requesters": "asked by others",
    "recipients": "received by others",
    "fields": "other fields",
    "years": "other years",
}
PARTS_FORMAT = "lawgate-parts-1"
BLOCKING = ("stop", "notice", "freeze_recipient", "freeze_expansion", "approval")


class Refusal(Exception):
    """The bundle is refused: `code` says why, `where` names a place in it, never a value."""

    def __init__(self, code, where=""):
        """One of REFUSALS."""
        super().__init__(code)
        self.code = code
        self.where = where


def need(truth, code, where=""):
    """Refuse unless it is true."""
    if not truth:
        raise Refusal(code, where)


# ---- Ed25519 (docs/spec/log.md, section 3): the key first, S below the order, no cofactor ---------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
LOW = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
LOW_ORDER = (0, 1, P - 1, LOW, P - LOW)


def point(encoded):
    """The point (extended coordinates) that 32 bytes stand for; None when there is none or y is not below P."""
    number = int.from_bytes(encoded, "little")
    y, sign = number & (2**255 - 1), number >> 255
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P != u:
        x = x * ROOT_OF_MINUS_1 % P
    if v * x * x % P != u or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def added(a, b):
    """The sum of two points."""
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def is_usable(key):
    """Whether 32 bytes may be a public key: canonical, a point, not of low order."""
    y = int.from_bytes(key, "little") & (2**255 - 1)
    return len(key) == 32 and y not in LOW_ORDER and point(key) is not None


def ed25519(key, message, signature):
    """Whether the signature (64 bytes) over the message holds under a usable key."""
    if len(signature) != 64 or not is_usable(key):
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    x, y, _, xy = point(key)
    minus = (P - x, y, 1, P - xy)
    table = {(1, 0): BASE, (0, 1): minus, (1, 1): added(BASE, minus)}
    total = (0, 1, 1, 0)
    for bit in range(252, -1, -1):
        total = added(total, total)
        pair = (s >> bit & 1, h >> bit & 1)
        if pair in table:
            total = added(total, table[pair])
    inverse = pow(total[2], P - 2, P)
    x, y = total[0] * inverse % P, total[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# ---- Trees (RFC 6962) ----------------------------------------------------------------------------------------------


def sha256(data):
    """32 bytes."""
    return hashlib.sha256(data).digest()


def leads_to(leaf_hash, index, size, path):
    """The root that leaf hash and path lead to (RFC 9162, 2.1.3.2); None when the path has a wrong length."""
    if not 0 <= index < size:
        return None
    left, last, root = index, size - 1, leaf_hash
    for step in path:
        if last == 0:
            return None
        if left & 1 or left == last:
            root = sha256(b"\x01" + step + root)
            while left and not left & 1:
                left, last = left >> 1, last >> 1
        else:
            root = sha256(b"\x01" + root + step)
        left, last = left >> 1, last >> 1
    return root if last == 0 else None


# ---- Forms ---------------------------------------------------------------------------------------------------------


def from_base64(text, code):
    """The bytes; refused unless encoding them again gives the same text."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(code, "base64") from None
    need(base64.b64encode(data).decode() == text, code, "base64")
    return data


def no_float(text):
    """No number here has a fraction."""
    raise ValueError(text)


def printed_json(value):
    """A value in its one spelling (RFC 8785, for the values that occur here)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(text, code):
    """The value of a JSON text that is exactly what printing it again gives (RFC 8785)."""
    try:
        found = json.loads(text, parse_float=no_float, parse_constant=no_float)
        same = printed_json(found) == text
    except (ValueError, RecursionError):
        raise Refusal(code, "JSON") from None
    need(same, code, "spelling")
    return found


def is_number(value, most=MAX_SAFE):
    """Whether it is a whole number from 0."""
    return type(value) is int and 0 <= value <= most


def is_text(value, pattern):
    """Whether it is a text that the pattern describes wholly."""
    return type(value) is str and re.fullmatch(pattern, value) is not None


def is_object(value, keys):
    """Whether it is an object with exactly these keys."""
    return type(value) is dict and sorted(value) == sorted(keys)


HEX64 = "[0-9a-f]{64}"
ANY_ID = "[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}"
BASE64 = "[A-Za-z0-9+/]*=?=?"
LINES = "[ -~\n]*"


def read_bundle(data):
    """The bundle in these bytes; refused (`form`) unless it is in its one form."""
    need(len(data) <= MAX_BYTES, "form", "size")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal("form", "UTF-8") from None
    need(is_text(text, "[ -~\u2014]*"), "form", "characters")
    found = canonical(text, "form")
    keys = ("checkpoint", "format", "leaves", "mark", "policy", "rows", "seal", "subject")
    need(is_object(found, keys) and found["format"] == FORMAT, "form", "fields")
    need(is_text(found["checkpoint"], "[ -~\n\u2014]*") and is_text(found["policy"], LINES), "form", "texts")
    need(is_text(found["mark"], "[A-Z]{0,32}") and is_text(found["seal"], HEX64), "form", "mark and seal")
    for name, test in (("leaves", leaf_shaped), ("rows", row_shaped)):
        need(type(found[name]) is list and all(test(each) for each in found[name]), "form", name)
    need(subject_shaped(found["subject"]), "form", "subject")
    need(rising([(each["leaf"], each["row"]) for each in found["rows"]]), "form", "order of rows")
    rest = {key: value for key, value in found.items() if key != "seal"}
    need(sha256(printed_json(rest).encode()).hex() == found["seal"], "seal")
    return found


def rising(keys):
    """Whether each is greater than the one before it."""
    return all(one < other for one, other in zip(keys, keys[1:]))


def leaf_shaped(each):
    """A leaf's text and the head of its tlog-proof file."""
    return is_object(each, ("leaf", "proof")) and is_text(each["leaf"], "[ -~]*") and is_text(each["proof"], LINES)


def row_shaped(each):
    """One opened row."""
    return (
        is_object(each, ("data", "leaf", "path", "pattern", "row", "salt"))
        and is_text(each["data"], "([0-9a-f]{2}){1,4096}")
        and is_number(each["leaf"])
        and type(each["path"]) is list
        and len(each["path"]) < 64
        and all(is_text(step, HEX64) for step in each["path"])
        and is_text(each["pattern"], "[ -~]*")
        and is_number(each["row"])
        and is_text(each["salt"], HEX64)
    )


def subject_shaped(subject):
    """What the bundle is about."""
    kind = subject.get("kind") if type(subject) is dict else None
    if type(kind) is not str or kind not in SUBJECTS or not is_object(subject, SUBJECTS[kind]):
        return False
    if "id" in subject and not is_text(subject["id"], ANY_ID):
        return False
    if "instrument" in subject:
        need(is_text(subject["instrument"], BASE64), "form", "instrument")
        from_base64(subject["instrument"], "form")
        parts = subject["parts"]
        need(type(parts) is list and all(is_text(each, "[ -~]*") for each in parts) and rising(parts), "form", "parts")
    ends = [subject[name] for name in ("first", "last") if name in subject]
    return all(is_number(each) for each in ends) and ends == sorted(ends)


# ---- Policy (C2SP tlog-policy) and head (C2SP signed-note, tlog-checkpoint, tlog-cosignature) ------------------------


def read_key(text):
    """Name, key id, type and key of one vkey; refused (`policy`) unless its form is exact."""
    found = re.fullmatch("([!-*,-~]+)[+]([0-9a-f]{8})[+]([A-Za-z0-9+/]+=*)", text)
    need(found, "policy", "key")
    material = from_base64(found.group(3), "policy")
    kind, key = material[:1], material[1:]
    need(len(key) == {b"\x01": 32, b"\x04": 32, b"\x06": 1312}.get(kind, -1), "policy", "type of key")
    number = sha256(found.group(1).encode() + b"\n" + material)[:4]
    need(number.hex() == found.group(2), "policy", "key id")
    return found.group(1), number, kind[0], key


def read_policy(data):
    """Log key, witness keys by their name in the policy, groups, and the name that has to be satisfied."""
    need(len(data) <= MAX_POLICY and re.fullmatch(b"([\t -~]*\n)+", data), "policy", "form")
    logs, witnesses, groups, used, quorum = [], {}, {}, set(), []
    for line in data.decode("ascii").split("\n"):
        words = line.replace("\t", " ").split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "log" and len(words) in (2, 3):
            logs.append(read_key(words[1]))
        elif words[0] == "witness" and len(words) in (3, 4):
            need(words[1] not in witnesses and words[1] not in groups and words[1] != "none", "policy", "names")
            witnesses[words[1]] = read_key(words[2])
        elif words[0] == "group" and len(words) >= 4:
            name, members = words[1], words[3:]
            need(name not in witnesses and name not in groups and name != "none", "policy", "names")
            need(all(each in witnesses or each in groups for each in members), "policy", "members")
            need(len(set(members)) == len(members) and not used & set(members), "policy", "members")
            used |= set(members)
            groups[name] = threshold(words[2], len(members)), members
        elif words[0] == "quorum" and len(words) == 2:
            need(words[1] in witnesses or words[1] in groups, "policy", "quorum")
            quorum.append(words[1])
        else:
            raise Refusal("policy", "line")
    keys = [*logs, *witnesses.values()]
    need(len(logs) == 1 and len(quorum) == 1, "policy", "one log and one quorum")
    need(logs[0][2] == 1 and all(each[2] in (4, 6) for each in witnesses.values()), "policy", "type of key")
    need(len({each[3] for each in keys}) == len(keys), "policy", "a key used twice")
    named = {each[0] for each in witnesses.values()}
    need(len(named) == len(witnesses) and not named & {"quorum", "none"}, "policy", "names")
    # In the log's own text a witness goes by the name of its key, and the group that is the quorum by `quorum`.
    below = set(groups) - set(quorum)
    need(not below & (named | {"quorum"}) and not any("+" in name for name in below), "policy", "names")
    need(len(witnesses) + len(groups) <= 64, "policy", "too many names")
    made = {"log": logs[0], "witnesses": witnesses, "groups": groups, "quorum": quorum[0]}
    need(used | {quorum[0]} == set(witnesses) | set(groups), "policy", "a name that does not count")
    able = [name for name, key in witnesses.items() if key[2] == 4]
    need(satisfied(made, quorum[0], able), "policy", "nobody can be a quorum")
    return made


def threshold(word, members):
    """How many members a group asks for."""
    if word in ("any", "all"):
        return 1 if word == "any" else members
    need(re.fullmatch("[1-9][0-9]{0,3}", word) and int(word) <= members, "policy", "threshold")
    return int(word)


def satisfied(policy, name, cosigned):
    """Whether a witness has cosigned, or enough members of a group have."""
    if name in policy["groups"]:
        least, members = policy["groups"][name]
        return sum(satisfied(policy, each, cosigned) for each in members) >= least
    return name in cosigned


def read_note(text):
    """Text and signature lines (name, key id, rest) of a signed note."""
    need(len(text.encode()) <= 256 * 1024, "checkpoint", "size")
    cut = text.rfind("\n\n")
    need(cut >= 0 and text.endswith("\n"), "checkpoint", "form")
    rows = text[cut + 2 : -1].split("\n")
    lines = []
    for row in rows:
        found = re.fullmatch("\u2014 ([!-*,-~]+) ([A-Za-z0-9+/]+=*)", row)
        need(found and len(rows) <= 64, "checkpoint", "signature line")
        blob = from_base64(found.group(2), "checkpoint")
        need(len(blob) >= 5, "checkpoint", "signature line")
        lines.append((found.group(1), blob[:4], blob[4:]))
    need(len({line[:2] for line in lines}) == len(lines), "checkpoint", "two lines of one key")
    return text[: cut + 1], lines


def read_head(text):
    """Origin, size and root of a checkpoint's text."""
    found = re.fullmatch("([ -~]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]+=*)\n", text)
    need(found, "checkpoint", "lines")
    root = from_base64(found.group(3), "checkpoint")
    need(len(root) == 32 and int(found.group(2)) <= MAX_TIME, "checkpoint", "size or root")
    need(int(found.group(2)) > 0 or root == sha256(b""), "checkpoint", "empty tree")
    return found.group(1), int(found.group(2)), root


def holds(key, text, rest):
    """Whether one signature line holds; (True, the second it states or None)."""
    if key[2] == 1:
        return ed25519(key[3], text.encode(), rest), None
    seconds = int.from_bytes(rest[:8], "big")
    if len(rest) != 72 or not 0 < seconds <= MAX_TIME:
        return False, None
    return ed25519(key[3], (f"cosignature/v1\ntime {seconds}\n{text}").encode(), rest[8:]), seconds


def check_head(note, policy):
    """Origin, size, root, cosigners (name -> second) and the names on lines that nobody checked."""
    text, lines = read_note(note)
    origin, size, root = read_head(text)
    log = policy["log"]
    need(origin == log[0], "origin")
    own = [line for line in lines if line[:2] == log[:2]]
    need(own, "unsigned")
    need(holds(log, text, own[0][2])[0], "signature", log[0])
    known = {(key[0], key[1]): (name, key) for name, key in policy["witnesses"].items()}
    cosigned, unchecked = {}, []
    for name, number, rest in lines:
        found = known.get((name, number))
        if found and found[1][2] == 4:
            good, seconds = holds(found[1], text, rest)
            need(good, "signature", name)
            cosigned[found[0]] = seconds
        elif found or len(rest) + 4 == ML_DSA_44_LINE:
            unchecked.append(name)
    need(satisfied(policy, policy["quorum"], cosigned), "quorum")
    return {"origin": origin, "size": size, "root": root, "cosigned": cosigned, "unchecked": unchecked}


# ---- Leaves --------------------------------------------------------------------------------------------------------

PROOF = re.compile("c2sp[.]org/tlog-proof@v1\nindex (0|[1-9][0-9]{0,18})\n(([A-Za-z0-9+/]{43}=\n){0,63})\n")
NINE = re.compile("(?<![0-9A-Za-z])[0-9]{3}([-._:/+=@]?)[0-9]{2}\\1[0-9]{4}(?![0-9A-Za-z])")


def read_proof(text):
    """Index and path of the head of a tlog-proof file."""
    found = PROOF.fullmatch(text)
    need(found and int(found.group(1)) <= MAX_SAFE, "proof", "form")
    return int(found.group(1)), [from_base64(step, "proof") for step in found.group(2).split("\n")[:-1]]


def included(leaf, proof, head):
    """The index at which this very text is a leaf of the log; refused when it is not."""
    index, path = read_proof(proof)
    root = leads_to(sha256(b"\x00" + leaf.encode()), index, head["size"], path)
    need(root == head["root"], "not_included", f"index {index}")
    return index


def is_day(text):
    """Whether the calendar has this day."""
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:10])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return year > 0 and 1 <= month <= 12 and 1 <= day <= days[month - 1]


def text_fits(type_, value):
    """Whether a text has one of the types of a leaf's fields."""
    if type_ == "digest":
        return is_text(value, HEX64)
    if type_ == "day":
        return is_text(value, "[0-9]{4}-[0-9]{2}-[0-9]{2}") and is_day(value)
    if type_ == "instant":
        shape = "[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z"
        return is_text(value, shape) and is_day(value)
    shape = {"id": ANY_ID, "code": "[a-z0-9][a-z0-9._-]{0,63}"}[type_]
    return is_text(value, shape) and NINE.search(value) is None


def fits(type_, value):
    """Whether a value has the type of its field."""
    if type_ == "flag":
        return type(value) is bool
    if type_ in ("count", "number"):
        return is_number(value, 99999999 if type_ == "count" else MAX_SAFE)
    if type_.endswith("*"):
        return type(value) is list and len(value) <= 256 and all(text_fits(type_[:-1], each) for each in value)
    if type_.endswith("?"):
        return value == "" or text_fits(type_[:-1], value)
    return text_fits(type_, value)


def read_leaf(text):
    """The leaf in its text; refused (`leaf`) unless kind, fields, types and spelling are exact."""
    need(0 < len(text) <= 65535, "leaf", "length")
    found = canonical(text, "leaf")
    kind = found.get("kind") if type(found) is dict else None
    need(type(kind) is str and kind in FIELDS, "leaf", "kind")
    fields, more = dict(FIELDS[kind]), MORE.get(kind, {})
    if any(name in found for name in more):
        fields.update(more)
    need(is_object(found, [*fields, "kind", "v", "at"]), "leaf", "fields")
    need(type(found["v"]) is int and found["v"] == 1 and fits("instant", found["at"]), "leaf", "version or time")
    for name, type_ in fields.items():
        need(fits(type_, found[name]), "leaf", f"{kind}.{name}")
    return found


def read_leaves(bundle, head):
    """Every leaf by its index: shown to be in the log, in its form, in order of place and time."""
    places = []
    for each in bundle["leaves"]:
        places.append(included(each["leaf"], each["proof"], head))
    need(places and rising(places), "proof", "order of leaves")
    leaves = {place: read_leaf(each["leaf"]) for place, each in zip(places, bundle["leaves"])}
    for one, other in zip(places, places[1:]):
        need(leaves[one]["at"] <= leaves[other]["at"], "time", f"leaf {other}")
    return leaves


def check_links(leaves):
    """Every leaf that names another one which is here: that one is older, of the right kind, and says the same."""
    for index, leaf in leaves.items():
        if leaf["kind"] not in LINKS:
            continue
        field, kind, same = LINKS[leaf["kind"]]
        need(leaf[field] < index, "link", f"leaf {index}")
        other = leaves.get(leaf[field])
        if other is not None:
            # A field that a leaf may leave out, and does, is not compared.
            good = other["kind"] == kind and all(other.get(name) == leaf[name] for name in same if name in leaf)
            need(good, "link", f"leaf {index}")


def check_start(bundle, leaves, policy):
    """Leaf 0 says whose log this is and whether its data are made up."""
    start = leaves.get(0)
    need(start is not None and start["kind"] == "start", "start", "leaf 0")
    need(start["log_policy"] == sha256(policy).hex(), "start", "policy")
    need(bundle["mark"] == ("SYNTHETIC" if start["profile"] == "synthetic" else ""), "start", "mark")


# ---- What it is about ----------------------------------------------------------------------------------------------


def about(subject, leaves):
    """Indexes of the leaves that speak of a batch, package or order."""
    kind, name = subject["kind"], subject["id"]
    packages = {name}
    if kind == "order":
        found = {i for i, leaf in leaves.items() if leaf.get("order") == name or name in leaf.get("orders", ())}
    elif kind == "package":
        found = {i for i, leaf in leaves.items() if leaf.get("package") == name}
        found |= {i for i, leaf in leaves.items() if leaf["kind"] == "objection" and leaf["subject"] == name}
    else:
        made = [leaf for leaf in leaves.values() if leaf["kind"] == "prepared" and leaf["batch"] == name]
        packages |= {leaf["package"] for leaf in made}
        found = {
            i
            for i, leaf in leaves.items()
            if leaf.get("batch") == name
            or leaf.get("package") in packages - {name}
            or (leaf["kind"] == "objection" and leaf["subject"] in packages)
        }
    served = ("receipt", "act-receipt")
    return found | {i for i, leaf in leaves.items() if leaf["kind"] in served and leaf["notice_leaf"] in found}


def closed(found, leaves):
    """These indexes and all that they name; refused when one of those is missing."""
    waiting, kept = sorted(found), set()
    while waiting:
        index = waiting.pop()
        need(index in leaves, "link", f"leaf {index}")
        if index not in kept and leaves[index]["kind"] in LINKS:
            waiting.append(leaves[index][LINKS[leaves[index]["kind"]][0]])
        kept.add(index)
    return kept


def check_subject(subject, leaves, size):
    """The leaves are those of the subject and no others; the lines that say so."""
    kind = subject["kind"]
    if kind in ("batch", "package", "order"):
        found = about(subject, leaves)
        need(found and set(leaves) == closed(found, leaves) | {0}, "subject", kind)
        return [f"about {kind} {subject['id']}: {len(found)} leaves speak of it"]
    first, last = subject["first"], subject["last"]
    need(last < size, "range", "beyond the head")
    for index in range(first, last + 1):
        need(index in leaves, "range", f"leaf {index}")
    said = [f"every leaf from {first} to {last} is here, none is left out"]
    inside = set(range(first, last + 1)) | {0}
    if kind == "period":
        need(set(leaves) == inside, "subject", kind)
        return said
    return said + check_release(subject, leaves, inside)


def check_release(subject, leaves, inside):
    """Certificate of non-release: no hand-out and no delivery in the range is inside the order's scope."""
    first, last, order = subject["first"], subject["last"], subject["id"]
    bars = [i for i, leaf in leaves.items() if leaf["kind"] == "order-bar" and leaf["order"] == order]
    need(bars, "scope", "order-bar")
    left = [i for i, leaf in leaves.items() if first <= i <= last and leaf["kind"] in ("handout", "sent")]
    forces = [i for i, leaf in leaves.items() if leaf["kind"] == "in-force" and leaf["order"] == order]
    need(set(leaves) == closed({*bars, *forces, *left}, leaves) | inside, "subject", "non-release")
    effects, said = read_scope(subject, [leaves[i] for i in bars])
    outs = {index: back_to("handout", index, leaves) for index in left}
    papers = read_papers(subject["parts"], {leaves[at].get("parts") for at in outs.values()})
    exposed = {name for i in forces for name in leaves[i]["exposed"]}
    for index in left:
        out, request = leaves[outs[index]], leaves[back_to("request", index, leaves)]
        # The office may know by now that the order means somebody by a name that the paper has not.
        known = f"{out['package']}@{outs[index]}" in exposed
        why = outside(effects, request, names_of(None if known else papers.get(out.get("parts")), out, request))
        need(why, "released", f"leaf {index}")
        said.append(f"leaf {index} ({leaves[index]['kind']}) is outside the scope: {why}")
    said.append(f"in this range nothing in scope of order {order} left through this gateway")
    return said


def back_to(kind, index, leaves):
    """The index of the leaf of this kind that a hand-out or delivery goes back to."""
    while leaves[index]["kind"] != kind:
        index = leaves[index][LINKS[leaves[index]["kind"]][0]]
    return index


def read_papers(texts, named):
    """Papers with the parts of hand-outs, by their digest; refused (`scope`) when none of the hand-outs names one."""
    found = {}
    for text in texts:
        digest = sha256(text.encode()).hex()
        need(digest in named, "scope", "digest of the parts")
        paper = canonical(text, "scope")
        lists = ("requesters", "recipients", "fields")
        need(is_object(paper, ("format", "years", *lists)) and paper["format"] == PARTS_FORMAT, "scope", "parts")
        for name in lists:
            good = type(paper[name]) is list and paper[name] and all(text_fits("id", each) for each in paper[name])
            need(good and rising(paper[name]), "scope", "parts")
        years = paper["years"]
        good = type(years) is list and years and all(is_number(each, 9999) and each > 0 for each in years)
        need(good and rising(years), "scope", "parts")
        found[digest] = paper
    return found


def names_of(paper, handout, request):
    """Requesters, recipients, fields and years of a hand-out, each empty when it is not shown."""
    if paper is None:
        return {"requesters": [], "recipients": [], "fields": [], "years": []}
    # What the leaves show is added: a paper can never make less of it.
    asks = [*paper["requesters"], request["requester"], handout["recipient"]]
    gets = [*paper["recipients"], handout["recipient"], handout["recipient_key"]]
    return {"requesters": asks, "recipients": gets, "fields": paper["fields"], "years": paper["years"]}


def read_scope(subject, bars):
    """The blocking effects as a table of their parts (None for all), or None when everything is in scope."""
    order = subject["id"]
    data = from_base64(subject["instrument"], "scope")
    if not data:
        return None, [f"order {order}: its text is not shown, so everything counts as in its scope"]
    same = all(sha256(data).hex() == bar["instrument"] for bar in bars)
    need(any(sha256(data).hex() == bar["instrument"] for bar in bars), "scope", "digest of the order")
    kinds, effects = read_order(data, order)
    readable = kinds and same and all(not bar["provisional"] and bar["effects"] == kinds for bar in bars)
    if not readable:
        return None, [f"order {order}: its text cannot be read here, so everything counts as in its scope"]
    need(effects, "scope", "no effect that keeps anything from leaving")
    said = []
    for effect in effects:
        names = [told(part, effect[part]) for part in ("provisions", *NAMED)]
        said.append(f"order {order} covers {', '.join(names)}, requests of {effect['rows']} rows or more")
        if effect["eased"]:
            said.append(f"order {order} has {effect['eased']} to that: this speaks of the whole, as if there were none")
    return effects, said


def told(part, listed):
    """One part of a scope in words."""
    return f"every {part[:-1]}" if listed is None else f"{part} {' '.join(str(each) for each in listed)}"


def read_order(data, order):
    """Kinds of effects, and the scopes of those that block, of an order's text; ([], []) when it cannot be read."""
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        return [], []
    at, end = len(ORDER_KEYS), len(lines) - 1
    if lines[-1] or end <= at or not all(line.startswith(key + " = ") for line, key in zip(lines, ORDER_KEYS)):
        return [], []
    if lines[0] != 'format = "lawgate-order-1"' or lines[1] != f'id = "{order}"':
        return [], []
    kinds, effects = set(), []
    while at < end:
        found = read_effect(lines[at:end])
        if found is None:
            return [], []
        kind, effect, length = found
        kinds.add(kind)
        if kind in BLOCKING:
            effects.append(effect)
        at += length
    return sorted(kinds), effects


def read_effect(lines):
    """Kind, scope and number of lines of the effect with which these lines begin; None when it is not in its form."""
    if len(lines) < 9 or lines[:2] != ["", "[[effect]]"]:
        return None
    kind = re.fullmatch('kind = "([a-z_]+)"', lines[2])
    rows = re.fullmatch("rows_at_least = (0|[1-9][0-9]{0,7})", lines[8])
    effect, good = {}, bool(kind and rows)
    for place, part in enumerate(("provisions", *NAMED), 3):
        word = "[1-9][0-9]{3}" if part == "years" else '"[A-Za-z0-9._:-]+"'
        found = re.fullmatch(f'{part} = ("every"|\\[({word}(, {word})*)\\])', lines[place])
        effect[part] = found and found.group(2) and [json.loads(each) for each in found.group(2).split(", ")]
        good = good and found
    if not good:
        return None
    at, terms = 9, TERMS.get(kind.group(1), [])
    eased = "terms" if len(lines) > at and lines[at] != "" else ""
    if eased:
        if not terms or not keys_fit(lines[at:], terms):
            return None
        at += len(terms)
    while lines[at : at + 2] == ["", "[[effect.exception]]"]:
        if kind.group(1) != "stop" or not keys_fit(lines[at + 2 :], EXCEPTION_KEYS):
            return None
        eased, at = "exceptions", at + 2 + len(EXCEPTION_KEYS)
    return kind.group(1), {**effect, "rows": int(rows.group(1)), "eased": eased}, at


def keys_fit(lines, keys):
    """Whether the lines begin with these keys, each with a whole number or a list of ids."""
    if len(lines) < len(keys):
        return False
    ids = '\\["[A-Za-z0-9._:-]+"(, "[A-Za-z0-9._:-]+")*\\]'
    shapes = [f"{key} = ({'[1-9][0-9]{0,7}' if key in NUMBERS else ids})" for key in keys]
    return all(re.fullmatch(shape, line) for shape, line in zip(shapes, lines))


def outside(effects, request, names):
    """Why a hand-out is in the scope of none of the effects; empty when one of them may cover it."""
    if effects is None:
        return ""
    reasons = []
    for effect in effects:
        why = [NAMED[part] for part in NAMED if apart(effect[part], names[part])]
        if apart(effect["provisions"], [request["provision"]]):
            reasons.append("another provision")
        elif request["row_count"] < effect["rows"]:
            reasons.append("a request of fewer rows")
        elif why:
            reasons.append(why[0])
        else:
            return ""
    return " and ".join(sorted(set(reasons)))


def apart(listed, names):
    """Whether none of the names is listed, nor lies below one that is (as a.b.c below a.b); never when everything is
    listed, or no name is shown."""
    if listed is None or not names:
        return False
    known = [str(each).lower() + "." for each in listed]
    return not any((str(each).lower() + ".").startswith(name) for each in names for name in known)


# ---- Papers and rows -----------------------------------------------------------------------------------------------


def papers_in(leaves):
    """Every paper that a leaf names: (digest, kind of leaf and field, index)."""
    found = []
    for index, leaf in leaves.items():
        for field in PAPERS:
            types = {**FIELDS[leaf["kind"]], **MORE.get(leaf["kind"], {})}
            if types.get(field) in ("digest", "digest?") and leaf.get(field):
                found.append((leaf[field], f"{leaf['kind']}.{field}", index))
    return found


def check_rows(bundle, leaves):
    """Every opened row leads to the root in its leaf; the lines that say so."""
    said = []
    for each in bundle["rows"]:
        where = f"row {each['row']} of leaf {each['leaf']}"
        leaf = leaves.get(each["leaf"])
        need(leaf is not None and leaf["kind"] in ("decision-batch", "prepared"), "row", where)
        data, salt = bytes.fromhex(each["data"]), bytes.fromhex(each["salt"])
        need(len(data) == leaf["width"], "row", where)
        path = [bytes.fromhex(step) for step in each["path"]]
        root = leads_to(sha256(b"\x00" + salt + data), each["row"], leaf["rows"], path)
        need(root is not None and root.hex() == leaf["root"], "row", where)
        said.append(where + " is the one that was committed to" + decided(each, data, where))
    return said


def decided(each, data, where):
    """What the opened pattern record says was decided; empty when none is given."""
    if not each["pattern"]:
        return ""
    fits_row = len(data) == 76 and sha256(b"lawgate-pattern-v1\0" + each["pattern"].encode()) == data[36:68]
    need(fits_row, "row", where)
    found = re.search('"outcome":"([A-Z_]{1,32})"', each["pattern"])
    return "; its decision was " + found.group(1) if found else ""


def check_files(leaves, papers):
    """How many papers the leaves name, and which of them each given file is; refused (`file`) when it is none."""
    named = papers_in(leaves)
    said = [f"{len(named)} papers are named by their SHA-256"] if named else []
    for number, data in enumerate(papers, 1):
        found = [each for each in named if each[0] == sha256(data).hex()]
        need(found, "file", f"file {number}")
        said.append(f"file {number} is {found[0][1]} of leaf {found[0][2]}")
    return said


# ---- The whole -----------------------------------------------------------------------------------------------------


def moment(seconds):
    """A POSIX second as text."""
    if seconds >= 253402300800:
        return f"second {seconds}"
    return (datetime(1970, 1, 1) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def examined(data, policy, papers=()):
    """All checks over one bundle, its policy and papers (bytes): bundle, head, leaves, lines; or refused."""
    bundle = read_bundle(data)
    trusted = read_policy(policy)
    need(bundle["policy"].encode() == policy, "policy_differs")
    head = check_head(bundle["checkpoint"], trusted)
    leaves = read_leaves(bundle, head)
    check_links(leaves)
    check_start(bundle, leaves, policy)
    said = [f"log {head['origin']}: head of {head['size']} leaves, root {head['root'].hex()}"]
    times = sorted(head["cosigned"].values())
    names = ", ".join(sorted(head["cosigned"]))
    said.append(f"signed by the log; cosigned by {names} between {moment(times[0])} and {moment(times[-1])}")
    said += [f"NOT CHECKED: a line by {name} of the type ML-DSA-44 (0x06)" for name in head["unchecked"]]
    last = max(leaves)
    span = f"the first {min(leaves)}, the last {last} ({leaves[last]['at']})"
    said.append(f"{len(leaves)} leaves, {span}, are in the log under this head")
    said += check_subject(bundle["subject"], leaves, head["size"])
    said += check_rows(bundle, leaves) + check_files(leaves, papers)
    return bundle, head, leaves, said


def check(data, policy, papers=()):
    """The verdict about one bundle: {"ok", "code", "where", "mark", "said", "cannot"}."""
    try:
        bundle, _, _, said = examined(data, policy, papers)
    except Refusal as refusal:
        return refused(refusal)
    return held([bundle], said)


def check_seam(old, old_policy, new, new_policy):
    """The verdict about a bundle of a closed log and one of the log in which it goes on, each by its own policy."""
    try:
        one, head, leaves, said = examined(old, old_policy)
        other, new_head, new_leaves, more = examined(new, new_policy)
        said += more + follow(head, leaves, new_head, new_leaves[0])
        ranges = [each["subject"] for each in (one, other)]
        if all("first" in each for each in ranges) and (ranges[0]["last"], ranges[1]["first"]) == (head["size"] - 1, 0):
            said.append("the first range ends with its log and the second begins with its own: nothing lies between")
    except Refusal as refusal:
        return refused(refusal)
    return held([one, other], said)


def follow(head, leaves, new_head, start):
    """The two logs name each other, on the last leaf of the one and the first of the other; the line that says so."""
    last = head["size"] - 1
    close = leaves.get(last)
    need(close is not None and close["kind"] == "shard-close" and close["size"] == last, "seam", "shard-close")
    need("previous" in start, "seam", "start")
    need(close["next_origin"] == new_head["origin"], "seam", "next_origin")
    named = (start["previous"], start["previous_size"], start["previous_root"])
    need(named == (head["origin"], head["size"], head["root"].hex()), "seam", "previous")
    return [f"log {head['origin']} is closed by its leaf {last} and goes on as log {new_head['origin']}: both say so"]


def refused(refusal):
    """The verdict of a refusal."""
    return {"ok": False, "code": refusal.code, "where": refusal.where, "mark": "", "said": [], "cannot": []}


def held(bundles, said):
    """The verdict about bundles that hold, with what they cannot prove."""
    kinds = [bundle["subject"]["kind"] for bundle in bundles]
    cannot = [*CANNOT]
    cannot += CANNOT_RANGE if any(kind in ("period", "non-release") for kind in kinds) else ()
    cannot += CANNOT_SUBJECT if any(kind not in ("period", "non-release") for kind in kinds) else ()
    cannot += CANNOT_RELEASE if "non-release" in kinds else ()
    mark = next((bundle["mark"] for bundle in bundles if bundle["mark"]), "")
    return {"ok": True, "code": "holds", "where": "", "mark": mark, "said": said, "cannot": cannot}


def boxed(title, lines, width=96):
    """Lines in a box of signs that every terminal has."""
    edge = "+" + "-" * (width + 2) + "+"
    out = [edge, "| " + title.ljust(width) + " |", edge]
    for line in lines:
        words, row = line.split(" "), "-"
        for word in words:
            if len(row) + 1 + len(word) > width:
                out.append("| " + row.ljust(width) + " |")
                row = " "
            row += " " + word
        out.append("| " + row.ljust(width) + " |")
    return [*out, edge]


def printed(result):
    """The result as lines of text."""
    if not result["ok"]:
        place = " ({})".format(result["where"]) if result["where"] else ""
        return ["REFUSED: {}: {}{}".format(result["code"], REFUSALS[result["code"]], place)]
    mark = [result["mark"] + ": made-up data; nobody in it exists", ""] if result["mark"] else []
    head = ["THE BUNDLE HOLDS. What was checked:"]
    return [
        *mark,
        *head,
        *("  - " + each for each in result["said"]),
        "",
        *boxed("What this cannot prove", result["cannot"]),
    ]


def main(words):
    """Check the files named on the command line; the exit status."""
    seam = words[:1] == ["--seam"]
    words = words[1:] if seam else words
    if len(words) < 2 or words[0].startswith("-") or (seam and len(words) != 4):
        print(__doc__)
        return 2
    try:
        files = []
        for word in words:
            with Path(word).open("rb") as file:
                files.append(file.read(MAX_BYTES + 1))
    except OSError as error:
        print(f"cannot read a file: {error.strerror}", file=sys.stderr)
        return 2
    result = check_seam(*files) if seam else check(files[0], files[1], files[2:])
    print("\n".join(printed(result)))
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
