# SPDX-License-Identifier: Apache-2.0
"""One witness with its own folder, key and memory: C2SP tlog-witness without the HTTP.

The folder holds, for each log, `<SHA-256 of the origin in hex>/checkpoint`: the latest note it cosigned, and under
`refused/` notes the log signed that do not continue it: evidence of a fork. It should belong to an account the log's
operator does not command; the class is the same wherever it runs.
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
from lawgate.ledger.note import COSIGNATURE, Note, NoteKey, Verify, cosign_line, endorsements, parse, with_lines
from lawgate.ledger.quorum import check_log
from lawgate.ledger.witness import origin_hash
from lawgate.ports.log import WitnessConflictError, WitnessRefusalError
from lawgate.ports.signing import Signer

MAX_KEPT = 64


class LocalWitness:
    """A `Witness` (see `ports.log`) whose memory is a folder.

    `logs` gives the key of each log by origin and is asked anew each time, `clock` the POSIX second. ValueError when
    the signer's key is not of type 0x04 or an origin is not its key's name.
    """

    def __init__(
        self, folder: Path, signer: Signer, logs: Mapping[str, NoteKey], verify: Verify, clock: Callable[[], int]
    ) -> None:
        """Make the folder if it is missing (mode 0700)."""
        if signer.key.kind != COSIGNATURE or any(key.name != origin for origin, key in logs.items()):
            raise ValueError("a witness needs a cosigning key, and logs by their origins")
        self._folder, self._signer, self._logs = folder, signer, logs
        self._verify, self._clock = verify, clock
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Else a power cut could take the whole memory away, and with it everything that was answered.
            _sync(folder.parent)

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
            try:
                earliest = self._continues(head, old_size, proof)
            except WitnessRefusalError as refusal:
                if refusal.code == "inconsistent":
                    self._keep(head.origin, note)
                raise
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
        except MalformedError as error:
            raise self._refusal("malformed") if error.code != "empty_root" else self._empty(note) from None
        if head.origin not in self._logs:
            raise self._refusal("unknown_origin")
        try:
            check_log(note, self._logs[head.origin], self._verify)
        except MalformedError:
            raise self._refusal("unsigned") from None
        return head, parsed

    def _empty(self, note: bytes) -> WitnessRefusalError:
        """Why a head without leaves but with a root is refused: first whose it is, then that no tree has that root."""
        parsed = parse(note)
        key = self._logs.get(parsed.text.partition("\n")[0])
        if key is None:
            return self._refusal("unknown_origin")
        try:
            held = endorsements(parsed, [key], self._verify)
        except MalformedError:
            held = ()
        return self._refusal("inconsistent") if held else self._refusal("unsigned")

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

    def refused(self, origin: str) -> list[bytes]:
        """Notes the log signed that do not continue what was cosigned; each beside `latest` shows a fork."""
        return [path.read_bytes() for path in sorted((self._place(origin) / "refused").glob("*")) if not path.suffix]

    def _place(self, origin: str) -> Path:
        return self._folder / origin_hash(origin)

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
        _write(place / "checkpoint.new", place / "checkpoint", note)
        for folder in (place, self._folder):
            _sync(folder)

    def _keep(self, origin: str, note: bytes) -> None:
        """Keep a signed head that does not continue ours. The first `MAX_KEPT` tell enough; a flood fills no disk."""
        kept = self._place(origin) / "refused"
        kept.mkdir(mode=0o700, exist_ok=True)
        name = sha256(note).hexdigest()
        if not (kept / name).exists() and len(list(kept.iterdir())) < MAX_KEPT:
            _write(kept / f"{name}.new", kept / name, note)
            _sync(kept)

    def _refusal(self, code: str) -> WitnessRefusalError:
        return WitnessRefusalError(self._signer.key.name, code)


def _write(fresh: Path, place: Path, data: bytes) -> None:
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(place)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
