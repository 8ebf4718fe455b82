# SPDX-License-Identifier: Apache-2.0
"""Bugs to plant: each takes one safeguard away. A search that does not find them would not find ours either."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Bug(StrEnum):
    """One safeguard that is missing. The value says what the program then does."""

    NO_FIRST_LOOK = "the office writes a leaf without looking at the orders first"
    BUSY_IGNORED = "the keeper lends its gate although it is busy"
    NOTHING_ASKED_IN_TURN = "waiting for the log's turn may outlast the lease, and an order may come meanwhile"
    DOCKET_NOT_ASKED_IN_TURN = "an order that comes while the log's turn is waited for is not seen in the turn"
    MOVED_DOCKET_NOT_LOOKED_AT = "an order that is seen in the turn is taken for known, and nobody looks again"
    NO_PUBLISH = "the head is not published before the keeper is asked"
    LEAF_REUSED = "a new try uses the leaf of the one before"
    SENT_WITHOUT_SENDING = "the leaf `sent` is written although the keeper stopped"
    LEAF_NOT_SYNCED = "writing a leaf returns before it is durable"
    TURN_IGNORED = "two processes write to the log at the same time"
    TIME_RUNS_BACK = "a leaf takes the clock's time even when the leaf before it is later"
    TABLE_BEFORE_LEAF = "the tables are changed before the leaf is durable"
    ACCOUNTED_AFTER = "the rows of a package are accounted for after it is prepared"
    KEEPER_DOES_NOT_LOOK = "the keeper does not look for itself"
    KEEPER_BELIEVES_THE_NUMBER = "the keeper does not look whether the leaf is in the log"
    LEAF_OF_ANOTHER_PACKAGE = "the keeper does not look which package the leaf is about"
    LEAF_OF_AN_EARLIER_LEASE = "the keeper takes a leaf that was written before its lease"
    LEAF_BEFORE_PREPARED = "the keeper takes a leaf that was written before the package was prepared"
    LEAF_NOT_SPENT = "the keeper does not note that a leaf is used up"
    SPENT_TOO_LATE = "the keeper notes that a leaf is used up after it has sent the key"
    SPENT_NOT_SYNCED = "the keeper's note that a leaf is used up is not durable"
    NO_LAST_LOOK_AT_THE_LEASE = "the keeper does not look at its lease before the key"
    NO_LOOK_AT_THE_LEASE = "the keeper never looks at its lease"
    KEEPER_SENDS_AGAIN = "after a crash the keeper sends again what it may not have sent"
    TAR_ON_REQUEST = "the sealed tar goes out to whoever asks, without a leaf"
    FRESH_IDENTITIES = "the identities are made anew for each hand-out"
    SEALED_TO_WHO_ASKS = "the identities are sealed to the key that whoever asks shows"
    KEY_REMEMBERED = "the keeper remembers recipient keys and does not read the register again"
    CONTENTS_UNCHECKED = "nobody looks whether the stored package is the prepared one"
    ONE_WITNESS = "one cosignature is enough"
    CLOCK_UNCHECKED = "nobody compares the clock with the witnesses"
    LEAF_TIME_UNCHECKED = "nobody compares the time in the leaf with the witnesses"
    ORDERS_REMEMBERED = "the keeper reads the orders once and remembers them, and the log is not held against them"
    DOCKET_NOT_HELD_AGAINST_LOG = "an old copy of the orders is believed although the log names more"
    UNREADABLE_MEANS_NONE = "orders that cannot be read are taken for no orders"
    UNKNOWN_SCOPE_COVERS_NOTHING = "an order whose scope nobody can tell covers nothing"
    LEASE_BY_THE_WALL_CLOCK = "a lease is measured with the wall clock"
    LEASE_SLEEPS = "a lease does not count the time in which its machine sleeps"
    LEASE_FOR_TEN_SECONDS = "a lease lasts longer than an order waits for it"
    NO_DRAIN = "an order does not wait for leases"
    DRAIN_SEES_THE_LOCK_ONLY = "an order waits until the gate's lock is free, not until the lease is over"
    FIRST_KEEPER_ONLY = "an order waits for the first keeper's lease only"
    ORDER_NOT_SYNCED = "the register says that it has an order before it is durable"
    BAR_NOT_TAKEN_UP = "an order whose entering broke off is not taken up again"
    EXPOSURE_BY_THE_SECOND = "hand-outs whose leaf is a little early are left out of the list of an order"
    GATE_LENT_TOO_EARLY = "the gate is lent again as soon as its lock is free"
    WITNESS_FORGETS = "a witness does not keep what it cosigned"
    LIFT_BEFORE_LEAF = "an act that lifts an order counts before its leaf is in the log"


ALSO: Mapping[Bug, frozenset[Bug]] = {
    Bug.SPENT_NOT_SYNCED: frozenset((Bug.LEAF_OF_AN_EARLIER_LEASE,)),
}
"""Where two safeguards stand against the same thing, a bug takes the other one away too."""


def plant(bug: Bug) -> frozenset[Bug]:
    """What is missing when a bug is planted."""
    return frozenset((bug,)) | ALSO.get(bug, frozenset())
