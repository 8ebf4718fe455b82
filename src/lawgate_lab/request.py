# SPDX-License-Identifier: Apache-2.0
"""Writes one request: cases.csv, rows.csv, the cover that names their digests, and its signature."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lawgate_lab.csvtext import write_csv
from lawgate_lab.labels import STATUTES, YES_NO
from lawgate_lab.played import signing_key
from lawgate_lab.rows import HEADER, STEP, Style, row_pieces, serials
from lawgate_lab.seeds import Array, Column
from lawgate_lab.words import Lexicon
from lawgate_lab.world import dates, taken

CASE_HEADER = ("case_id", "opened_on", "status", "statute_cite", "kind", "agency_a_party", "engaged_official",
               "engaged_agency", "recipients", "offense_from", "offense_to")  # fmt: skip
CASE = np.dtype([("opened", "i4"), ("status", "u1"), ("statute", "u1"), ("kind", "u1"), ("a_party", "u1"),
                 ("official", "i4"), ("others", "u1")])  # fmt: skip
"""official: the number in the officer's id. others: how many further named officers receive the answer."""
STATUS, KIND = ("active", "closed"), ("investigation", "proceeding", "grand_jury")


@dataclass(frozen=True)
class Cover:
    """What the cover says, apart from the digests. `officers` is the beginning of the ids of the agency's officers."""

    request_id: str
    agency: str
    signer: str
    office: str
    signed_at: str
    contact: str
    agreement: str
    recipient_key: str
    officers: str

    def toml(self, digests: dict[str, tuple[str, int]]) -> str:
        """The text of cover.toml for files with these (SHA-256, rows)."""
        files = "".join(f'"{name}" = {{ sha256 = "{sha}", rows = {rows} }}\n' for name, (sha, rows) in digests.items())
        return (
            f'format = "lawgate-request-1"\nrequest_id = "{self.request_id}"\nprovision = "i2"\n'
            f'agency = "{self.agency}"\nsigner = "{self.signer}"\noffice = "{self.office}"\n'
            f'signed_at = {self.signed_at}\ncontact = "{self.contact}"\npurpose = "criminal_investigation"\n'
            f'sole_use = true\nagreement = "{self.agreement}"\nrecipient_key = "{self.recipient_key}"\n'
            f'fields = ["mailing_address"]\n[files]\n{files}'
        )


def _case_pieces(cases: Array, style: Style, cover: Cover) -> Iterable[list[Column]]:
    import pyarrow.compute as pc

    for a in range(0, len(cases), STEP):
        part = cases[a : a + STEP]
        nothing = taken(("",), part["others"] * 0)  # the made cases state no days of an offense
        official = serials(cover.officers, part["official"], 1)
        more = [serials(cover.officers, part["official"] + k, 1) for k in (1, 2)]
        named = [pc.binary_join_element_wise(*[official, *more][: k + 1], ";") for k in range(3)]
        recipients = pc.choose(taken_numbers(part["others"]), *named)
        yield [
            serials(style.case, np.arange(a, a + len(part)) + 1), dates(part["opened"]), taken(STATUS, part["status"]),
            taken(STATUTES, part["statute"]), taken(KIND, part["kind"]), taken(YES_NO, part["a_party"]), official,
            taken((cover.agency,), part["others"] * 0), recipients, nothing, nothing,
        ]  # fmt: skip


def taken_numbers(numbers: Array) -> Column:
    """Numbers as a pyarrow int64 array."""
    import pyarrow as pa

    return pa.array(numbers.astype(np.int64))


def write_request(
    folder: Path, words: Lexicon, rows: Array, cases: Array, style: Style, cover: Cover, seed: int
) -> None:
    """The four files of a request in `folder`; the same arguments give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    digests = {
        "cases.csv": write_csv(folder / "cases.csv", CASE_HEADER, _case_pieces(cases, style, cover)),
        "rows.csv": write_csv(folder / "rows.csv", HEADER, row_pieces(words, rows, style)),
    }
    text = cover.toml(digests).encode()
    (folder / "cover.toml").write_bytes(text)
    signature = base64.b64encode(signing_key(seed, cover.signer).sign(text))
    (folder / "cover.toml.sig").write_bytes(signature + b"\n")
