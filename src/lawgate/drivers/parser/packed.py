# SPDX-License-Identifier: Apache-2.0
"""Whether a stream of record batches is compressed: a few bytes could then ask for more memory than there is.

Arrow tells nobody, so the one field that says it is read from the heads of the messages, which are FlatBuffers in the
form of `Message.fbs` of the Arrow columnar format. Arrow has found them well-formed before they are read here. Before
there was such a field a batch said it in a remark of its own, which Arrow still believes in messages of the version
before; a batch with any remark counts as compressed, for no sound child writes one.
"""

from __future__ import annotations

import pyarrow as pa

_KIND, _HEADER, _REMARKS = 1, 2, 4  # fields of a Message
_DICTIONARY, _BATCH = 2, 3  # its kinds that have a body
_DATA = 1  # field of a DictionaryBatch: the RecordBatch in it
_COMPRESSION = 3  # field of a RecordBatch
_SHORT, _WORD = 2, 4  # bytes of numbers


def is_compressed(data: pa.Buffer) -> bool:
    """True when any batch or dictionary of the stream may say that its body is compressed. Nothing is unpacked."""
    return any(_says_so(bytes(message.metadata)) for message in pa.ipc.MessageReader.open_stream(data))


def _says_so(head: bytes) -> bool:
    message = _number(head, 0, _WORD)
    kind = _field(head, message, _KIND)
    if not kind or head[kind] not in (_DICTIONARY, _BATCH):
        return False
    if _field(head, message, _REMARKS):
        return True
    batch = _table(head, message, _HEADER)
    if head[kind] == _DICTIONARY:
        batch = _table(head, batch, _DATA)
    return bool(_field(head, batch, _COMPRESSION))


def _table(head: bytes, parent: int, field: int) -> int:
    at = _field(head, parent, field)
    if not at:
        raise ValueError("a message without its table")
    return at + _number(head, at, _WORD)


def _field(head: bytes, table: int, field: int) -> int:
    """Where the field of a table stands, 0 when it is absent."""
    slots = table - _number(head, table, _WORD, signed=True)
    at = 2 * _SHORT + field * _SHORT
    offset = _number(head, slots + at, _SHORT) if at < _number(head, slots, _SHORT) else 0
    return table + offset if offset else 0


def _number(head: bytes, at: int, width: int, signed: bool = False) -> int:
    return int.from_bytes(head[at : at + width], "little", signed=signed)
