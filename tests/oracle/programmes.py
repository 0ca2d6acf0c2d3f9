"""Random programmes "drawn the same way" as the samples, with far more rare cases.

:func:`write_programme` is deterministic in its seed and sets modification times, which decide the order of deliveries.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.oracle.drawn_rows import Context, RowValues
from tests.oracle.files import write_archive, write_workbook
from tests.oracle.model import Outcome, period_end
from tests.oracle.night import evaluate
from tests.oracle.notations import OneMark
from tests.oracle.submissions import Shape, build, draw_tables
from tests.oracle.world import COUNTRIES, Enterprise, draw_enterprises

PERIODS = ["2021-S2", "2022-S1", "2022-S2", "2023-S1", "2023-S2", "2024-S1", "2024-S2", "2025-S1", "2025-S2"]
#: A folder of no project.
UNKNOWN = "ZZ-99"
#: Rules of files that nothing could be read from.
UNWAIVABLE = {"F01", "F02", "F03", "F04", "F06", "F07"}
FAULTS = ["F06", "F06 blank", "F03 cover", "F11", "F07 missing", "F07 twice", "F07 header", "F07 several"]


@dataclass
class Maker:
    """What one programme is drawn with."""

    folder: Path
    rng: random.Random
    rare: float
    spoil: float
    clock: int = 0
    files: dict[str, list[Path]] = field(default_factory=dict)

    def path(self, project: str, name: str) -> Path:
        """A place in the project's drop folder."""
        place = self.folder / "inbox" / project
        place.mkdir(parents=True, exist_ok=True)
        return place / name

    def stamp(self, path: Path, *, same: bool = False) -> None:
        """Set the modification time, some seconds after the last one or the same."""
        self.clock += 0 if same else self.rng.choice([1, 60, 3600])
        moment = 1_735_700_000 + self.clock
        os.utime(path, (moment, moment))
        self.files.setdefault(path.parent.name, []).append(path)


