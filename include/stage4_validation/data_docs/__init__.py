"""Great Expectations' Data Docs as pages that need nothing but themselves.

The pages it writes by default are empty without the network: their scripts, styles and icons come from servers of
others. These are made of the same contents by templates of our own, beside this file, with one small style sheet in the
page and no script.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from great_expectations.render.view.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader, FileSystemLoader

#: Name of the only site, and its folder below that of a night.
SITE = "local_site"
FOLDER = Path("uncommitted") / "data_docs" / SITE
#: What Great Expectations copies beside the pages of every night (4 MB): fonts and pictures that ours do not use.
_UNUSED = "static"

_TEMPLATES = Path(__file__).parent / "templates"
_MODULE = {"module_name": __name__}


class PageView(DefaultJinjaPageView):
    """A page from our template, the index as well; what it consists of from ours first, then Great Expectations'."""

    _template = "offline_page.j2"

    def __init__(self, **options: Any):
        super().__init__(**options)
        theirs = [self.env.loader] if self.env.loader else []
        self.env.loader = ChoiceLoader([FileSystemLoader(_TEMPLATES), *theirs])
        self.env.trim_blocks = self.env.lstrip_blocks = True


def sites(folder: Path) -> dict[str, dict[str, Any]]:
    """The configuration of the Data Docs of a night that keeps its results in ``folder``."""
    view = {"view": {**_MODULE, "class_name": PageView.__name__}}
    return {
        SITE: {
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": {
                "class_name": "TupleFilesystemStoreBackend",
                "root_directory": str(folder),
                "base_directory": str(FOLDER) + "/",
            },
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder", **view},
            "site_section_builders": {
                "expectations": view,
                "validations": view,
                "profiling": "none",  # nothing is profiled
            },
        }
    }


def index_of(folder: Path) -> Path:
    """The first page of the Data Docs of a night that keeps its results in ``folder``."""
    return folder / FOLDER / "index.html"


def remove_unused(folder: Path) -> None:
    """Throw away what no page of the night's Data Docs refers to."""
    shutil.rmtree(folder / FOLDER / _UNUSED, ignore_errors=True)
