"""Superset's configuration; what differs by installation comes from the environment (include/dashboards/process.py).

Runs in Superset's own environment. Nothing here leaves the machine: no telemetry, no map tiles, no fonts of others.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Callable, Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, redirect, request, session
from sqlalchemy.engine import URL

SECRET_KEY = os.environ["SUPERSET_SECRET_KEY"]
SQLALCHEMY_DATABASE_URI = os.environ["SUPERSET_METADATA_URL"]
SQLALCHEMY_ENGINE_OPTIONS = {"pool_pre_ping": True, "pool_size": 5, "max_overflow": 10}

_ADDRESS = os.environ.get("DASHBOARDS_URL", "")
_IS_BEHIND_TLS = _ADDRESS.startswith("https://")
#: Language of a page, the end of its slug -> the name of Superset's translation.
_LOCALES = {"es": "es", "pt": "pt_BR", "en": "en"}

# --- who asks ---------------------------------------------------------------------------------------------------------

#: A person's role of this name says which of the database's logins he reads as.
READS_AS = "reads as "
_LOGINS = Path(os.environ["SUPERSET_HOME"]) / "logins.json"


class NobodyAsks(Exception):
    """A query without a person, or of a person who reads as no login, or as several: it is not made."""


def DB_CONNECTION_MUTATOR(
    uri: URL, params: dict[str, Any], username: str | None, security_manager: Any, source: object
) -> tuple[URL, dict[str, Any]]:
    """Connect as the login of whoever asks: the database decides which rows he sees, and that he writes none."""
    person = security_manager.find_user(username=username) if username else None
    roles = {role.name for role in person.roles} if person and person.is_active else set()
    logins = [name.removeprefix(READS_AS) for name in roles if name.startswith(READS_AS)]
    known = json.loads(_LOGINS.read_text())
    if len(logins) != 1 or logins[0] not in known:
        raise NobodyAsks("This person reads as no login of the warehouse: ask whoever runs it.")
    # Superset kills what takes longer than a minute; the database then stops, too.
    options = "-c statement_timeout=55s -c default_transaction_read_only=on"
    arguments = {**params.get("connect_args", {}), "application_name": "dashboards", "options": options}
    return uri.set(username=logins[0], password=known[logins[0]]), {**params, "connect_args": arguments}


# --- what is kept, and what not ---------------------------------------------------------------------------------------

# No rows are kept between two questions: each is asked of the database as whoever asks, and is of the last night.
CACHE_CONFIG = {"CACHE_TYPE": "NullCache", "CACHE_NO_NULL_WARNING": True}
DATA_CACHE_CONFIG = CACHE_CONFIG
THUMBNAIL_CACHE_CONFIG = CACHE_CONFIG

FEATURE_FLAGS = {
    "ALERT_REPORTS": os.environ.get("DASHBOARDS_ALERTS") == "yes",
    "CACHE_QUERY_BY_USER": True,  # should somebody turn a cache on
    "DASHBOARD_VIRTUALIZATION": False,  # a page that is printed has all its tiles
    "DRILL_BY": False,  # would add up what cannot be added
    "DRILL_TO_DETAIL": False,  # rows behind a figure are those of kpi_evidence, which adds up to it
    "EMBEDDABLE_CHARTS": False,
    "ESCAPE_MARKDOWN_HTML": False,  # sanitized
    "FILTERBAR_CLOSED_BY_DEFAULT": False,
    "LISTVIEWS_DEFAULT_CARD_VIEW": False,
}
ROW_LIMIT = 10_000
SQL_MAX_ROW = 50_000
NATIVE_FILTER_DEFAULT_ROW_LIMIT = 1_000
SUPERSET_WEBSERVER_TIMEOUT = 60
PREVENT_UNSAFE_DB_CONNECTIONS = True
ENABLE_CORS = False
ALERT_REPORTS_NOTIFICATION_METHODS = ("Email",)
SHOW_STACKTRACE = False
FAB_API_SWAGGER_UI = False
ENABLE_UI_THEME_ADMINISTRATION = False
TALISMAN_ENABLED = True
CONTENT_SECURITY_POLICY_WARNING = False
RATELIMIT_ENABLED = True
RATELIMIT_APPLICATION = "200 per second"
AUTH_RATE_LIMITED = True
AUTH_RATE_LIMIT = "10 per minute"
FAB_PASSWORD_COMPLEXITY_ENABLED = False
AUTH_USER_REGISTRATION = False
LOG_LEVEL = "WARNING"

# --- as for anything on a network -------------------------------------------------------------------------------------

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _IS_BEHIND_TLS
SESSION_COOKIE_NAME = "dashboards"  # cookies know no port: not that of Airflow on the same host
PERMANENT_SESSION_LIFETIME = 12 * 3600
ENABLE_PROXY_FIX = bool(_ADDRESS)
TALISMAN_CONFIG = {
    "content_security_policy": {
        "default-src": ["'self'"],
        "base-uri": ["'self'"],
        "connect-src": ["'self'"],
        "font-src": ["'self'", "data:"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "img-src": ["'self'", "blob:", "data:"],
        "object-src": "'none'",
        "script-src": ["'self'", "'strict-dynamic'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "worker-src": ["'self'", "blob:"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,  # the proxy's business
    "frame_options": "DENY",
    "referrer_policy": "same-origin",
    "session_cookie_secure": _IS_BEHIND_TLS,
    "session_cookie_samesite": "Lax",
    "strict_transport_security": _IS_BEHIND_TLS,
}

# --- one language a page ----------------------------------------------------------------------------------------------

BABEL_DEFAULT_LOCALE = "es"
LANGUAGES = {
    "es": {"flag": "es", "name": "Español"},
    "pt_BR": {"flag": "br", "name": "Português"},
    "en": {"flag": "us", "name": "English"},
}
#: How each language writes numbers (CLDR: es, pt_BR, en).
_NUMBERS = {
    "es": {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " €"]},
    "pt": {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["€ ", ""]},
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["€", ""]},
}


def COMMON_BOOTSTRAP_OVERRIDES_FUNC(data: dict[str, Any]) -> dict[str, Any]:
    """Numbers as the page's language writes them."""
    return {"d3_format": _NUMBERS.get(str(data.get("locale"))[:2], _NUMBERS["en"])}


