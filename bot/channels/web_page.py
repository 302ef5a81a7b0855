"""Serves the chat page at `/`: the committed bundle of `web/`, with its words filled in and nothing from outside allowed."""

from __future__ import annotations

import gzip
import json
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, raw, text

from bot.channels.limits import MAX_IMAGE_BYTES, MAX_TEXT_CHARACTERS
from bot.channels.web_words import WebWords, load_words

App = Sanic[Any, Any]
STATIC_DIR: Final = Path(__file__).with_name("web_static")
WORDS_FILE: Final = Path(__file__).resolve().parents[2] / "data" / "channels" / "web.yml"
_WORDS_PLACE: Final = "__WORDS__"
_TITLE_PLACE: Final = "__TITLE__"
_OPENING_PLACE: Final = "__OPENING__"
_YEAR: Final = 31_536_000  # seconds: asset names hold a hash of their content, so they never change

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


@dataclass(frozen=True)
class _File:
    content: bytes
    packed: bytes
    content_type: str

    def answer(self, request: Request, cache_control: str) -> HTTPResponse:
        headers = SECURITY_HEADERS | {"Cache-Control": cache_control, "Vary": "Accept-Encoding"}
        packed = "gzip" in request.headers.get("accept-encoding", "")
        return raw(
            self.packed if packed else self.content,
            headers=headers | ({"Content-Encoding": "gzip"} if packed else {}),
            content_type=self.content_type,
        )


def render_page(template: str, words: WebWords) -> str:
    """Put the words into the built page.

    Args:
        template: `index.html` as Vite built it.
        words: The words.

    Returns:
        HTML. The words sit in a data block, which the page's policy never executes; `<` is escaped so that no word can end the block.
    """
    page = words.page
    limits = {
        "text": MAX_TEXT_CHARACTERS,
        "image": MAX_IMAGE_BYTES,
        "too_long": words.errors.too_long,
        "image_too_big": words.errors.image_too_big,
        "evidence_too_big": words.errors.evidence_too_big,
    }
    block = json.dumps(page.model_dump(mode="json") | {"limits": limits}, ensure_ascii=False).replace("<", "\\u003c")
    return (
        template.replace(_TITLE_PLACE, _escaped(page.title)).replace(_OPENING_PLACE, _escaped(page.states.opening)).replace(_WORDS_PLACE, block)
    )


def register_page(app: App, static_dir: Path = STATIC_DIR, words_file: Path = WORDS_FILE) -> None:
    """Serve the chat page at `/` and its files at `/assets/…`.

    Args:
        app: The chat server's app. Rasa already answers `/` with its version, which this replaces.
        static_dir: The built bundle: `index.html` and `assets/`.
        words_file: `data/channels/web.yml`.

    Raises:
        FileNotFoundError: The bundle or the words are missing.
        pydantic.ValidationError: The words do not fit their schema.
    """
    template = (static_dir / "index.html").read_text(encoding="utf-8")
    index = _file(render_page(template, load_words(words_file)).encode(), "text/html; charset=utf-8")
    # Only names known now are ever answered: there is no path to climb out of.
    assets = {path.name: _file(path.read_bytes(), _content_type(path)) for path in (static_dir / "assets").iterdir()}
    page: Blueprint = Blueprint("web_page").copy("web_chat_page", allow_route_overwrite=True)

    @page.get("/")
    async def show_page(request: Request) -> HTTPResponse:
        # Checked again on each visit: it names the hashed assets, and an old one would ask for files that are gone.
        return index.answer(request, "no-cache")

    @page.get("/assets/<name:str>")
    async def show_asset(request: Request, name: str) -> HTTPResponse:
        asset = assets.get(name)
        return asset.answer(request, f"public, max-age={_YEAR}, immutable") if asset else text("not found", status=404, headers=SECURITY_HEADERS)

    app.blueprint(page)


def _file(content: bytes, content_type: str) -> _File:
    return _File(content, gzip.compress(content, mtime=0), content_type)


def _content_type(path: Path) -> str:
    guessed = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    return f"{guessed or 'application/octet-stream'}; charset=utf-8"


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
