# SPDX-License-Identifier: Apache-2.0
"""Witnesses: those of an office by its policy, and the folder of one that runs by itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from lawgate.drivers.keys import keyfile
from lawgate.drivers.keys.verify import verify
from lawgate.drivers.witness.folder import KEY, LOGS, KnownLogs, witness_in
from lawgate.drivers.witness.local import LocalWitness
from lawgate.drivers.witness.quorum import Quorum
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.note import COSIGNATURE, ML_DSA_44, NoteKey
from lawgate.ledger.quorum import Policy
from lawgate.ledger.quorum_text import Listed, parse_policy, render_listed
from lawgate.model.fault import Refused
from lawgate.ports.clock import Clock
from lawgate.ports.log import Witness
from lawgate.wiring.settings import SettingsError

POLICY = "policy"
OWN = Path("witness")
LOCAL_WITNESS = (
    "One witness, on this machine, under the same administrator as the log (quorum 1). It finds a log that was set "
    "back or forked by accident; against whoever owns the machine it proves nothing."
)
ELSEWHERE = (
    "Witnesses apart from this office: {names}; at least {fewest} of them must sign each head. Compare their keys with "
    "what those who keep them publish: whoever commands so many of them, and the log's key, can fork the log."
)


def local_policy(folder: Path, log: NoteKey, name: str) -> Listed:
    """Make the one witness of an office that has no others; the policy that asks for it."""
    made = keyfile.create(folder / OWN / KEY, name, COSIGNATURE)
    return Listed(Policy(log, (made.key,), 1), {})


def policy_elsewhere(log: NoteKey, text: bytes) -> Listed:
    """The policy of an office with witnesses elsewhere: a C2SP tlog-policy without its line `log`.

    Refused E_WITNESSES when it cannot be read, a witness has no address that may be asked, or two parts of the
    witnesses could each be a quorum, so that two logs of one name could be signed.
    """
    from lawgate.drivers.witness.remote import checked_place

    try:
        found = parse_policy(f"log {log.vkey}\n".encode() + text)
    except MalformedError as error:
        raise Refused("E_WITNESSES", f"the list of witnesses cannot be used ({error})") from None
    if any(key.kind != ML_DSA_44 and key.name not in found.places for key in found.policy.witnesses):
        raise Refused("E_WITNESSES", "a witness is listed without its address")
    try:
        places = {name: checked_place(place) for name, place in found.places.items()}
    except ValueError as error:
        raise Refused("E_WITNESSES", str(error)) from None
    if found.policy.splittable:
        raise Refused("E_WITNESSES", "two parts of these witnesses could each be enough; ask for more than half")
    return Listed(found.policy, places)


def keep_policy(folder: Path, listed: Listed) -> None:
    """Write the policy of a new office."""
    (folder / POLICY).write_text(render_listed(listed))


def read_listed(folder: Path) -> Listed:
    """The policy of an office. SettingsError when its file is missing or not of its form."""
    try:
        return parse_policy((folder / POLICY).read_bytes())
    except (FileNotFoundError, MalformedError):
        raise SettingsError("the policy of this office is missing or cannot be read") from None


def witnesses_of(folder: Path, listed: Listed, clock: Clock | None = None) -> tuple[Witness, ...]:
    """The witnesses of an office, in the policy's order: at their address, or its own.

    `clock` is what its own one states, the machine's time unless said. SettingsError when one has no address and is not
    the witness whose key lies in the office.
    """
    keys = [key for key in listed.policy.witnesses if key.kind != ML_DSA_44]
    return tuple(_witness(folder, listed, key, clock) for key in keys)


def _witness(folder: Path, listed: Listed, key: NoteKey, clock: Clock | None) -> Witness:
    if key.name in listed.places:
        # Only here, where somebody is to be asked: an office with its own witness loads no network.
        from lawgate.drivers.witness.remote import RemoteWitness

        try:
            return RemoteWitness(key, listed.places[key.name], verify)
        except ValueError as error:
            raise SettingsError(str(error)) from None
    signer = keyfile.load(folder / OWN / KEY)
    if signer.key != key:
        raise SettingsError("the policy names another witness than the one whose key is here")
    log = listed.policy.log
    seconds = _seconds(clock)
    return LocalWitness(folder / OWN / "memory", signer, {log.name: log}, verify, lambda: int(seconds()))


def quorum_of(witnesses: Sequence[Witness], policy: Policy, clock: Clock | None = None) -> Quorum:
    """What gathers their cosignatures, each held against this clock, the machine's unless said."""
    return Quorum(witnesses, policy, verify, _seconds(clock))


def _seconds(clock: Clock | None) -> Callable[[], float]:
    return time.time if clock is None else lambda: clock.now().timestamp()


def told(listed: Listed) -> str:
    """Who the witnesses are and what they are worth, in words."""
    names = sorted(name for name in listed.places if not _unchecked(listed.policy, name))
    return ELSEWHERE.format(names=", ".join(names), fewest=listed.policy.fewest) if names else LOCAL_WITNESS


def _unchecked(policy: Policy, name: str) -> bool:
    return any(key.name == name and key.kind == ML_DSA_44 for key in policy.witnesses)


def init(folder: Path, name: str, logs: Sequence[str]) -> str:
    """Make the folder of a witness that runs by itself; its public key. Refused when it is not empty, or as `know`."""
    if folder.exists() and any(folder.iterdir()):
        raise Refused("E_OFFICE", "the folder is not empty")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        made = keyfile.create(folder / KEY, name, COSIGNATURE)
    except MalformedError:
        raise Refused("E_WITNESS_NAME", "this cannot be the name of a witness") from None
    for log in logs:
        know(folder, log)
    return made.key.vkey


def know(folder: Path, log: str) -> str:
    """Make a log known to a witness by its public key; its origin. Refused E_WITNESS_LOG as `KnownLogs.add`."""
    keyfile.load(folder / KEY)
    return KnownLogs(folder / LOGS).add(log).name


def serve(folder: Path, host: str, port: int, listening: Callable[[str], None]) -> None:
    """Serve a witness until a signal ends it. `listening` is told the address once it answers there."""
    import socket

    import uvicorn

    from lawgate.surfaces.witness import build

    witness = witness_in(folder, keyfile.load(folder / KEY), verify)
    app = build(witness, KnownLogs(folder / LOGS).keys)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as door:
        place = f"[{host}]" if ":" in host else host
        listening(f"http://{place}:{door.getsockname()[1]}")
        config = uvicorn.Config(
            app, log_level="error", access_log=False, server_header=False, lifespan="off", limit_concurrency=64
        )
        uvicorn.Server(config).run(sockets=[door])
