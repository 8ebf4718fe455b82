# SPDX-License-Identifier: Apache-2.0
"""One witness with its own folder, key and memory: C2SP tlog-witness without the HTTP.

The folder holds, for each log, `<SHA-256 of the origin in hex>/checkpoint`: the latest note it cosigned. It should
belong to an account the log's operator does not command; the class is the same wherever it runs.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from lawgate.ledger.checkpoint import Checkpoint, parse_note
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.merkle import EMPTY_ROOT, verify_consistency
from lawgate.ledger.note import COSIGNATURE, Note, NoteKey, Verify, cosign_line, endorsements, with_lines
from lawgate.ledger.quorum import check_log
from lawgate.ports.log import WitnessConflictError, WitnessRefusalError
from lawgate.ports.signing import Signer


class LocalWitness:
    """A `Witness` (see `ports.log`) whose memory is a folder.

    `logs` gives the key of each log by origin, `clock` the POSIX second. ValueError when the signer's key is not of
    type 0x04 or an origin is not its key's name.
    """

    def __init__(
        self, folder: Path, signer: Signer, logs: Mapping[str, NoteKey], verify: Verify, clock: Callable[[], int]
    ) -> None:
        """Make the folder if it is missing (mode 0700)."""
        if signer.key.kind != COSIGNATURE or any(key.name != origin for origin, key in logs.items()):
            raise ValueError("a witness needs a cosigning key, and logs by their origins")
        self._folder, self._signer, self._logs = folder, signer, dict(logs)
        self._verify, self._clock = verify, clock
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def key(self) -> NoteKey:
        """The witness's public key."""
        return self._signer.key

    def latest(self, origin: str) -> bytes | None:
        """The note last cosigned for this origin; None when there is none. WitnessRefusalError for a spoilt memory."""
        found = self._recall(origin)
        return None if found is None else found[1].render()

    def cosign(self, old_size: int, proof: Sequence[bytes], note: bytes) -> bytes:
        """The cosignature line, after everything was checked and the new head is on disk. See `ports.log.Witness`."""
        head, parsed = self._read(note)
        if not 0 <= old_size <= head.size:
            raise self._refusal("size_order")
        with self._locked(head.origin):
            earliest = self._continues(head, old_size, proof)
            seconds = self._clock()
            if seconds < max(earliest, 1):
                raise self._refusal("clock")
            line = cosign_line(self.key, self._signer.sign, parsed.text, seconds)
            own = [each for each in parsed.signatures if each.key_id == self._logs[head.origin].key_id]
            own = [each for each in own if each.name == head.origin]
            self._remember(head.origin, with_lines(Note(parsed.text, tuple(own)), [line]).render())
        return line.render().encode()

    def _read(self, note: bytes) -> tuple[Checkpoint, Note]:
        try:
            head, parsed = parse_note(note)
        except MalformedError:
            raise self._refusal("malformed") from None
        if head.origin not in self._logs:
            raise self._refusal("unknown_origin")
        try:
            check_log(note, self._logs[head.origin], self._verify)
        except MalformedError:
            raise self._refusal("unsigned") from None
        return head, parsed

    def _continues(self, head: Checkpoint, old_size: int, proof: Sequence[bytes]) -> int:
        """The earliest second a new cosignature may state, when the head continues the remembered one."""
        found = self._recall(head.origin)
        size, root, seconds = (0, EMPTY_ROOT, 0) if found is None else (found[0].size, found[0].root, found[2])
        if old_size != size:
            raise WitnessConflictError(self.key.name, size)
        if not verify_consistency(size, head.size, proof, root, head.root):
            raise self._refusal("inconsistent")
        return seconds

    def _recall(self, origin: str) -> tuple[Checkpoint, Note, int] | None:
        """The remembered head, its note and the second it was cosigned; None before the first."""
        if origin not in self._logs:
            raise self._refusal("unknown_origin")
        try:
            data = (self._place(origin) / "checkpoint").read_bytes()
        except FileNotFoundError:
            return None
        try:
            head = check_log(data, self._logs[origin], self._verify)
            note = parse_note(data)[1]
            own = endorsements(note, [self.key], self._verify)
        except MalformedError:
            raise self._refusal("memory") from None
        if len(own) != 1 or own[0].seconds is None:
            raise self._refusal("memory")
        return head, note, own[0].seconds

    def _place(self, origin: str) -> Path:
        return self._folder / sha256(origin.encode()).hexdigest()

    @contextmanager
    def _locked(self, origin: str) -> Iterator[None]:
        # One check-and-store at a time, also across processes; the kernel frees the lock with the process.
        place = self._place(origin)
        place.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(place / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _remember(self, origin: str, note: bytes) -> None:
        place = self._place(origin)
        fresh = place / "checkpoint.new"
        with fresh.open("wb") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(place / "checkpoint")
        for folder in (place, self._folder):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def _refusal(self, code: str) -> WitnessRefusalError:
        return WitnessRefusalError(self._signer.key.name, code)