#: What readers of pages see and Superset's translations lack.
_WORDS = {
    "es": {
        "Apply": "Aplicar",
        "Apply filters": "Aplicar filtros",
        "Clear all": "Borrar todo",
        "Clear All": "Borrar todo",
        "More filters": "Más filtros",
        "Settings": "Ajustes",
        "%s option": ["%s opción", "%s opciones"],
        "N/A": "–",
        "No data": "Sin datos",
    },
    "pt_BR": {
        "Apply": "Aplicar",
        "Apply filters": "Aplicar filtros",
        "Clear all": "Limpar tudo",
        "Clear All": "Limpar tudo",
        "More filters": "Mais filtros",
        "Settings": "Configurações",
        "%s option": ["%s opção", "%s opções"],
        "N/A": "–",
        "No data": "Sem dados",
    },
}
_PAGE = re.compile(r"/superset/dashboard/([a-z0-9-]+?)-(es|pt|en)(-phone)?/?")
_AS_WIDE_AS_THE_SCREEN = b'<meta name="viewport" content="width=device-width, initial-scale=1">'
_COLOURS = re.compile(r"/api/v1/dashboard/\d+/colors")


def FLASK_APP_MUTATOR(app: Flask) -> None:
    """Pages in their language and for the screen they are opened on."""
    from superset.translations.utils import get_language_pack

    for locale, words in _WORDS.items():
        known = (get_language_pack(locale) or {}).get("locale_data", {}).get("superset", {})
        for word, said in words.items():
            known[word] = said if isinstance(said, list) else [said]

    @app.after_request
    def be_as_wide_as_the_phone(answer: Response) -> Response:
        if (page := _PAGE.fullmatch(request.path)) and page[3] and answer.mimetype == "text/html":
            answer.set_data(answer.get_data().replace(b"<head>", b"<head>" + _AS_WIDE_AS_THE_SCREEN, 1))
        return answer

    @app.before_request
    def follow_page() -> Response | None:
        if page := _PAGE.fullmatch(request.path):
            session["locale"] = _LOCALES[page[2]]
            if bool(page[3]) != ("Mobi" in request.user_agent.string) and "as_is" not in request.args:
                phone = "" if page[3] else "-phone"
                asked = f"?{request.query_string.decode()}" if request.query_string else ""
                return redirect(f"/superset/dashboard/{page[1]}-{page[2]}{phone}/{asked}")
        if request.method == "PUT" and _COLOURS.fullmatch(request.path):
            return jsonify(
                result=[]
            )  # the browser of a reader would keep what colours it saw: they are the definition's
        return None


