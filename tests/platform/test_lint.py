"""The hooks before a commit run what ``make lint`` runs."""

from __future__ import annotations

import re

import yaml

from include.platform.settings import PROJECT_ROOT


def test_the_hooks_are_those_of_make_lint() -> None:
    (recipe,) = re.findall(r"^lint: .*\n((?:\t.*\n)+)", (PROJECT_ROOT / "Makefile").read_text(), re.MULTILINE)
    lint = {line.strip().removeprefix("@$(RUN) -m ").removesuffix(" .") for line in recipe.splitlines()}
    (repo,) = yaml.safe_load((PROJECT_ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    hooks = {hook["entry"].removeprefix(".venv/bin/python -m ") for hook in repo["hooks"]}
    assert hooks == lint and {hook["language"] for hook in repo["hooks"]} == {"system"} and repo["repo"] == "local"
