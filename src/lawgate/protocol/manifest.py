# SPDX-License-Identifier: Apache-2.0
"""What a package says of itself: the only file of it that is not sealed, without any data about a taxpayer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

import rfc8785

from lawgate.docket.parts import Parts
from lawgate.model.fault import LawgateError
from lawgate.model.order import Covered

FORMAT = "lawgate-package-1"
NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Sealed:
    """One sealed record: file name in the tar, SHA-256 (hex) and size in bytes."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything the hand-out needs to know, bound by the digest of the tar that the leaf `prepared` names.

    `purpose` is the one the request stated, and the only use there is; `recipient_text` the SHA-256 of the text of the
    recipient key. `people` are all ids of the asking side (signer, contact, whoever any case of the batch names),
    `recipients` those named to receive it; `batch_rows` the rows of the whole request, as orders count them; `set` the
    set commitment; `review` the SHA-256 of the signed review. `custody` is how many keepers hold a key of each record:
    with two of them neither can open anything without the other. `elements` are those shown as met for every record:
    what an order's exception may ask for.
    """

    package: str
    batch: str
    provision: str
    purpose: str
    agency: str
    recipient_key: str
    recipient_text: str
    people: tuple[str, ...]
    recipients: tuple[str, ...]
    fields: tuple[str, ...]
    years: tuple[int, ...]
    batch_rows: int
    set: str
    review: str
    records: tuple[Sealed, ...]
    custody: int = 1
    elements: tuple[str, ...] = ()


TAR = "package.tar"
"""The file name of the sealed package."""
ENDINGS = ("age", "jwe")
"""How names of sealed files end: which program opens them."""


def record_name(place: int, ending: str = "age") -> str:
    """The file name of the sealed record at this place of a package, the first being 1.

    `ending` says how it is sealed (`Sealer.ending`); packages made before there was a second way end in `age`.
    """
    return f"{place:04d}.{ending}"


def keys_name(ending: str = "age", keeper: int = 1) -> str:
    """The file name of a package's sealed identities: `keys.age` of the first keeper, `keys-2.age` of the second."""
    return f"keys.{ending}" if keeper == 1 else f"keys-{keeper}.{ending}"


def text_digest(recipient: str) -> str:
    """SHA-256 (hex) of the text of a recipient key: what binds a package to the key itself and not to its id."""
    return sha256(recipient.encode()).hexdigest()


def covered(
    manifest: Manifest,
    humans: Callable[[Iterable[str]], Iterable[str]] = tuple,
) -> tuple[Covered, ...]:
    """The package as orders see it, once for each name an order may use for who asks and who receives.

    An order on a person binds it whatever office that person acts in: `humans(ids)` gives every id of these people,
    and those of the manifest alone unless said.
    """
    named, rows = parts(manifest, humans), manifest.batch_rows
    return tuple(
        Covered(
            manifest.provision,
            asks,
            gets,
            named.fields,
            named.years,
            rows,
            frozenset(manifest.elements),
            manifest.agency,
        )
        for asks in named.requesters
        for gets in named.recipients
    )


def parts(manifest: Manifest, humans: Callable[[Iterable[str]], Iterable[str]] = tuple) -> Parts:
    """What of the package an order may name, with every id of the people in it as in `covered`."""
    who = (manifest.agency, *humans(manifest.people))
    # Whoever is of the asking side may be meant as one who receives, as at the decision.
    whom = (manifest.agency, manifest.recipient_key, *humans({*manifest.people, *manifest.recipients}))
    return Parts(who, whom, manifest.fields, manifest.years)


_TEXTS = ("package", "batch", "provision", "purpose", "agency", "recipient_key", "recipient_text", "set", "review")
_LISTS = ("people", "recipients", "fields", "elements")


def render(manifest: Manifest) -> bytes:
    """Canonical JSON (RFC 8785). One keeper is not said, and no elements are not."""
    left_out = {"custody": 1, "elements": ()}
    said = {name: value for name, value in asdict(manifest).items() if left_out.get(name) != value}
    return rfc8785.dumps({"format": FORMAT, **said})


def parse(data: bytes) -> Manifest:
    """The manifest in these bytes. LawgateError unless rendering it again gives the same bytes."""
    try:
        manifest = _manifest(json.loads(data))
        good = render(manifest) == data
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise LawgateError("the manifest of a package cannot be read") from None
    if not good:
        raise LawgateError("the manifest of a package is not in its one spelling")
    return manifest


def _manifest(found: dict[str, Any]) -> Manifest:
    if found.pop("format") != FORMAT:
        raise ValueError("format")
    found.setdefault("elements", [])
    lists = {name: tuple(found[name]) for name in (*_LISTS, "years")}
    records = tuple(Sealed(**each) for each in found["records"])
    manifest = Manifest(**{**found, **lists, "records": records})
    texts = [*(getattr(manifest, name) for name in _TEXTS), *(t for name in _LISTS for t in lists[name])]
    numbers = [manifest.batch_rows, manifest.custody, *lists["years"], *(each.size for each in records)]
    if not all(isinstance(t, str) for t in texts) or not all(type(n) is int for n in numbers):
        raise TypeError("a value of another type")
    return manifest
