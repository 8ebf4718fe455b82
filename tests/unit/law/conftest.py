# SPDX-License-Identifier: Apache-2.0
"""The real rulebook's files, to be spoiled one at a time, and a small one that is right."""

import pytest

from differential.batches import book_files

SMALL = {
    "rulebook.toml": 'id = "small"\nversion = "1"\nauthority = "c "\nsnapshot = 2024-01-01\n',
    "facts.toml": """
[[column]]
file = "rows"
name = "colour"
[[fact]]
name = "request.office"
type = "text"
level = "request"
rule = "request"
[[fact]]
name = "request.signed_on"
type = "date"
level = "request"
rule = "request"
[[fact]]
name = "row.colour"
type = "text"
level = "row"
column = "colour"
[[fact]]
name = "row.class"
type = "text"
level = "row"
lookup = "colours"
by = "row.colour"
takes = "class"
[[fact]]
name = "row.count"
type = "number"
level = "row"
rule = "count"
[[fact]]
name = "match.found"
type = "flag"
level = "record"
rule = "found"
[[fact]]
name = "batch.rows"
type = "number"
level = "batch"
rule = "rows"
""",
    "registers/colours.toml": """
key = "colour"
[[entry]]
colour = "red"
class = "warm"
source = "made up"
checked_by = ""
""",
    "registers/fields.toml": """
key = "field"
[[entry]]
field = "mailing_address"
class = "identity"
source = "made up"
checked_by = "somebody"
""",
    "parameters/p.toml": """
[[parameter]]
name = "most"
from = 2020-01-01
to = 2024-01-01
value = 3
citation = "c"
reason = "r"
[[parameter]]
name = "most"
from = 2024-01-01
to = "until further notice"
value = 4
citation = "c"
reason = "r"
[[parameter]]
name = "offices"
from = 2020-01-01
to = "until further notice"
value = ["head", "deputy"]
citation = "c"
reason = "r"
""",
    "provisions/p.toml": """
id = "p"
citation = "c 1"
title = "t"
modal = "may"
fields = ["mailing_address"]
reaches = ["identity"]
in_force = { start = 2020-01-01, end = "until further notice" }
[form]
authority = "c 1"
requester_office = "p.office"
one_person_per_claim = "p.colour"
named_recipients = "p.colour"
purpose = "p.office"
period_or_event = "p.colour"
fields = "p.office"
accounting = "c 2"
[[element]]
id = "p.office"
citation = "c 1(a)"
question = "q?"
cure = "x"
not_met = "DENY"
undetermined = "HOLD"
[[element.clause]]
code = "office_wrong"
level = "request"
phase = "request"
says = "the office is wrong"
test = { in = ["request.office", { parameter = "offices" }] }
[[element]]
id = "p.colour"
citation = "c 1(b)"
question = "q?"
cure = "x"
not_met = "RETURN_FOR_CURE"
undetermined = "RETURN_FOR_CURE"
[[element.clause]]
code = "colour_missing"
level = "row"
phase = "request"
says = "there is no colour"
test = { present = "row.colour" }
[[element.clause]]
code = "too_many"
level = "row"
phase = "request"
says = "there are too many"
test = { at_most = ["row.count", { parameter = "most" }] }
not_met = "DENY"
[[element.clause]]
code = "not_found"
level = "row"
phase = "record"
says = "nobody was found"
test = { is = ["match.found", true] }
[[element.clause]]
code = "big"
level = "batch"
phase = "batch"
says = "the batch is big"
not_met = "HOLD"
undetermined = "HOLD"
test = { at_most = ["batch.rows", 10] }
""",
}


@pytest.fixture
def small() -> dict[str, str]:
    """File name -> text of a rulebook that reads without a fault."""
    return dict(SMALL)


@pytest.fixture
def real() -> dict[str, bytes]:
    """File name -> bytes of the real rulebook."""
    return dict(book_files())
