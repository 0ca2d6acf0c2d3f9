"""Superset's assets, stand-in."""
from __future__ import annotations
import hashlib, json, shutil
from pathlib import Path
import yaml
DATABASE_UUID = "5d6f4b1e-0d5e-5a6c-9a55-7f1f1a8c0001"
DATABASE_NAME = "AL-INVEST Verde"

def write(folder: Path, uri: str) -> str:
    shutil.rmtree(folder, ignore_errors=True)
    (folder/"databases").mkdir(parents=True)
    (folder/"metadata.yaml").write_text(yaml.safe_dump({"version":"1.0.0","type":"assets","timestamp":"2026-01-01T00:00:00+00:00"}))
    (folder/"databases"/"warehouse.yaml").write_text(yaml.safe_dump({
        "database_name": DATABASE_NAME, "sqlalchemy_uri": uri, "uuid": DATABASE_UUID, "version":"1.0.0",
        "expose_in_sqllab": True, "allow_run_async": False, "allow_ctas": False, "allow_cvas": False, "allow_dml": False, "allow_csv_upload": False,
        "impersonate_user": False, "is_managed_externally": True, "extra": {"allows_virtual_table_explore": True, "metadata_params": {}, "engine_params": {}, "schemas_allowed_for_csv_upload": []}}))
    return hashlib.sha256(b"".join(p.read_bytes() for p in sorted(folder.rglob("*.yaml")))).hexdigest()
