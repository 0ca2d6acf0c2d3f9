"""Addresses of pages, and of what is behind a figure: the same page for each, with its filters chosen."""

from __future__ import annotations

#: The page of one figure: its meaning, its changes, the rows behind it.
BEHIND = "figure"


def slug(page: str, language: str, *, is_phone: bool = False) -> str:
    """The end of a page's address."""
    return f"{page}-{language}" + ("-phone" if is_phone else "")


def path(page: str, language: str) -> str:
    """A page's address on the server; on a phone it leads to the layout for phones (``superset_config.py``)."""
    return f"/superset/dashboard/{slug(page, language)}/"


def filter_id(name: str) -> str:
    """Superset's name of a filter, the same on every page, so that an address can choose its value."""
    return f"NATIVE_FILTER-{name}"


def to_figure(language: str, text: str) -> str:
    """SQL that gives a link to the page behind a figure, of columns ``period``, ``scope`` and ``indicator``.

    Values stand in it as Rison writes texts; what has a meaning in an address is written as it has to be.
    """
    chosen = {"period": "figure.period", "scope": "scope.title_{language}", "indicator": "kpi.name_{language}"}
    parts = [_chosen(name, column) for name, column in chosen.items()]
    address = f"'<a href=\"{path(BEHIND, language)}?native_filters=(' || " + " || ',' || ".join(parts) + " || ')\">"
    return f"{address}{text}</a>'"


def _chosen(name: str, column: str) -> str:
    value = f"replace({column}, '!', '!!')"
    for sign, written in (("''", "!''"), ("&", "%26"), ("#", "%23"), ("+", "%2B"), ('"', "%22")):
        value = f"replace({value}, '{sign}', '{written}')"
    quoted = f"'!(''' || {value} || ''')'"
    return (
        f"'{filter_id(name)}:(extraFormData:(filters:!((col:{name},op:IN,val:' || {quoted} || '))),"
        f"filterState:(value:' || {quoted} || '),id:{filter_id(name)},ownState:())'"
    )
