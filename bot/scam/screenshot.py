"""Reads screenshots and QR codes in a process of its own: the recognition model needs 650 MB and must not stop the chat when it fails.

The picture is judged by its content, decoded to bare pixels (so no EXIF or script goes further), and never opened, followed or run.
"""

from __future__ import annotations

import io
import multiprocessing
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from bot.scam.bubbles import TextLine, turns_of
from bot.scam.chats import Turn
from bot.scam.errors import ScamInputError

MAX_IMAGE_BYTES = 10_000_000
MAX_IMAGE_PIXELS = 30_000_000
# A long screenshot is read in pieces, so that its letters keep their size; the pieces overlap by more than two lines of the largest letters.
MAX_ASPECT = 2.5
OVERLAP_PIXELS = 200
MAX_WIDTH_PIXELS = 1_440
# Reading waits at most this long, in seconds; the first reading also loads the model.
READ_SECONDS = 30.0
# Requests that may wait for a worker; the next one is told to come back.
MAX_WAITING = 4
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")
MIN_LINE_SCORE = 0.5
MAX_QR_TARGET_CHARS = 2_000
_MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF", b"BM", b"GIF8")


@dataclass(frozen=True, slots=True)
class ScreenshotText:
    """What a screenshot says.

    Args:
        turns: what was said; the speaker is ``left`` or ``right``.
        qr_targets: where its QR codes lead, as text; nothing was opened.
    """

    turns: tuple[Turn, ...]
    qr_targets: tuple[str, ...]


class ScreenshotReader:
    """Reads screenshots in worker processes.

    Args:
        max_workers: processes to keep; each needs about 650 MB once it has read.
        seconds: how long one reading may take.
    """

    def __init__(self, max_workers: int = 1, seconds: float = READ_SECONDS) -> None:
        self._seconds = seconds
        self._context = multiprocessing.get_context("spawn")
        self._places = threading.BoundedSemaphore(max_workers + MAX_WAITING)
        self._free = [_Worker(self._context) for _ in range(max_workers)]
        self._ready = threading.Condition()

    def start(self) -> None:
        """Start the workers, which load the model while nobody waits; without this the first reading does."""
        with self._ready:
            for worker in self._free:
                worker.start()

    def read(self, image: bytes) -> ScreenshotText:
        """Read a screenshot. Blocks; call it from a thread.

        Args:
            image: the file as uploaded, PNG, JPEG, WebP, BMP or GIF.

        Raises:
            ScamInputError: ``image_too_large``, ``image_unreadable``, ``image_busy`` or ``image_timeout``.
        """
        if len(image) > MAX_IMAGE_BYTES:
            raise ScamInputError("image_too_large", f"{len(image)} bytes")
        if not image.startswith(_MAGIC):
            raise ScamInputError("image_unreadable", "not an image")
        if not self._places.acquire(blocking=False):
            raise ScamInputError("image_busy")
        try:
            worker = self._take()
            try:
                return worker.read(image, self._seconds)
            finally:
                self._give_back(worker)
        finally:
            self._places.release()

    def close(self) -> None:
        """Stop the workers."""
        with self._ready:
            for worker in self._free:
                worker.stop()

    def _take(self) -> _Worker:
        with self._ready:
            if not self._ready.wait_for(lambda: bool(self._free), timeout=self._seconds):
                raise ScamInputError("image_busy")
            return self._free.pop()

    def _give_back(self, worker: _Worker) -> None:
        with self._ready:
            self._free.append(worker)
            self._ready.notify()


class _Worker:
    """One process, started when first needed and anew after it failed."""

    def __init__(self, context: multiprocessing.context.SpawnContext) -> None:
        self._context = context
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def read(self, image: bytes, seconds: float) -> ScreenshotText:
        pipe = self.start()
        try:
            pipe.send_bytes(image)
            if not pipe.poll(seconds):
                self.stop()
                raise ScamInputError("image_timeout")
            answer = pipe.recv()
        except (OSError, EOFError) as error:
            # The picture killed the process (or the machine did); the next one gets a new process.
            self.stop()
            raise ScamInputError("image_unreadable", "the reader stopped") from error
        if isinstance(answer, ScreenshotText):
            return answer
        raise ScamInputError(*answer)

    def start(self) -> Connection:
        """Start the process unless it runs; does not wait for it to be ready."""
        if self._pipe is None or self._process is None or not self._process.is_alive():
            self.stop()
            self._pipe, theirs = self._context.Pipe()
            self._process = self._context.Process(target=_serve, args=(theirs,), daemon=True)
            self._process.start()
            theirs.close()
        return self._pipe

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None


def _serve(pipe: Connection) -> None:
    """Read picture after picture until the parent goes away."""
    # Only this process pays for the recognition model.
    from bot.scam.recognition import Recogniser  # noqa: PLC0415

    recogniser = Recogniser()
    while True:
        try:
            image = pipe.recv_bytes()
        except EOFError:
            return
        try:
            pixels = decode(image)
            lines = recogniser.lines(pixels)
            turns = turns_of(lines, pixels.width)
            pipe.send(ScreenshotText(tuple(turns), tuple(recogniser.qr_targets(pixels))))
        except ScamInputError as error:
            pipe.send((error.key, error.detail))


def decode(image: bytes) -> Pixels:
    """Check a picture by its content and give its bare pixels.

    Raises:
        ScamInputError: ``image_too_large`` by its header, before anything is decoded, or ``image_unreadable``.
    """
    from PIL import Image, ImageOps  # noqa: PLC0415 - only the reading process needs it

    try:
        with Image.open(io.BytesIO(image), formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_IMAGE_PIXELS:
                raise ScamInputError("image_too_large", f"{picture.width}x{picture.height} pixels")
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except ScamInputError:
        raise
    except Image.DecompressionBombError as error:
        raise ScamInputError("image_too_large", "pixels") from error
    except (OSError, ValueError, SyntaxError, MemoryError, EOFError) as error:
        raise ScamInputError("image_unreadable", type(error).__name__) from error
    if upright.width > MAX_WIDTH_PIXELS:
        upright = upright.resize((MAX_WIDTH_PIXELS, max(1, upright.height * MAX_WIDTH_PIXELS // upright.width)))
    return Pixels(upright.width, upright.height, upright.tobytes())


@dataclass(frozen=True, slots=True)
class Pixels:
    """A decoded picture: 8-bit RGB rows from top to bottom."""

    width: int
    height: int
    data: bytes


__all__ = ["Pixels", "ScreenshotReader", "ScreenshotText", "TextLine", "decode"]
