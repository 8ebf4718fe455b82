# SPDX-License-Identifier: Apache-2.0
"""C2SP tlog-policy as text: read one, with the places where the witnesses are reached.

Every policy of the format is read of which each line counts: one log, a quorum that is not `none`, and no witness or
group the quorum leaves out. Anything else looks like a safeguard that is none, and is refused.
"""

import re
from dataclasses import dataclass, field

from lawgate.ledger.errors import MalformedError
from lawgate.ledger.note import NoteKey, parse_vkey
from lawgate.ledger.quorum import TOP, Group, Policy

MAX_POLICY = 256 * 1024
MAX_NAMES = 64
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BLANK = re.compile(r"[ \t]+")
_COUNT = re.compile(r"[1-9][0-9]{0,3}")


@dataclass(frozen=True, slots=True)
class Listed:
    """A policy as a text states it: the policy, and where each witness is reached (by the name of its key)."""

    policy: Policy
    places: dict[str, str]


@dataclass(slots=True)
class _Read:
    """What the lines so far have said. `names` gives, for each name of the text, the key's name or the group's.

    The name in `quorums` is one of the text: a witness may have a key of the name that a group goes by.
    """

    logs: list[NoteKey] = field(default_factory=list)
    witnesses: list[NoteKey] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    quorums: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)


def parse_policy(data: bytes) -> Listed:
    """The policy of a text. MalformedError `policy` with the line's number for anything else."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedError("policy", "UTF-8") from None
    if len(data) > MAX_POLICY or not text.endswith("\n") or _CONTROL.search(text):
        raise MalformedError("policy", "size, signs or last line")
    read = _Read()
    for number, line in enumerate(text[:-1].split("\n"), start=1):
        words = _BLANK.split(line.strip(" \t"))
        if words == [""] or words[0].startswith("#"):
            continue
        if not _take(read, words):
            raise MalformedError("policy", f"line {number}")
    return Listed(_policy(read), read.places)


def render_listed(listed: Listed) -> str:
    """The policy's text with the places, as an office keeps it; reading it gives the same policy and places."""
    lines = listed.policy.render().splitlines()
    return "".join(f"{line}{_place(listed, line)}\n" for line in lines)


def _place(listed: Listed, line: str) -> str:
    kind, name, *_ = line.split(" ")
    return f" {listed.places[name]}" if kind == "witness" and name in listed.places else ""


def _take(read: _Read, words: list[str]) -> bool:
    """Add one line; False when it is not of the format."""
    if len(read.names) > MAX_NAMES:
        return False
    match words:
        case ["log", key] | ["log", key, _]:
            read.logs.append(parse_vkey(key))
        case ["witness", name, key] | ["witness", name, key, _]:
            return _witness(read, name, parse_vkey(key), words[3:])
        case ["group", name, count, *members] if members:
            return _group(read, name, count, members)
        case ["quorum", name] if name in read.names:
            read.quorums.append(name)
        case _:
            return False
    return True


def _witness(read: _Read, name: str, key: NoteKey, place: list[str]) -> bool:
    if name in read.names or name == "none":
        return False
    read.names[name] = key.name
    read.witnesses.append(key)
    if place:
        read.places[key.name] = place[0]
    return True


def _group(read: _Read, name: str, count: str, members: list[str]) -> bool:
    required = {"any": "1", "all": str(len(members))}.get(count, count)
    if name in read.names or name == "none" or not _COUNT.fullmatch(required) or not set(members) <= set(read.names):
        return False
    read.groups.append(Group(name, int(required), tuple(read.names[each] for each in members)))
    read.names[name] = name
    return True


def _policy(read: _Read) -> Policy:
    if len(read.logs) != 1 or len(read.quorums) != 1:
        raise MalformedError("policy", "one log, one quorum")
    top = next((group for group in read.groups if group.name == read.quorums[0]), None)
    top = top or Group(TOP, 1, (read.names[read.quorums[0]],))
    below = tuple(group for group in read.groups if group is not top)
    try:
        made = Policy(read.logs[0], tuple(read.witnesses), top.required, below)
    except ValueError:
        raise MalformedError("policy", "keys, names or numbers") from None
    if made.members != tuple(sorted(top.members)):
        raise MalformedError("policy", "a name the quorum does not count")
    return made
