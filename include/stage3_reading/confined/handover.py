"""Readings as bytes: what the decoding child hands to its parent through a pipe.

JSON for the small things and Arrow streams for the frames; nothing that could run code where it is taken apart.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, BinaryIO

import polars as pl

from include.stage3_reading.sheets.reading import Reading, SheetReading

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


def pack(readings: Sequence[Reading]) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """Content and attachments of the message that holds readings: frames of one name below each other."""
    every = [{**reading.frames, _FINDINGS: reading.findings} for reading in readings]
    content = [
        {
            "period": reading.period,
            "language": reading.language,
            "details": reading.details,
            "sheets": [asdict(sheet) for sheet in reading.sheets],
            "heights": {name: len(frame) for name, frame in frames.items()},
        }
        for reading, frames in zip(readings, every, strict=True)
    ]
    names = dict.fromkeys(name for frames in every for name in frames)
    return content, {name: _stream([frames[name] for frames in every if name in frames]) for name in names}


def unpack(content: Sequence[Mapping[str, Any]], attachments: Mapping[str, bytes]) -> list[Reading]:
    """The readings in a message."""
    every = {name: pl.read_ipc_stream(io.BytesIO(stream)) for name, stream in attachments.items()}
    starts = dict.fromkeys(every, 0)
    readings = []
    for one in content:
        frames = {}
        for name, height in one["heights"].items():
            frames[name] = every[name].slice(starts[name], height)
            starts[name] += height
        readings.append(
            Reading(
                period=one["period"],
                language=one["language"],
                details=one["details"],
                findings=frames.pop(_FINDINGS),
                frames=frames,
                sheets=[SheetReading(**sheet) for sheet in one["sheets"]],
            )
        )
    return readings


def _stream(frames: Sequence[pl.DataFrame]) -> bytes:
    buffer = io.BytesIO()
    pl.concat(frames).write_ipc_stream(buffer)
    return buffer.getvalue()
