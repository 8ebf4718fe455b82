# SPDX-License-Identifier: Apache-2.0
"""Everything that can go wrong, by name."""

from __future__ import annotations

from collections.abc import Mapping

from lawgate_lab.simulator import cheats, faults
from lawgate_lab.simulator.faults import Fault

FAULTS: Mapping[str, Fault] = {
    made.__name__: made
    for made in (
        faults.crash,
        faults.power_cut,
        faults.stall,
        faults.order,
        faults.order_and_stall,
        faults.order_and_crash,
        faults.clock_step,
        faults.night,
        faults.slow_disk,
        faults.bad_net,
        faults.partition,
        faults.witnesses_out,
        faults.stale_orders,
        faults.stale_orders_and_order,
        faults.stale_log,
        faults.unreadable_orders,
        faults.lock_lost,
        faults.lock_lost_and_order,
        faults.revoke,
        faults.swap_key,
        faults.spoil,
        faults.asleep,
        faults.order_stall_and_clock_back,
        faults.order_and_first_keeper_dies,
        faults.order_and_its_keeper_dies,
        cheats.cheat_by_number,
        cheats.cheat_by_leaf,
        cheats.order_and_cheat,
        cheats.revoke_and_cheat,
        cheats.old_leaf_on_an_old_clock,
        cheats.hand_twice,
        cheats.crash_and_cheat,
        cheats.power_cut_and_cheat,
        cheats.fork_offered,
        cheats.forged_log,
    )
}
