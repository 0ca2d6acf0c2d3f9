"""What Airflow's page of a night says: how many deliveries were taken, and what became of them."""

from __future__ import annotations

import sqlalchemy as sa

from include.platform.settings import Settings

#: Statuses in the order they are told in, each with its name in a note.
_STATUSES = {
    "accepted": "accepted",
    "accepted_with_findings": "accepted with findings",
    "returned": "returned",
    "duplicate": "duplicate",
}
#: Told where there is one: a night takes what is withdrawn already when it rebuilds.
_RARE = {"withdrawn": "withdrawn"}

_COUNTS = sa.text("select status, count(*) from ops.submission where night_id = :night_id group by status")
_PROJECTS = sa.text("""
select project_code, count(*) as returned from ops.submission
where night_id = :night_id and status = 'returned' group by project_code order by count(*) desc, project_code
""")
#: So many projects with returned deliveries are named; a note holds 1,000 characters.
_NAMED = 12


def night_note(settings: Settings, engine: sa.Engine, night_id: str) -> str:
    """Markdown: counts by status, projects with returned deliveries, and where answers and Data Docs are.

    The places stand there to be copied: no browser follows a link from Airflow's page to a file.
    """
    with engine.connect() as connection:
        counts: dict[str, int] = dict(connection.execute(_COUNTS, {"night_id": night_id}).tuples().all())
        returned = connection.execute(_PROJECTS, {"night_id": night_id}).tuples().all()
    told = [f"{counts.get(status, 0):,} {name}" for status, name in _STATUSES.items()]
    told += [f"{counts[status]:,} {name}" for status, name in _RARE.items() if status in counts]
    lines = [f"**{sum(counts.values()):,} taken**: {', '.join(told)}"]
    if returned:
        named = ", ".join(f"{project} {count:,}" for project, count in returned[:_NAMED])
        lines.append(f"Returned: {named}{', …' if len(returned) > _NAMED else ''}")
    lines.append(f"Answers to partners: `{settings.feedback.as_uri()}`")
    if (index := settings.reports / "index.html").exists():
        lines.append(f"Data Docs and other pages: `{index.as_uri()}`")
    return "\n\n".join(lines)
