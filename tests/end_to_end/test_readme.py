"""Every command the README tells a newcomer to run is one that a test runs."""

from __future__ import annotations

import re

from include.platform.settings import PROJECT_ROOT

#: Command of the README -> where it is run.
RUN_BY = {
    "make demo": ("tests/end_to_end/test_programme.py", 'make("demo")'),
    "make test": (".ci/run", "make test"),
    "make lint": (".ci/run", "make lint"),
    "make nightly STATE=/srv/warehouse INBOX=/srv/inbox REGISTRY=/srv/registry": (
        "tests/end_to_end/test_samples.py",
        'make("nightly")',
    ),
    "make configure STATE=/srv/warehouse INBOX=/srv/inbox REGISTRY=/srv/registry": (
        "tests/commands/test_statuses.py",
        'run("configure", WAREHOUSE_TOML=',
    ),
    "make up": ("tests/end_to_end/test_programme.py", 'make("up")'),
    "make down": ("tests/end_to_end/test_programme.py", 'make("down")'),
    "make url ROLE=bi_reader": ("tests/end_to_end/test_programme.py", '"bi_reader")'),
    "make nightly WAREHOUSE_URL=postgresql://admin:password@db.example.org/warehouse": (
        "tests/end_to_end/test_external_warehouse.py",
        '"WAREHOUSE_URL": address',
    ),
    "make rule-impact RULE=E10": ("tests/feedback/test_rule_life.py", 'make("rule-impact", RULE='),
    **{
        f"make {line}": ("tests/end_to_end/test_programme.py", f'make("{line.split()[0]}"')
        for line in (
            "backup FILE=/srv/backups/warehouse.tar",
            "restore STATE=/srv/new FILE=/srv/backups/warehouse.tar",
            "rebuild REPLACE=yes",
            "forget ENTERPRISE=0123456789abcdef0123456789abcdef",
        )
    },
    "make test TESTS=tests/registry": (".ci/run", "make test"),
    "make env": ("tests/compose/test_compose_file.py", '"make", "env"'),
    "docker compose up --build --detach --scale airflow-worker=2": (
        "tests/compose/__main__.py",
        '"up", "--detach", "--scale", "airflow-worker=2"',
    ),
    "docker compose run --rm night": ("tests/compose/__main__.py", '"run", "--rm", "night"'),
}


def commands() -> list[str]:
    """The lines of the README's shell blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", (PROJECT_ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


def test_every_command_is_run_by_a_test() -> None:
    assert sorted(commands()) == sorted(RUN_BY)
    for command, (file, call) in RUN_BY.items():
        assert call in (PROJECT_ROOT / file).read_text(encoding="utf-8"), (command, file)


def test_every_make_target_named_exists() -> None:
    readme = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(" ".join(re.findall(r"^(?:\.PHONY:|COMMANDS :=) (.*)$", makefile, re.MULTILINE)).split())
    named = set(re.findall(r"`make ([a-z-]+)", readme)) | {
        line.split()[1] for line in commands() if line.startswith("make ")
    }
    assert named <= targets
