# SPDX-License-Identifier: Apache-2.0
"""The names of everything that can be wrong with a row, and of how an address can be written. Codes are indexes."""

DEFECTS = (
    "none",
    # the address as supplied
    "blank_address", "placeholder", "partial_address", "unit_missing", "dummy_address", "never_on_file",
    "former_address", "next_resident", "address_style",
    # the person
    "not_in_file", "namesake", "namesake_tin", "dependent", "deceased", "spouse_tin", "transposed_tin",
    "duplicate_tin", "name_swapped", "name_hyphen", "name_accents_lost", "name_spelled_otherwise", "name_maiden",
    "name_truncated", "name_capitals", "name_suffix_in_last",
    # the case and the row's own statements
    "period_not_filed", "period_open", "closed_case", "role_relative", "civil_statute", "case_opened_after",
    "order_date_missing", "order_in_future", "order_recent", "ground_inadmissibility", "deferred_action",
    "review_pending",
    # what only other people's data have; the generator draws none of these
    "left_out_name", "number_differs", "birth_differs",
)  # fmt: skip
CODE = {label: code for code, label in enumerate(DEFECTS)}
NAME_NOISE = tuple(label for label in DEFECTS if label.startswith("name_"))
KEEPS_NAME = ("name_hyphen", "name_accents_lost", "name_capitals")  # equal once accents, case and marks are dropped

FORMS = ("full", "blank", "placeholder", "no_unit", "no_number", "city_only", "zip_only", "number_only", "crossing",
         "facility", "dummy", "style")  # fmt: skip
FORM = {label: code for code, label in enumerate(FORMS)}
PARTIAL = ("no_number", "city_only", "zip_only", "number_only", "crossing", "facility")

PLACEHOLDERS = (  # line1, line2, city, state, zip
    ("FAILED TO PROVIDE", "", "", "", ""), ("UNKNOWN ADDRESS", "", "", "", ""), ("UNKNOWN", "", "", "", ""),
    ("NA NA", "", "", "", ""), ("N/A", "", "", "", ""), ("NONE", "", "", "", ""), ("HOMELESS", "", "", "", ""),
    ("TRANSIENT", "", "", "", ""), ("GENERAL DELIVERY", "", "", "", ""), ("C/O ICE", "", "", "", ""),
    ("Failed to Provide", "", "NA", "NA", "00000"), ("UNKNOWN UNKNOWN", "", "UNKNOWN", "", ""),
    ("NA NA", "", "NA", "NA", "00000"), ("Don't Care", "", "", "", "12345"),
    ("FAILED TO PROVIDE 90210", "", "", "", ""),
    ("UNKNOWN 00000", "", "", "", ""), ("Unknown Address Unknown Address", "", "", "", ""), ("X", "", "X", "", "00000"),
    ("NO ADDRESS", "", "", "", ""), ("NOT PROVIDED", "", "NOT PROVIDED", "", "99999"), ("REFUSED", "", "", "", ""),
    ("TBD", "", "", "", ""), ("SAME", "", "", "", ""), ("0", "", "0", "", "0"),
)  # fmt: skip
FACILITIES = ("County Jail", "Processing Center", "Regional Detention Facility", "Field Office", "Bus Station",
              "Service Processing Center", "Family Shelter", "State Prison")  # fmt: skip
DUMMIES = (("1234 Example Street", "", "Exampleton", "TX", "70001"), ("100 Nowhere Road", "", "Noplace", "AZ", "80001"))

STATUTES = (
    "8 USC 1253(a)(1)", "18 USC 1343", "18 USC 1956", "18 USC 1028A", "31 USC 5324", "18 USC 371", "21 USC 841",
    "18 USC 1341", "18 USC 1344", "18 USC 641", "18 USC 287",
    "8 USC 1231(a)(1)", "31 USC 3729(a)(1)", "15 USC 45(a)",
)  # fmt: skip
CRIMINAL = range(1, 11)
CIVIL = range(11, 14)
GROUNDS = ("", "8 USC 1227(a)(1)(B)", "8 USC 1227(a)(1)(A)", "8 USC 1227(a)(2)(A)(iii)", "8 USC 1227(a)(1)(C)(i)",
           "8 USC 1182(a)(6)(A)(i)", "8 USC 1182(a)(7)(A)(i)(I)")  # fmt: skip
ROLES = ("subject", "relative", "witness", "other")
YES_NO = ("", "yes", "no")
