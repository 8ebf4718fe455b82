# SPDX-License-Identifier: Apache-2.0
"""The kinds of stage leaf and the type of every field: the one place that says what may enter the log."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

Value = str | int | bool | Sequence[str]

VERSION = 1
MAX_LIST = 256
MAX_COUNT = 99_999_999
MAX_NUMBER = 2**53 - 1

_DIGEST = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}")
_CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
# A taxpayer number has nine digits, plain or as 3-2-4; it is refused wherever it stands as a word of its own.
_NINE_DIGITS = re.compile(r"(?<![0-9A-Za-z])[0-9]{3}([-._:/+=@]?)[0-9]{2}\1[0-9]{4}(?![0-9A-Za-z])")


def _is_date(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_text(type_: str, value: str) -> bool:
    if type_ == "digest":
        return _DIGEST.fullmatch(value) is not None
    if type_ == "day":
        return _DAY.fullmatch(value) is not None and _is_date(value)
    if type_ == "instant":
        return _INSTANT.fullmatch(value) is not None and _is_date(value)
    shape = {"id": _ID, "code": _CODE}.get(type_)
    return shape is not None and shape.fullmatch(value) is not None and not may_be_number(value)


def may_be_number(text: str) -> bool:
    """Whether a word of the text has the shape of a taxpayer's number."""
    return _NINE_DIGITS.search(text) is not None


def has_fields(kind: str, names: Iterable[str]) -> bool:
    """Whether these are exactly the fields of the kind, all of those that may go along with them or none."""
    known, more = set(FIELDS[kind]), set(MORE.get(kind, {}))
    return set(names) in (known, known | more)


def type_of(kind: str, name: str) -> str:
    """The type of a field of a kind. KeyError when the kind has no such field."""
    return FIELDS[kind].get(name) or MORE[kind][name]


def is_code(text: str) -> bool:
    """Whether the text is a code: up to 64 of a-z, 0-9, dot, underscore, hyphen; the first a letter or digit."""
    return _is_text("code", text)


def fits(type_: str, value: Value) -> bool:
    """Whether the value has the type.

    Types: digest (64 lowercase hex), id, code, day, instant (UTC, to the second), count (up to 99,999,999), number
    (up to 2**53 - 1), flag; `?` behind a text type also allows the empty text; `*` makes it a list of up to 256.
    """
    if isinstance(value, bool):
        return type_ == "flag"
    if isinstance(value, int):
        limit = {"count": MAX_COUNT, "number": MAX_NUMBER}.get(type_, -1)
        return 0 <= value <= limit
    if type_.endswith("*"):
        if isinstance(value, str) or len(value) > MAX_LIST:
            return False
        return all(isinstance(each, str) and _is_text(type_[:-1], each) for each in value)
    if not isinstance(value, str):
        return False
    return (type_.endswith("?") and value == "") or _is_text(type_.removesuffix("?"), value)


def _fields(text: str) -> Mapping[str, str]:
    pairs = [(name, type_) for name, _, type_ in (word.partition(":") for word in text.split())]
    return MappingProxyType(dict(pairs))


FIELDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        # The program starts: what runs, on which rules, under which settings and log policy.
        "start": _fields(
            "version:id code:digest form_floor:digest rulebook:digest settings:digest log_policy:digest profile:code"
        ),
        # A request arrives and is parsed. accepted + rejected = rows sent.
        "request": _fields(
            "batch:id request:id requester:id recipient:id provision:id agreement:id? recipient_key:id "
            "cover:digest signature:digest cases:digest rows:digest case_count:count row_count:count"
        ),
        "parse": _fields(
            "batch:id request_leaf:number accepted:count rejected:count file_faults:count faults:digest claims:digest"
        ),
        # All decisions of a batch: the subtree of their commitments and everything they depend on.
        "decision-batch": _fields(
            "batch:id parse_leaf:number subtree:code root:digest rows:count width:count patterns:digest table:digest "
            "figures:digest as_of:instant known_at:instant rulebook:digest agreements:digest practices:digest "
            "registers:digest docket:digest records:digest match_plan:digest history:number program:digest"
        ),
        # The same patterns under the orders of a later moment; what rows show is not looked at again.
        "redecision": _fields(
            "batch:id decision_leaf:number patterns:digest docket:digest known_at:instant rows:count held:count "
            "program:digest"
        ),
        # A named human has looked at each row of a set and kept some of them.
        "review": _fields("batch:id set:digest reviewer:id day:day rows:count kept:count paper:digest"),
        "approval": _fields("package:id set:digest person:id office:id role:code paper:digest"),
        # Somebody who works on a request or a package says why it should not go. Nobody can take that back for them.
        "objection": _fields("subject:id set:digest? person:id paper:digest"),
        # Notice to those an order names, and the receipts of its service.
        "notice": _fields("package:id orders:id* set:digest recipient:id rows:count paper:digest"),
        "receipt": _fields("notice_leaf:number served:id served_at:instant paper:digest"),
        # A sealed package exists and every row of it is accounted for; then its key goes out, and arrives.
        "prepared": _fields(
            "package:id batch:id decision_leaf:number subtree:code root:digest rows:count width:count set:digest "
            "ciphertext:digest size:number recipient:id recipient_key:id recipient_text:digest"
        ),
        "handout": _fields(
            "package:id prepared_leaf:number root:digest rows:count recipient:id recipient_key:id "
            "recipient_text:digest standing:digest attempt:count"
        ),
        # Somebody asked for a package and did not get it: why, and how far it had come.
        "barred": _fields("package:id asked:digest step:code bars:code* orders:id*"),
        "sent": _fields("package:id handout_leaf:number envelope:digest size:number"),
        "ack": _fields("package:id handout_leaf:number paper:digest"),
        # An order binds at once, is in force when no lease is left, and ends only by a paper.
        "order-bar": _fields(
            "order:id instrument:digest learned:instant effective:instant effects:code* provisional:flag person:id"
        ),
        "in-force": _fields("order:id bar_leaf:number exposed:id* exposed_rows:count"),
        # Every act on an order, the moment it is entered. One that loosens counts only after a leaf `lift`.
        "order-act": _fields(
            "order:id bar_leaf:number act:id does:code instrument:digest document:digest effective:instant people:id*"
        ),
        "act-notice": _fields("order:id act_leaf:number paper:digest parties:id*"),
        "act-receipt": _fields("notice_leaf:number served:id served_at:instant paper:digest"),
        "lift": _fields("order:id bar_leaf:number paper:digest people:id* effective:instant"),
        # A change of rules, practice, register or agreement: what, why, from when.
        "policy-proposed": _fields("policy:id old:digest new:digest diff:digest widening:flag person:id"),
        "policy-explained": _fields(
            "policy:id proposed_leaf:number explanation:digest declared:digest comments_until:day"
        ),
        "policy-active": _fields(
            "policy:id proposed_leaf:number explanation:digest? new:digest version:count people:id* effective:instant"
        ),
        "key-registered": _fields("key:id use:code owner:id public_key:digest people:id* usable_from:instant"),
        "key-revoked": _fields("key:id registered_leaf:number reason:code person:id"),
        # The private index of who was in which entry; somebody read protected values; something is wrong.
        "accounting-root": _fields("root:digest entries:count through:number"),
        "audit-read": _fields("person:id batch:id scope:code reason:code rows:count paper:digest"),
        # What already left: a list of earlier disclosures is looked at, and decided again.
        "history-read": _fields("history:id list:digest people:id* paper:digest"),
        "history-audit": _fields(
            "history:id read_leaf:number list:digest provision:id agency:id sent_to:id* first_sent:instant "
            "last_sent:instant as_of:instant rulebook:digest registers:digest docket:digest records:digest "
            "match_plan:digest program:digest rows:count refused:count held:count beyond:count sendings:digest "
            "report:digest table:digest"
        ),
        # It is called back, or frozen where it is; its recipients answer; its use ends.
        "recall": _fields(
            "recall:id source_leaf:number reason:code order:id? codes:code* rows:count rows_paper:digest person:id"
        ),
        "recall-demand": _fields(
            "recall:id recall_leaf:number recipient:id demand:code orders:id* rows:count letter:digest answer_by:day "
            "person:id"
        ),
        "recall-answer": _fields("recall:id recipient:id was:code state:code rows:count paper:digest person:id"),
        "freeze-notice": _fields("order:id source_leaf:number recipient:id rows:count letter:digest person:id"),
        "use-certificate": _fields("source_leaf:number recipient:id state:code rows:count paper:digest person:id"),
        "alarm": _fields("code:code subject:id? detail:digest?"),
        "shard-close": _fields("size:number next_origin:id reason:code"),
    }
)

MORE: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        # The log continues a closed one: that log's name, its size with the close leaf, its root.
        "start": _fields("previous:id previous_size:number previous_root:digest"),
        # The paper with the names by which an order may mean the package (`parts_text`); a hand-out names it where
        # orders were held against these very names.
        "prepared": _fields("parts:digest"),
        "handout": _fields("parts:digest"),
    }
)
"""Fields that a leaf of the kind has all of, or none."""
