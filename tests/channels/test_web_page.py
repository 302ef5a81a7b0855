"""How the chat page is served. What it does is in tests/browser."""

from __future__ import annotations

import hashlib
import re

import pytest

from tests.channels.web_app import ROOT, WORDS, serve_web_chat

WEB = ROOT / "web"
SOURCES = [path for path in (WEB / "src").rglob("*.*") if path.is_file()]


class TestPage:
    async def test_the_page_allows_nothing_from_outside_and_no_inline_script(self) -> None:
        async with serve_web_chat() as server, server.person() as person:
            page = await person.get("/")
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-cache"
        assert WORDS.page.title in page.text
        assert "__" not in page.text

    async def test_every_file_the_page_names_is_there_and_kept_for_good(self) -> None:
        async with serve_web_chat() as server, server.person() as person:
            names = {part.split('"')[0] for part in (await person.get("/")).text.split("/assets/")[1:]}
            assert {name.rpartition(".")[2] for name in names} == {"js", "css", "svg"}
            for name in names:
                asset = await person.get(f"/assets/{name}")
                assert asset.status_code == 200
                assert "immutable" in asset.headers["cache-control"]
                assert asset.headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize("path", ["/assets/none.js", "/assets/..%2Findex.html", "/assets/%2e%2e/%2e%2e/web.py", "/assets/..%5Cweb.py"])
    async def test_no_other_file_can_be_reached(self, path: str) -> None:
        async with serve_web_chat() as server, server.person() as person:
            assert (await person.get(path)).status_code == 404

    async def test_the_whole_page_is_small_enough_for_a_slow_line(self) -> None:
        static = ROOT / "bot" / "channels" / "web_static"
        async with serve_web_chat() as server, server.person() as person:
            sizes = [int((await person.get(f"/assets/{path.name}")).headers["content-length"]) for path in (static / "assets").iterdir()]
        assert sum(sizes) < 50_000

    def test_the_committed_bundle_was_built_from_the_committed_source(self) -> None:
        names = ["index.html", "package-lock.json", "vite.config.ts", *(f"src/{path.relative_to(WEB / 'src').as_posix()}" for path in SOURCES)]
        content = b"".join((WEB / name).read_bytes() for name in sorted(names))
        built = (ROOT / "bot" / "channels" / "web_static" / "source.sha256").read_text(encoding="ascii").strip()
        assert built == hashlib.sha256(content).hexdigest(), "run `npm ci && npm run build` in web/ and commit the bundle"

    def test_the_bundle_has_no_syntax_an_old_web_view_cannot_read(self) -> None:
        (script,) = (ROOT / "bot" / "channels" / "web_static" / "assets").glob("*.js")
        assert not re.search(r"\?\.[A-Za-z_$(\[]|\?\?|catch\{|\(\?<[=!]", script.read_text(encoding="utf-8"))
        assert 'type="module"' not in (ROOT / "bot" / "channels" / "web_static" / "index.html").read_text(encoding="utf-8")

    def test_no_file_of_the_bundle_names_an_outside_place(self) -> None:
        static = ROOT / "bot" / "channels" / "web_static"
        for path in static.rglob("*.*"):
            content = path.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
            assert "http://" not in content, path.name
            assert "https://" not in content, path.name
            assert "sourceMappingURL" not in content, path.name