# --- how it looks -----------------------------------------------------------------------------------------------------

APP_NAME = "AL-INVEST Verde"
LOGO_TARGET_PATH = "/dashboard/list/"
_PALETTE = ["#1b6e53", "#d98f2b", "#3c6fa6", "#8b8f94", "#a23b51", "#6f9e3f", "#7a5c93", "#c9b458"]
EXTRA_CATEGORICAL_COLOR_SCHEMES = [
    {"id": "warehouse", "label": "AL-INVEST Verde", "description": "", "isDefault": True, "colors": _PALETTE}
]
EXTRA_SEQUENTIAL_COLOR_SCHEMES = [
    {
        "id": "warehouse_shades",
        "label": "AL-INVEST Verde",
        "description": "",
        "isDiverging": False,
        "isDefault": True,
        "colors": ["#e4efe9", "#b5d3c5", "#7fb39d", "#458f73", "#1b6e53", "#0e4634"],
    }
]
_LOGO = (
    "data:image/svg+xml;base64,"
    + base64.b64encode(
        b'<svg xmlns="http://www.w3.org/2000/svg" width="190" height="24">'
        b'<path d="M2 22C2 8 10 2 22 2c0 12-6 20-20 20z" '
        b'fill="#1b6e53"/><text x="30" y="18" font-family="Inter,Helvetica,Arial,sans-serif" font-size="17" '
        b'font-weight="600" fill="#26323a">AL-INVEST Verde</text></svg>'
    ).decode()
)
THEME_DEFAULT = {
    "token": {
        "brandAppName": APP_NAME,
        "brandLogoAlt": APP_NAME,
        "brandLogoUrl": _LOGO,
        "brandLogoHref": LOGO_TARGET_PATH,
        "brandLogoHeight": "24px",
        "brandLogoMargin": "18px 0",
        "brandSpinnerUrl": None,
        "brandSpinnerSvg": None,
        "brandIconMaxWidth": 190,
        "colorPrimary": "#1b6e53",
        "colorLink": "#1b6e53",
        "colorError": "#a23b51",
        "colorWarning": "#d98f2b",
        "colorSuccess": "#1b6e53",
        "colorInfo": "#3c6fa6",
        "colorEditorSelection": "#fff5cf",
        "fontUrls": [],
        "fontFamily": "Inter, Helvetica, Arial, sans-serif",
        "fontFamilyCode": "'IBM Plex Mono', 'Courier New', monospace",
        "transitionTiming": 0.3,
        "fontSizeXS": "8",
        "fontSizeXXL": "28",
        "fontWeightNormal": "400",
        "fontWeightLight": "300",
        "fontWeightStrong": "500",
        "fontWeightBold": "700",
    },
    "algorithm": "default",
}
THEME_DARK = None
FAVICONS = [{"href": "/static/assets/images/favicon.png"}]


# --- no word to its makers --------------------------------------------------------------------------------------------

_PIXEL = b"https://apachesuperset.gateway.scarf.sh/pixel/"
_BLANK = b"data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==#"

_ASSETS = Path(str(files("superset"))) / "static" / "assets"
_WITH_PIXEL = {f"/static/assets/{path.name}" for path in _ASSETS.glob("*.js") if _PIXEL in path.read_bytes()}

_Environ = dict[str, Any]
_Application = Callable[[_Environ, Callable[..., Any]], Iterable[bytes]]


class WithoutPixel:
    """Takes the address of the picture that counts installations out of Superset's scripts, where it is built in."""

    def __init__(self, application: _Application) -> None:
        self._application = application

    def __call__(self, environ: _Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") not in _WITH_PIXEL:
            return self._application(environ, start_response)
        # Neither compressed nor a part of it, so that it can be looked through; browsers keep it for a year.
        told: list[Any] = []
        asked = {name: value for name, value in environ.items() if name not in ("HTTP_ACCEPT_ENCODING", "HTTP_RANGE")}
        chunks = self._application(asked, lambda *answer: told.append(answer))
        body = b"".join(chunks).replace(_PIXEL, _BLANK)
        if hasattr(chunks, "close"):
            chunks.close()
        status, headers, *more = told[0]
        headers = [(name, str(len(body)) if name.lower() == "content-length" else value) for name, value in headers]
        start_response(status, headers, *more)
        return [body]


ADDITIONAL_MIDDLEWARE = [WithoutPixel]
