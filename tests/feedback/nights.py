"""A night over a sample programme, its stages called one after another as the DAGs do."""

from __future__ import annotations

import multiprocessing
import tarfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from include.platform import database, schema
from include.platform.settings import PROJECT_ROOT, Settings
from include.stage1_registry.night import begin_night
from include.stage2_landing.land import land
from include.stage3_reading.batches import plan_batches, read_batch
from include.stage4_validation import validate
from include.stage5_transformation.dbt import ensure_seeds
from include.stage5_transformation.inputs import build_if_changed
from include.stage6_publication.promote import promote
from include.stage6_publication.reconcile import reconcile

SAMPLES = PROJECT_ROOT.parent / "shared" / "samples"


def unpack(name: str, folder: Path) -> Path:
    """The sample programme ``name`` below ``folder``."""
    with tarfile.open(SAMPLES / f"{name}.tar.gz") as archive:
        archive.extractall(folder, filter="tar")  # keeps modification times, which decide the order of deliveries
    return folder / name


def sample_settings(programme: Path, state: Path) -> Settings:
    """Settings of a warehouse of its own for a sample programme."""
    return Settings(
        state=state, inbox=str(programme / "inbox"), registry=programme / "registry", as_of=date(2025, 3, 1)
    )


def run_night(settings: Settings, night_id: str) -> None:
    """Everything from the registry to the reconciled marts, in a process of its own as Airflow's tasks are."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        pool.submit(_run_night, settings, night_id).result()


def _run_night(settings: Settings, night_id: str) -> None:
    schema.prepare(settings)
    begin_night(settings, night_id)
    ensure_seeds(settings)
    _as_loader(settings, lambda loader: land(loader, settings.archive, night_id))
    for batch in _as_loader(settings, plan_batches):
        read_batch(settings, batch)
    reports = settings.reports / "data_docs" / night_id
    if _as_loader(settings, validate.prepare):
        _as_loader(settings, lambda loader: validate.judge(loader, reports))
    _as_loader(settings, validate.conclude)
    build_if_changed(settings)
    transformer = database.engine(settings, "transformer")
    promote(transformer)
    transformer.dispose()
    _as_loader(settings, lambda loader: reconcile(loader, reports))


def _as_loader(settings: Settings, step: Callable) -> object:
    loader: sa.Engine = database.engine(settings, "loader")
    try:
        return step(loader)
    finally:
        loader.dispose()