def write_programme(folder: Path, seed: int, projects: int = 4, periods: int = 5, enterprises: int = 25) -> dt.date:
    """Write ``folder/inbox``, ``folder/registry`` and ``folder/as_of``; returns the load date they are made for."""
    rng = random.Random(seed)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    maker = Maker(folder, rng, rare=rng.choice([0.06, 0.12, 0.2]), spoil=rng.choice([0.002, 0.005, 0.009]))
    homes = [rng.choice(COUNTRIES) for _ in range(projects)]
    facts = [
        (
            f"{home}-{n:02}",
            home,
            rng.choice(["agriculture", "circular"]),
            rng.choice(["2021-07-01", "2022-01-01", "2022-04-01"]),
        )
        for n, home in enumerate(homes, start=1)
    ]
    pool = draw_enterprises(rng, enterprises, homes)
    late = rng.random() < 0.4
    as_of = dt.date(2026, 3, 1) if late else dt.date(2025, 3, 1)
    ended = PERIODS if late else PERIODS[:-2]
    used = ended[-periods:]
    (folder / "as_of").write_text(as_of.isoformat())
    for code, *_ in facts:
        prefix = rng.choice(["E", "E", "MP-", "", "0"])
        for item in pool:
            item.refs[code] = f"{prefix}{item.number + rng.choice([0, 0, 500]) + (1000 if not prefix else 0):04}"
    clones = _later_twins(rng, pool)
    supported = {code: rng.sample(pool, rng.randint(max(3, enterprises // 3), enterprises)) for code, *_ in facts}
    for number, period in enumerate(used):
        for code, _, _, start in facts:
            if rng.random() < 0.25:
                continue
            items = supported[code][: max(3, len(supported[code]) * (number + 2) // (periods + 1))]
            if rng.random() < 0.3:
                items = [i for i in items if rng.random() < 0.7] or items
            items = _with_twins(items, clones, number)
            context = Context(rng, code, period, number, dt.date.fromisoformat(start), maker.rare)
            _deliver(maker, context, list(items))
    _odd_files(maker, [code for code, *_ in facts], used)
    missing = rng.choice(used[:-1]) if rng.random() < 0.2 else ""
    _registry(maker, facts, [p for p in used if p != missing], [])
    outcome = evaluate(folder / "inbox", folder / "registry", as_of)
    _registry(maker, facts, [p for p in used if p != missing], _waivers(maker, outcome))
    return as_of


def _later_twins(rng: random.Random, pool: list[Enterprise]) -> dict[int, tuple[Enterprise, int]]:
    """Enterprises that come under a second reference: with no tax id at first, and with the same one later."""
    twins = {}
    for item in rng.sample(pool, max(1, len(pool) // 6)):
        moment = rng.choice([1, 2, 3])
        if rng.random() < 0.6:
            item.has_id_from, item.has_id_until = 0, moment
        refs = {code: f"{ref}B" for code, ref in item.refs.items()}
        twins[item.number] = (
            replace(item, has_id_from=moment, has_id_until=99, refs=refs, name=item.name + " bis"),
            moment,
        )
    return twins


def _with_twins(items: list[Enterprise], twins: dict[int, tuple[Enterprise, int]], number: int) -> list[Enterprise]:
    """Both references at first; from the moment on the second has the tax id, and the first none or no row."""
    out = []
    for item in items:
        twin, moment = twins.get(item.number, (None, 0))
        if twin is None or number < moment or item.has_id_until == moment:
            out.append(item)
        if twin is not None:
            out.append(twin)
    return out


def _waivers(maker: Maker, outcome: Outcome) -> list[tuple[str, ...]]:
    """Waivers of findings that are there: for one enterprise or all, one project or all, in force or expired."""
    rng = maker.rng
    found = sorted({tuple(f[:4]) for f in outcome.findings if f[2] not in UNWAIVABLE and f[0] != UNKNOWN})
    if rng.random() < 0.5:
        found = [f for f in found if not f[2].startswith("C")] or found
    rows = set()
    telling = [
        f
        for f in found
        if f[2] in ("R01", "R04", "R05", "E03", "E05", "S06", "S09", "J05", "E03", "J05", "F08", "F05", "S02", "S03")
    ]
    chosen = rng.sample(found, min(len(found), rng.choice([3, 8, 20])))
    for project, _, rule, _ in chosen + rng.sample(telling, min(len(telling), 15)):
        refs = sorted(outcome.references.get((project, rule), {""}) - {""})
        rows.add(
            (
                rule,
                project if rng.random() < 0.9 else "",
                rng.choice(outcome.periods) if rng.random() < 0.4 else "",
                rng.choice(refs) if refs and rng.random() < 0.7 else "",
                "confirmado",
                "oficina",
                rng.choice(
                    ["2024-12-31", "2025-02-28", "2025-03-01", "2026-03-01", "2030-01-01", "2030-01-01", "2030-01-01"]
                ),
            )
        )
    return sorted(rows)


def _shape(maker: Maker, fault: str = "") -> Shape:
    rng = maker.rng
    return Shape(
        csv=rng.random() < 0.4,
        language=rng.randint(0, 3),
        mark=rng.choice([None, None, ",", ".", OneMark(","), OneMark(".")]),
        spoil=maker.spoil,
        rows=1.0,
        fault=fault,
        nothing=rng.random() < 0.05,
        cover=_cover_dirt(rng),
    )


def _cover_dirt(rng: random.Random) -> dict[str, object]:
    if rng.random() > 0.15:
        return {}
    return rng.choice(
        [{"language": "quechua"}, {"decimal_mark": ";"}, {"submitted_by": "z" * 501}, {"nothing_to_report": "quizás"}]
    )


def _write(maker: Maker, context: Context, tables: dict[str, list[RowValues]], name: str, shape: Shape) -> Path:
    sheets = build(context, tables, shape)
    path = maker.path(context.project, name + (".zip" if shape.csv else ".xlsx"))
    (write_archive if shape.csv else write_workbook)(path, sheets, maker.rng)
    maker.stamp(path, same=maker.rng.random() < 0.1)
    return path


def _deliver(maker: Maker, context: Context, items: list[Enterprise]) -> None:
    """A report and, now and then, what is sent after it."""
    rng, title = maker.rng, f"{context.period} {context.project}"
    tables = draw_tables(context, items)
    if rng.random() < 0.12:
        _write(maker, context, tables, f"Intento {title}", _shape(maker, rng.choice(FAULTS)))
    first = _write(maker, context, tables, f"Reporte {title} v1", _shape(maker))
    again = rng.random()
    if again < 0.15:
        copy = maker.path(context.project, f"otra vez {first.name}")
        shutil.copyfile(first, copy)
        maker.stamp(copy)
    elif again < 0.35:
        _write(maker, context, draw_tables(context, items), f"Corrección {title}", _shape(maker))
        if rng.random() < 0.4:
            copy = maker.path(context.project, f"vuelve {first.name}")
            shutil.copyfile(first, copy)
            maker.stamp(copy)
    elif again < 0.5:
        _write(
            maker, context, draw_tables(context, items), f"Corrección mala {title}", _shape(maker, rng.choice(FAULTS))
        )
    elif again < 0.62:
        context = replace(context, rare=0.0)
        _write(maker, context, _many_errors(rng, tables), f"muchos errores {title}", _plain(_shape(maker)))


def _plain(shape: Shape) -> Shape:
    shape.spoil = 0.0
    shape.nothing = False
    shape.cover = {}
    return shape


def _many_errors(rng: random.Random, tables: dict[str, list[RowValues]]) -> dict[str, list[RowValues]]:
    """Around F08's limits: 9 or 10 of few rows, 30 % and a little more or less of many."""
    total, faulty = rng.choice([(20, 9), (20, 10), (33, 10), (34, 10), (40, 12), (40, 13), (30, 9), (32, 10)])
    base = tables["enterprises"][0]
    rows: list[RowValues] = []
    for number in range(total):
        rows.append(
            {
                "enterprise_ref": base["enterprise_ref"],
                "topic": "other",
                "activity": f"Charla {number}",
                "start_date": dt.date(2021, 9, 1),
                "end_date": dt.date(2021, 9, 2),
                "hours": 0 if number < faulty else 8,
                "women": 1,
                "men": 1,
                "evidence_grade": "B",
                "evidence_ref": None,
            }
        )
    rng.shuffle(rows)
    return {**tables, "training": rows}


def _odd_files(maker: Maker, projects: list[str], used: list[str]) -> None:
    """Files that are returned for their cover, or never looked at."""
    rng = maker.rng
    pool = draw_enterprises(rng, 4, ["PE"])
    faults: list[tuple[str, dict[str, object]]] = [
        ("versión", {"contract_version": 2}),
        ("sin periodo", {"period": None}),
        ("periodo raro", {"period": "primer semestre"}),
        ("otro proyecto", {"project_code": "QQ-77"}),
        ("periodo abierto", {"period": "2026-S1"}),
        ("periodo futuro", {"period": "2031-S1"}),
        ("todo mal", {"contract_version": "dos", "project_code": "QQ-77", "period": "2031-S1"}),
    ]
    for name, cover in rng.sample(faults, 4):
        project = rng.choice(projects)
        for item in pool:
            item.refs[project] = f"Z{item.number:03}"
        period = rng.choice(used)
        context = Context(rng, project, period, 0, dt.date(2022, 1, 1), maker.rare)
        shape = _plain(_shape(maker))
        shape.cover = cover
        _write(maker, context, draw_tables(context, pool), name, shape)
    lost = maker.path(UNKNOWN, "desconocido.xlsx")
    shutil.copyfile(next(p for files in maker.files.values() for p in files if p.suffix == ".xlsx"), lost)
    maker.stamp(lost)
    project = rng.choice(projects)
    for name, content in (
        ("informe.pdf", b"%PDF-1.4"),
        (".oculto.xlsx", b"x"),
        ("~$abierto.xlsx", b"x"),
        ("sube.xlsx.part", b"x"),
        ("roto.xlsx", b"PK"),
    ):
        path = maker.path(project, name)
        path.write_bytes(content)
        maker.stamp(path)


def _registry(
    maker: Maker, facts: list[tuple[str, str, str, str]], used: list[str], waivers: list[tuple[str, ...]]
) -> None:
    folder = maker.folder / "registry"
    folder.mkdir(exist_ok=True)
    rng = random.Random(str(facts))
    later = f"{facts[0][1]}-90", facts[0][1], facts[0][2], "2024-07-01"  # has begun of late and reported nothing yet
    facts = [*facts, later]
    _table(
        folder,
        "projects",
        "project_code title country pillar lead_institution start_date end_date grant_eur call value_chains",
        [
            (c, f"Project {c}", home, pillar, "I001", start, "2026-12-31", _euros(rng), 1, "coffee;cacao")
            for c, home, pillar, start in facts
        ],
    )
    _table(
        folder,
        "institutions",
        "institution name country region kind",
        [("I001", "Institution 1", "PE", "LAC", "chamber")],
    )
    _table(folder, "project_institutions", "project_code institution role", [(c, "I001", "lead") for c, *_ in facts])
    calendar = [
        (p, period_end(p).isoformat(), (period_end(p) + dt.timedelta(days=45)).isoformat())
        for p in sorted({*used, "2026-S1"})
    ]
    _table(folder, "reporting_calendar", "period ends_on due_on", calendar)
    _table(
        folder,
        "targets",
        "project_code kpi target due_period set_on",
        [target for c, *_ in facts for target in _targets(rng, c)],
    )
    _table(
        folder,
        "claims",
        "claim scope_type scope_code kpi as_of_period relation value wording source published_on",
        [("c1", "programme", "all", "green_jobs", "2024-S2", "about", 100, "green jobs", "press", "2025-02-01")],
    )
    _table(folder, "waivers", "rule project_code period enterprise_ref reason granted_by expires_on", waivers)


def _euros(rng: random.Random) -> str:
    return f"{rng.randint(80_000, 600_000)}{rng.choice(['', '.50', '.01'])}"


def _targets(rng: random.Random, project: str) -> Iterator[tuple[str, str, int, str, str]]:
    """Of some indicators, for one semester or two, some revised, by a decision that may be yet to come."""
    for kpi in ("green_jobs", "msmes_trained", "msmes_certified", "volume_change_real_eur", "green_jobs_fte"):
        for due in ("2024-S2", "2025-S2"):
            days = ["2022-01-15", "2024-02-01", "2030-01-01"]
            for day in rng.sample(days, rng.choice([0, 1, 1, 2, 3])):
                yield project, kpi, rng.choice([0, 5, 40, 900]), due, day


def _table(folder: Path, name: str, header: str, rows: list[tuple]) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(header.split())
        writer.writerows(rows)
