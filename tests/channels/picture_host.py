"""A web server in the place of WeChat's picture host, honest or not."""

from __future__ import annotations

import contextlib
import gzip
import io
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image

from bot.channels.limits import MAX_IMAGE_BYTES


def png() -> bytes:
    """A picture."""
    content = io.BytesIO()
    Image.new("RGB", (90, 160), "white").save(content, "PNG")
    return content.getvalue()


@dataclass
class PictureHost:
    """What was asked of it, and where it is."""

    authority: str
    asked: list[str] = field(default_factory=list)

    def url(self, path: str = "/mmbiz_jpg/a/0") -> str:
        """An address on it."""
        return f"http://{self.authority}{path}"


@contextmanager
def picture_host() -> Iterator[PictureHost]:
    """Serve `/mmbiz_jpg/…` as pictures, and dishonest things elsewhere."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append(self.path)
            with contextlib.suppress(ConnectionError):
                self._answer()

        def _answer(self) -> None:
            if self.path.startswith("/redirect"):
                self._send(302, b"", Location=host.url())
            elif self.path.startswith("/gone"):
                self._send(404, png())
            elif self.path.startswith("/page"):
                self._send(200, b"<html>not a picture</html>")
            elif self.path.startswith("/huge"):
                self._send(200, png() + b"0" * (MAX_IMAGE_BYTES + 1))
            elif self.path.startswith("/bomb"):
                self._send(200, gzip.compress(b"0" * 30_000_000), **{"Content-Encoding": "gzip"})
            elif self.path.startswith("/slow"):
                self._send(200, png()[:20], **{"Content-Length": str(len(png()))})
                time.sleep(3)
            else:
                self._send(200, png())

        def _send(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    host = PictureHost(f"127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield host
    server.shutdown()
    server.server_close()
