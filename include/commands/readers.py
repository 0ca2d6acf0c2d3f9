"""Commands for those who read the warehouse."""

from __future__ import annotations

from include.commands.told import console, required, told, told_day
from include.platform.errors import UsageError
from include.platform.settings import Settings


def url(settings: Settings) -> int:
    """Print the URL of the warehouse, the administrator's unless ROLE names another."""
    from include.platform import airflow_environment, database, schema

    role = told("ROLE") or database.ADMINISTRATOR
    database.check_role(role)
    schema.prepare(settings)
    print(database.plain(database.url(settings, role)))
    console.print(
        f"Airflow's UI: {airflow_environment.known_url(settings)}, for the people of "
        f"{settings.command('user')} NAME=... ROLE=...",
        markup=False,
        soft_wrap=True,
    )
    return 0


def grant_country(settings: Settings) -> int:
    """Make LOGIN a reader of the marts of COUNTRY's projects and print its URL."""
    from include.platform import country_offices, database, schema

    country = required("COUNTRY", "make grant-country COUNTRY=PE [LOGIN=bi_pe]")
    schema.prepare(settings)
    print(database.plain(country_offices.grant_country(settings, country, told("LOGIN"))))
    return 0


def revoke_country(settings: Settings) -> int:
    """Take the country office's LOGIN away."""
    from include.platform import country_offices, schema

    login = required("LOGIN", "make revoke-country LOGIN=bi_pe")
    schema.prepare(settings)
    country_offices.revoke_country(settings, login)
    print(f"{login} is no more.")
    return 0


def explain(settings: Settings) -> int:
    """Print how KPI of SCOPE at the end of PERIOD came about, how it stood AT a day, or why it changed SINCE one."""
    from include.platform import schema
    from include.stage7_outputs.figures import explain_changes
    from include.stage7_outputs.figures.explain import FORMATS, rows_asked, write_trail
    from include.stage7_outputs.figures.explain import explain as show_trail

    kpi = required(
        "KPI",
        "make explain KPI=green_jobs [SCOPE=country:PE PERIOD=2025-S2] [AT=2025-03-01 | SINCE=2025-03-01] "
        "[ROWS=all FORMAT=csv LANGUAGE=es]",
    )
    if settings.as_of:
        raise UsageError(f"explain knows no AS_OF: AT={settings.as_of} shows the figure as it stood on that day.")
    days = {name: told_day(name) for name in ("AT", "SINCE")}
    if all(days.values()):
        raise UsageError("Give either AT, the figure as it stood on a day, or SINCE, why it has changed since.")
    format_, language = told("FORMAT"), told("TEMPLATE_LANGUAGE") or "en"
    if format_ not in (None, *FORMATS):
        raise UsageError(f"FORMAT has to be one of {', '.join(FORMATS)}, not {format_!r}.")
    if any(days.values()) and (format_ or told("ROWS") or language != "en"):
        raise UsageError("AT and SINCE are told on the terminal, in English: leave ROWS, FORMAT and LANGUAGE out.")
    if told("FILE") and not format_:
        raise UsageError("FILE needs FORMAT=csv or FORMAT=xlsx.")
    rows = rows_asked(told("ROWS"))
    schema.prepare(settings)
    figure = (settings, kpi, told("SCOPE") or "programme", told("PERIOD"))
    if days["AT"]:
        explain_changes.explain_day(*figure, days["AT"])
    elif days["SINCE"]:
        explain_changes.explain_since(*figure, days["SINCE"])
    elif format_:
        path = write_trail(
            settings, format_, *figure[1:], file=told("FILE"), rows=rows if told("ROWS") else None, language=language
        )
        if path:
            print(path)
    else:
        show_trail(*figure, rows=rows, language=language)
    return 0
