"""Commands that the pages tell to run are ones that there are; those of the first pages are run by a test each."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from include import __main__ as entry
from include.platform import configuration
from include.platform.settings import PROJECT_ROOT

#: Command of the README -> where it is run.
RUN_BY = {
    "make demo": ("tests/end_to_end/test_programme.py", 'make("demo")'),
    "make test": (".ci/run", "make test"),
    "make test PART=unit": (".ci/run", "make test"),
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
    "make dashboards": ("tests/dashboards/__main__.py", "start(settings"),
    "make url ROLE=bi_reader": ("tests/end_to_end/test_programme.py", '"bi_reader")'),
    "make nightly WAREHOUSE_URL=postgresql://admin:password@db.example.org/warehouse": (
        "tests/samples.py",
        'variables["WAREHOUSE_URL"] = self.warehouse_url',
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
        "tests/compose/trial.py",
        '"up", "--detach", "--scale", "airflow-worker=2"',
    ),
    "docker compose run --rm night": ("tests/compose/__main__.py", '"run", "--rm", "night"'),
}


def commands() -> list[str]:
    """The lines of the shell blocks of the README and of CONTRIBUTING; those of docs/how-to are run by tests/how_to."""
    pages = [(PROJECT_ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md")]
    blocks = re.findall(r"```sh\n(.*?)```", "\n".join(pages), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


def test_every_command_is_run_by_a_test() -> None:
    assert {*commands()} == {*RUN_BY}
    for command, (file, call) in RUN_BY.items():
        assert call in (PROJECT_ROOT / file).read_text(encoding="utf-8"), (command, file)


PAGES = [*sorted(PROJECT_ROOT.glob("*.md")), *sorted((PROJECT_ROOT / "docs").rglob("*.md"))]
#: Variables of make alone, which no command of ``include`` reads.
OF_MAKE = {"TESTS", "MUTATE", "PART", "CASES", "SEED", "TRIALS", "FIRST", "NIGHTS", "SERVICE", "PYTHON", "LANGUAGE"}


def _made() -> tuple[set[str], set[str]]:
    """Targets and variables of the Makefile."""
    makefile = (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(
        " ".join(re.findall(r"^(?:\.PHONY:|COMMANDS :=|DASHBOARDS :=) (.*)$", makefile, re.MULTILINE)).split()
    )
    variables = set(" ".join(re.findall(r"^export ([A-Z_ ]+)$", makefile, re.MULTILINE)).split())
    return targets | {".venv/ready"}, variables | OF_MAKE | set(configuration.BY_NAME)


def make_lines(page: str) -> list[str]:
    """What stands behind ``make`` in blocks and within sentences of a page, up to the end of the command."""
    fenced = re.findall(r"^```\w*\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", page, flags=re.DOTALL | re.MULTILINE))
    lines = [line.split("  ")[0] for block in fenced for line in block.splitlines()] + inline
    return [found[1] for line in lines for found in re.finditer(r"(?:^|&& |[A-Z_]=\S+ )make ([^|&#]+)", line)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_and_variable_named_exists(page: Path) -> None:
    targets, variables = _made()
    for line in make_lines(page.read_text(encoding="utf-8")):
        words = shlex.split(line)
        named = {word for word in words if re.fullmatch(r"[a-z.][a-z/-]*", word)}
        assert named <= targets, (page.name, line)
        assert {word.split("=")[0] for word in words if re.match(r"[A-Z_]+=", word)} <= variables, (page.name, line)


def test_make_has_every_command() -> None:
    """``prepare`` and ``serve`` are for service managers and containers."""
    targets, _ = _made()
    assert {*entry.COMMANDS, "configure"} - targets == {"prepare", "serve"}


def test_going_live_is_complete() -> None:
    page = (PROJECT_ROOT / "docs" / "going-live.md").read_text(encoding="utf-8")
    done = [line.split()[0] for line in make_lines(page)]
    order = ["configure", "doctor", "template", "nightly", "mail-dry-run", "mail-send", "url", "backup", "restore"]
    assert sorted(order, key=done.index) == order


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)", page.read_text(encoding="utf-8")):
        to = (page.parent / target) if target else page
        assert to.exists(), (page.name, target)
        if anchor and to.suffix == ".md":
            titles = re.findall(r"^#+ (.*)$", to.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
            assert anchor in slugs, (page.name, target, anchor)
