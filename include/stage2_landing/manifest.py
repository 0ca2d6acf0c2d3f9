"""What the archive itself knows of each delivery, so that the ledger can be made again from it.

``archive/.manifests/<drop folder>/<number>.json`` holds what landing entered in ``ops.submission`` and the hash of the
archived copy. No partner's name leads there: drop folders whose names start with a dot are not looked into, and copies
go by their hashes. A manifest is believed where it agrees with its place, and its copy with its hash.

It is written before the ledger is, as ``<number>.arriving``, and gets its name when the ledger is written: a night
that dies in between takes the same deliveries again under the same numbers. What has its name is for ever.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from include.platform.names import path_part
from include.stage2_landing.erasure import is_redacted, redacted_path

FOLDER = ".manifests"
NAMED, ARRIVING = ".json", ".arriving"
#: In the manifest, beside the columns of ``ops.submission``: the hash of the copy, not the delivery's where an
#: enterprise was erased in it.
COPY_SHA256 = "copy_sha256"
_TIMES = ("modified_at", "received_at")

Delivery = dict[str, Any]


@dataclass
class Archived:
    """The deliveries of an archive as rows of ``ops.submission``, in the order of ids, and what is wrong."""

    deliveries: list[Delivery] = field(default_factory=list)
    #: one sentence each, which names delivery and file
    faults: list[str] = field(default_factory=list)


def write_arriving(archive: Path, deliveries: Iterable[Mapping[str, Any]]) -> None:
    """Write the manifest of each delivery, given as the row that landing enters, whole or not at all.

    Raises FileExistsError where the number has a manifest: nothing is ever written over one.
    """
    for delivery in deliveries:
        path = _path(archive, delivery["project_code"], delivery["delivery_number"])
        if path.exists():
            raise FileExistsError(f"{path} is the manifest of a delivery; its number cannot be given again")
        _write(path.with_suffix(ARRIVING), {**delivery, COPY_SHA256: delivery["sha256"]})


def confirm(archive: Path, deliveries: Iterable[Mapping[str, Any]]) -> None:
    """The ledger is written: give their manifests their names."""
    for delivery in deliveries:
        path = _path(archive, delivery["project_code"], delivery["delivery_number"])
        if not path.exists():
            os.replace(path.with_suffix(ARRIVING), path)


def settle(archive: Path, ledger: Collection[tuple[str, int]]) -> None:
    """Finish or undo what a night left that died while it took deliveries.

    ``ledger`` has drop folder and number of every delivery entered.
    """
    entered = {(path_part(project), number) for project, number in ledger}
    for path in sorted((archive / FOLDER).glob(f"*/*{ARRIVING}")):
        is_entered = path.stem.isdecimal() and (path.parent.name, int(path.stem)) in entered
        if is_entered and not path.with_suffix(NAMED).exists():
            os.replace(path, path.with_suffix(NAMED))
        else:
            path.unlink()


def unknown(archive: Path, ledger: Collection[tuple[str, int]]) -> list[Path]:
    """Manifests of deliveries that the ledger does not know: it is older than the archive."""
    entered = {(path_part(project), number) for project, number in ledger}
    return [path for path in _named(archive) if (path.parent.name, int(path.stem)) not in entered]


def read(archive: Path) -> Archived:
    """Every delivery of the archive, with its copy compared with its hash."""
    return read_these(archive, paths(archive))


def paths(archive: Path) -> list[Path]:
    """The manifest of every delivery, those of a night that died among them."""
    return [*_named(archive), *_left_over(archive)]


def read_these(archive: Path, paths: Iterable[Path]) -> Archived:
    """The deliveries of some manifests."""
    found = Archived()
    for path in paths:
        try:
            delivery = load(archive, path)
            check_copy(archive, delivery)
        except ValueError as error:
            if path.exists():  # a night at work has given it its name
                found.faults.append(str(error))
        else:
            del delivery[COPY_SHA256]
            found.deliveries.append(delivery)
    return found


def load(archive: Path, path: Path) -> Delivery:
    """The delivery that a manifest describes. Raises ValueError where it does not agree with its place."""
    try:
        delivery: Delivery = json.loads(path.read_text("utf-8"))
        for name in _TIMES:
            delivery[name] = datetime.fromisoformat(delivery[name])
        fault = _fault_of_place(archive, path, delivery)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} does not describe a delivery: {type(error).__name__}") from None
    if fault:
        raise ValueError(f"{path} is not believed: {fault}")
    return delivery


def _fault_of_place(archive: Path, path: Path, delivery: Delivery) -> str | None:
    project, number, copy = delivery["project_code"], delivery["delivery_number"], delivery["archive_path"]
    if path.with_suffix(NAMED) != _path(archive, project, number):
        return "it is of another folder or number"
    if delivery["submission_id"] != submission_id(project, number):
        return "its id is another one"
    stem = PurePosixPath(copy).stem.removesuffix("_redacted")
    in_folder = str(PurePosixPath(copy).parent) in (path_part(project), project)
    if copy and not (in_folder and stem == delivery["sha256"]):
        return "its copy is another delivery's"
    if delivery[COPY_SHA256] != delivery["sha256"] and not is_redacted(copy):
        return "nothing was erased in its copy, which has another hash all the same"
    return None


def check_copy(archive: Path, delivery: Mapping[str, Any]) -> None:
    """Compare a delivery's copy with its hash; raises ValueError. What was too large to keep has none."""
    if not delivery["archive_path"]:
        return
    copy = archive / delivery["archive_path"]
    try:
        with copy.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise ValueError(f"{delivery['submission_id']}: its copy {copy} cannot be read: {error.strerror}") from None
    if found != delivery[COPY_SHA256]:
        raise ValueError(f"{delivery['submission_id']}: its copy {copy} is not what was archived")


