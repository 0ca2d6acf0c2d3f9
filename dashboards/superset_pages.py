"""Inside Superset: pages in their language, for the screen they are opened on, and of one publication.

A page is many questions, one a tile. Each answer says of which publication it is (``superset_asking.py``); where one is
of another than those before it, the page is opened anew before the answer is shown, with the filters as they are.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

from flask import Flask, Response, jsonify, redirect, request, session
from superset_asking import STATE_HEADER

#: Language of a page, the end of its slug -> the name of Superset's translation.
LOCALES = {"es": "es", "pt": "pt_BR", "en": "en"}

#: What readers of pages see and Superset's translations lack, or say otherwise than these pages.
WORDS = {
    "es": {
        "Clear All": "Borrar todo",
        "Clear all": "Borrar todo",
        "N/A": "–",
        "No data": "Sin datos",
    },
    "pt_BR": {
        "Clear All": "Limpar tudo",
        "Clear all": "Limpar tudo",
        "%s option": ["%s opção", "%s opções"],
        "N/A": "–",
    },
}
_PAGE = re.compile(r"/superset/dashboard/([a-z0-9-]+?)-(es|pt|en)(-phone)?/?")
_COLOURS = re.compile(r"/api/v1/dashboard/\d+/colors")
_WORDS_OF = re.compile(r"/superset/language_pack/(\w+)/?")

_AS_WIDE_AS_THE_SCREEN = '<meta name="viewport" content="width=device-width, initial-scale=1">'
#: Before any script of Superset's: it asks by what this puts in place of fetch.
_ONE_STATE = """
(() => {
  const ask = window.fetch;
  let state = null, leaving = false;
  window.fetch = async (...asked) => {
    const answer = await ask(...asked), told = answer.headers.get('HEADER');
    if (!told) return answer;
    state = state || told;
    if (told === state && !told.includes(',') && !leaving) return answer;
    if (!leaving) window.location.reload();
    leaving = true;
    return new Promise(() => {});
  };
})();
""".replace("HEADER", STATE_HEADER)
_NONCE = re.compile(rb'<script[^>]* nonce="([^"]+)"')


def serve_pages(app: Flask) -> None:
    """What pages need before and after Superset answers for them."""
    app.before_request(_follow_page)
    app.after_request(_add_to_page)
    app.before_request(_give_words)


def _follow_page() -> Response | None:
    if page := _PAGE.fullmatch(request.path):
        session["locale"] = LOCALES[page[2]]
        if bool(page[3]) != ("Mobi" in request.user_agent.string) and "as_is" not in request.args:
            phone = "" if page[3] else "-phone"
            asked = f"?{request.query_string.decode()}" if request.query_string else ""
            return redirect(f"/superset/dashboard/{page[1]}-{page[2]}{phone}/{asked}")
    if request.method == "PUT" and _COLOURS.fullmatch(request.path):
        return jsonify(result=[])  # the browser of a reader would keep what colours it saw: they are the definition's
    return None


def _add_to_page(answer: Response) -> Response:
    """The guard of its state, and on a phone as wide as its screen."""
    if answer.mimetype != "text/html" or answer.status_code != 200 or answer.is_streamed:
        return answer
    body = answer.get_data()
    page, nonce = _PAGE.fullmatch(request.path), _NONCE.search(body)
    added = _AS_WIDE_AS_THE_SCREEN if page and page[3] else ""
    if nonce:
        added += f'<script nonce="{nonce[1].decode()}">{_ONE_STATE}</script>'
    answer.set_data(body.replace(b"<head>", b"<head>" + added.encode(), 1))
    return answer


def _give_words() -> Response | None:
    """Superset's words for a language with ours, without a question to anything: its pages wait for them 5 seconds."""
    asked = _WORDS_OF.fullmatch(request.path)
    locale = LOCALES.get(asked[1], asked[1]) if asked else ""  # a browser asks for Portuguese by its language alone
    if locale not in WORDS:
        return None
    answer = Response(_words(locale), mimetype="application/json")
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


@cache
def _words(locale: str) -> str:
    file = files("superset") / "translations" / locale / "LC_MESSAGES" / "messages.json"
    pack: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    for word, said in WORDS[locale].items():
        pack["locale_data"]["superset"][word] = said if isinstance(said, list) else [said]
    return json.dumps(pack)
