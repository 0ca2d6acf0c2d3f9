"""A reading as bytes: what the decoding child hands to its parent through a pipe.

JSON for the small things and Arrow streams for the frames; nothing that could run code where it is taken apart.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, BinaryIO

import polars as pl

from include.stage3_reading.reading import Reading, SheetReading

_LENGTH = struct.Struct(">Q")
_FINDINGS = "findings"


def write_message(pipe: BinaryIO, content: Mapping[str, Any], attachments: Mapping[str, bytes] | None = None) -> None:
    """One message: its JSON, then each attachment; every piece after its length."""
    attached = attachments or {}
    header = json.dumps({"content": content, "attached": list(attached)}).encode()
    for piece in (header, *attached.values()):
        pipe.write(_LENGTH.pack(len(piece)))
        pipe.write(piece)
    pipe.flush()


def read_message(pipe: BinaryIO, max_bytes: int) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The next message. Raises EOFError where the other end is gone, ValueError for pieces beyond ``max_bytes``."""
    header = json.loads(_piece(pipe, max_bytes))
    return header["content"], {name: _piece(pipe, max_bytes) for name in header["attached"]}


def _piece(pipe: BinaryIO, max_bytes: int) -> bytes:
    length = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))[0]
    if length > max_bytes:
        raise ValueError(f"a message of {length} bytes")
    return _exactly(pipe, length)


def _exactly(pipe: BinaryIO, length: int) -> bytes:
    content = pipe.read(length)
    if len(content) < length:
        raise EOFError
    return content


def pack(reading: Reading) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Content and attachments of the message that holds a reading."""
    content = {
        "period": reading.period,
        "language": reading.language,
        "details": reading.details,
        "sheets": [asdict(sheet) for sheet in reading.sheets],
    }
    return content, {name: _stream(frame) for name, frame in {**reading.frames, _FINDINGS: reading.findings}.items()}


def unpack(content: Mapping[str, Any], attachments: Mapping[str, bytes]) -> Reading:
    """The reading in a message."""
    frames = {name: pl.read_ipc_stream(io.BytesIO(stream)) for name, stream in attachments.items()}
    findings = frames.pop(_FINDINGS)
    return Reading(
        period=content["period"],
        language=content["language"],
        details=content["details"],
        frames=frames,
        sheets=[SheetReading(**sheet) for sheet in content["sheets"]],
        findings=findings,
    )


def _stream(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_ipc_stream(buffer)
    return buffer.getvalue()
