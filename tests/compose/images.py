"""Images for a machine that no image registry can be reached from: a Debian of its own packages, and stand-ins.

Where registries are in reach none of this is needed: docker-compose.yml names the official images.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("base", "airflow", "dashboards", "postgres", "redis")
BASE, WAREHOUSE, DASHBOARDS, POSTGRES, REDIS = (f"warehouse-trial-{name}:1" for name in _NAMES)
HERE = Path(__file__).parent
PACKAGES = "python3,python3-venv,ca-certificates,redis-server"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def make_base(folder: Path) -> None:
    """Debian's smallest system with Python and Redis, which trusts whom this machine trusts."""
    if _exists(BASE):
        return
    system = folder / "base"
    if not (system / "usr" / "bin" / "python3").exists():
        command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(system)]
        subprocess.run(command, check=True, stdout=sys.stderr)
    if CERTIFICATES.exists():
        shutil.copyfile(CERTIFICATES, system / "etc" / "ssl" / "certs" / "ca-certificates.crt")
    settings = [f"ENV {name}={CERTIFICATES}" for name in ("SSL_CERT_FILE", "PIP_CERT")]
    changes = [part for setting in settings for part in ("--change", setting)]
    with subprocess.Popen(["tar", "-C", str(system), "-c", "."], stdout=subprocess.PIPE) as packed:
        subprocess.run(["docker", "import", *changes, "-", BASE], stdin=packed.stdout, check=True, stdout=sys.stderr)


def make_stand_ins() -> None:
    """What stands in for the official images of PostgreSQL and Redis; needs the warehouse's image."""
    for name, image, argument in (
        ("postgres", POSTGRES, f"WAREHOUSE_IMAGE={WAREHOUSE}"),
        ("redis", REDIS, f"BASE_IMAGE={BASE}"),
    ):
        command = ["docker", "build", "--tag", image, "--build-arg", argument, str(HERE / name)]
        subprocess.run(command, check=True, stdout=sys.stderr)


def _exists(image: str) -> bool:
    return subprocess.run(["docker", "image", "inspect", image], capture_output=True).returncode == 0
