# SPDX-License-Identifier: Apache-2.0
"""Reasons that differ from case to case, put together from parts by the row's own random number."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lawgate_lab.labels import STATUTES
from lawgate_lab.seeds import Array, Column
from lawgate_lab.world import taken

OFFENCE = {
    "18 USC 1343": "a wire fraud scheme", "18 USC 1956": "the laundering of scheme proceeds",
    "18 USC 1028A": "aggravated identity theft", "31 USC 5324": "the structuring of cash deposits",
    "18 USC 371": "a conspiracy to defraud the United States",
    "21 USC 841": "the distribution of controlled substances",
    "18 USC 1341": "a mail fraud scheme", "18 USC 1344": "a bank fraud scheme",
    "18 USC 641": "the conversion of benefit payments", "18 USC 287": "false claims on a federal program",
    "8 USC 1253(a)(1)": "a failure to depart",
}  # fmt: skip
OPENINGS = (
    "The investigation concerns", "This matter concerns", "The office is investigating", "Agents are investigating",
    "The case agent is examining", "A complaint led to an inquiry into", "A bank report led to an inquiry into",
    "A referral by an inspector general concerns", "A cooperating witness described", "Seized ledgers point to",
    "Subpoenaed account records show signs of", "An audit of payments uncovered signs of",
)  # fmt: skip
WHERE = tuple(f"run through {place}" for place in (
    "a shell company", "two mail drops", "an online store", "a medical billing office", "a payroll service",
    "a car dealership", "a freight forwarder", "a loan broker", "a staffing agency", "a travel agency",
    "a pharmacy", "a charity fund", "a construction firm", "a tax preparation shop", "a money transmitter",
    "a jewelry wholesaler", "a storage yard", "a rental agency", "a call center", "a scrap metal dealer",
))  # fmt: skip
ACTS = (
    "The person named received transfers of", "The person named endorsed checks for", "The person named withdrew",
    "The person named is listed as payee of", "The person named signed loan papers for", "The person named deposited",
    "The person named forwarded", "The person named was billed for", "The person named controlled accounts holding",
    "The person named invoiced", "The person named cashed money orders for", "The person named moved",
    "The person named pledged collateral of", "The person named obtained refunds of",
)  # fmt: skip
ACCOUNTS = ("at a credit union", "at a regional bank", "at a national bank", "through a payment app", "in cash",
            "through a brokerage", "by cashier's check", "through a prepaid card", "through a correspondent account",
            "through a trust account", "through a nominee", "by wire")  # fmt: skip
NEEDS = (
    "The mailing address on the return for the years listed will show where the proceeds were received.",
    "The mailing address is needed to identify the premises to be named in a search warrant application.",
    "The mailing address will let the grand jury subpoena be served on the right person.",
    "The mailing address will be compared with the address on the account opening papers.",
    "The mailing address ties the person to the premises where the parcels were delivered.",
    "The mailing address tests the statement the person gave to the agents about residence.",
    "The mailing address will show whether the declared home was the mail drop.",
    "The mailing address is needed to prove control of the premises at the time of the deposits.",
    "The mailing address will be used to establish venue for the indictment.",
    "The mailing address will separate the person from others of the same name in the account records.",
    "The mailing address places the person in the district during the offense.",
    "The mailing address bears on the false residence stated in the loan application.",
)  # fmt: skip
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip


def _picked(parts: tuple[str, ...], numbers: Array, salt: int) -> Column:
    word = numbers.astype(np.uint64) * np.uint64(2 * salt + 0x9E3779B97F4A7C15)
    return taken(parts, ((word >> np.uint64(33)) % np.uint64(len(parts))).astype(np.int32))


def _amount(numbers: Array) -> Column:
    thousands, rest = numbers // 7 % 900 + 10, numbers // 11 % 1000
    digits = pc.utf8_lpad(pa.array(rest).cast(pa.string()), 3, "0")
    return pc.binary_join_element_wise(
        pc.binary_join_element_wise("$", pa.array(thousands).cast(pa.string()), ""), digits, ","
    )


def own_reasons(statutes: Array) -> Callable[[Array], Column]:
    """A function from rows to reasons; `statutes` is the statute code of each case. Amounts hold a comma."""
    offence = tuple(OFFENCE.get(cite, "an overpayment") for cite in STATUTES)

    def reasons(part: Array) -> Column:
        numbers = np.abs(part["reason"]) % (1 << 40)
        crime = taken(offence, statutes[part["case"]])
        first = pc.binary_join_element_wise(_picked(OPENINGS, numbers, 1), crime, _picked(WHERE, numbers, 2), " ")
        months = _picked(MONTHS, numbers, 5)
        years = pa.array(2018 + numbers // 13 % 7).cast(pa.string())
        second = pc.binary_join_element_wise(
            _picked(ACTS, numbers, 3), _amount(numbers), _picked(ACCOUNTS, numbers, 4), "in", months, years, " "
        )
        return pc.binary_join_element_wise(first, second, _picked(NEEDS, numbers, 6), ". ")

    return reasons
