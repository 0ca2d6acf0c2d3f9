"""Superset's configuration; what differs by installation comes from the environment (include/dashboards/process.py).

Runs in Superset's own environment. Nothing here leaves the machine: no telemetry, no map tiles, no fonts of others.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path
from typing import Any

from flask import Flask
from superset_asking import Readers, connect_as, refuse_programs, tell_states
from superset_pages import serve_pages
from superset_scripts import ChangedScripts

SECRET_KEY = os.environ["SUPERSET_SECRET_KEY"]
SQLALCHEMY_DATABASE_URI = os.environ["SUPERSET_METADATA_URL"]
SQLALCHEMY_ENGINE_OPTIONS = {"pool_pre_ping": True, "pool_size": 5, "max_overflow": 10}

_ADDRESS = os.environ.get("DASHBOARDS_URL", "")
_IS_BEHIND_TLS = _ADDRESS.startswith("https://")
# Of what is off; each process would know its own.
GUEST_TOKEN_JWT_SECRET = GLOBAL_ASYNC_QUERIES_JWT_SECRET = secrets.token_hex(32)

# --- who asks ---------------------------------------------------------------------------------------------------------

DB_CONNECTION_MUTATOR = connect_as
CUSTOM_SECURITY_MANAGER = Readers

# --- what is kept, and what not ---------------------------------------------------------------------------------------

# No rows are kept between two questions: each is asked of the database as whoever asks, and is of the last night.
CACHE_CONFIG = {"CACHE_TYPE": "NullCache", "CACHE_NO_NULL_WARNING": True}
DATA_CACHE_CONFIG = CACHE_CONFIG
THUMBNAIL_CACHE_CONFIG = CACHE_CONFIG

FEATURE_FLAGS = {
    "ALERT_REPORTS": False,  # needs a worker, a broker and a browser beside the server
    "DASHBOARD_VIRTUALIZATION": False,  # a page that is printed has all its tiles
    "DRILL_BY": False,  # would add up what cannot be added
    "DRILL_TO_DETAIL": False,  # rows behind a figure are those of kpi_evidence, which adds up to it
    "EMBEDDABLE_CHARTS": False,
    "EMBEDDED_SUPERSET": False,
    "ENABLE_TEMPLATE_PROCESSING": False,
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
SHOW_STACKTRACE = False
FAB_API_SWAGGER_UI = False
ENABLE_UI_THEME_ADMINISTRATION = False
TALISMAN_ENABLED = True
CONTENT_SECURITY_POLICY_WARNING = False
RATELIMIT_ENABLED = True
RATELIMIT_APPLICATION = "200 per second"
AUTH_RATE_LIMITED = True
AUTH_RATE_LIMIT = "5 per minute"  # of each process, so of the two twice that
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


def FLASK_APP_MUTATOR(app: Flask) -> None:
    """Pages in their language, for the screen they are opened on, of one state."""
    refuse_programs(app)
    tell_states(app)
    serve_pages(app)


# --- how it looks -----------------------------------------------------------------------------------------------------

APP_NAME = "AL-INVEST Verde"
LOGO_TARGET_PATH = "/dashboard/list/"
# The first four differ in lightness, too: in grey print, and for those who do not tell green from orange.
_PALETTE = json.loads((Path(__file__).parent / "palette.json").read_text("utf-8"))
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

ADDITIONAL_MIDDLEWARE = [ChangedScripts]