def submission_id(project_code: str, number: int) -> str:
    """Id of a drop folder's delivery of that number."""
    return f"{project_code}-{number:04d}"


def manifest_of(archive: Path, project_code: str, number: int) -> Path:
    """Where the manifest of a delivery lies."""
    return _path(archive, project_code, number)


def repoint(archive: Path, new: str) -> None:
    """A copy was written anew as ``new``, without an enterprise: tell the manifests of its deliveries."""
    with (archive / new).open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    for path in _named(archive):
        try:
            delivery = load(archive, path)
        except ValueError:
            continue  # verification names it
        if redacted_path(delivery["archive_path"]) == new:
            _write(path, {**delivery, "archive_path": new, COPY_SHA256: sha256})


def bring_to_place(archive: Path) -> None:
    """Move the manifests of an archive of earlier versions, which lay among the copies, to their place.

    There a manifest was ``<drop folder>/<drop folder>-<number>.json``, a name that no copy ever had. Raises ValueError
    naming one that says something else than its name.
    """
    done = archive / FOLDER / "layout"
    if done.exists() or not archive.exists() or not any(archive.iterdir()):
        return
    for path in sorted(archive.glob("*/*.json")):
        name = re.fullmatch(re.escape(path.parent.name) + r"-(\d{4,})", path.stem)
        if not name:
            continue  # a partner's own file
        try:
            delivery = json.loads(path.read_text("utf-8"))
            copy, project = str(delivery["archive_path"]), str(delivery["project_code"])
            is_here = project == path.parent.name and int(delivery["delivery_number"]) == int(name[1])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path} does not describe a delivery: {type(error).__name__}") from None
        if not is_here:
            raise ValueError(f"{path} is not believed: it is of another folder or number")
        sha256 = delivery["sha256"]
        if is_redacted(copy) and (archive / copy).is_file():
            with (archive / copy).open("rb") as content:
                sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        _write(_path(archive, project, int(name[1])), {**delivery, COPY_SHA256: sha256})
        path.unlink()
    done.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    done.write_text("2\n")


def _named(archive: Path) -> Iterator[Path]:
    yield from (path for path in sorted((archive / FOLDER).glob(f"*/*{NAMED}")) if path.stem.isdecimal())


def _left_over(archive: Path) -> Iterator[Path]:
    """What a night left that died: of a lost database nobody knows whether the ledger was written."""
    for path in sorted((archive / FOLDER).glob(f"*/*{ARRIVING}")):
        if path.stem.isdecimal() and not path.with_suffix(NAMED).exists():
            yield path


def _path(archive: Path, project_code: str, number: int) -> Path:
    return archive / FOLDER / path_part(project_code) / f"{number:06d}{NAMED}"


def _write(path: Path, delivery: Mapping[str, Any]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    staged = path.with_name(f".{path.name}.part")
    with staged.open("w", encoding="utf-8") as file:
        json.dump(dict(delivery), file, default=str, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(staged, path)
