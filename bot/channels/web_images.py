"""Screenshots sent through the page: checked by content, then handed to whoever can read them."""

from __future__ import annotations

import asyncio
import io
import warnings
from collections.abc import Awaitable, Callable
from typing import Any, Final

from PIL import Image
from sanic import Sanic

from bot.channels.incoming import ChannelError
from bot.channels.limits import MAX_IMAGE_PIXELS

App = Sanic[Any, Any]
ImageHook = Callable[[bytes, str], Awaitable[str]]
ACCEPTED_FORMATS: Final = ("PNG", "JPEG", "WEBP")


class ImageRefusedError(Exception):
    """An image hook cannot use this image. Its one argument is the sentence the person reads."""


def set_image_hook(app: App, hook: ImageHook) -> None:
    """Say who reads screenshots.

    Args:
        app: The chat server's app.
        hook: `async (image bytes, sender id) -> the words in the image`, laid out as a pasted chat would be. It may raise
            `ImageRefusedError`. Without a hook people are asked to paste the words instead.
    """
    app.ctx.web_image_hook = hook


def image_hook(app: App) -> ImageHook | None:
    """Find out who reads screenshots, if anybody does."""
    return getattr(app.ctx, "web_image_hook", None)


async def check_image(image: bytes) -> None:
    """Refuse what is not an image we read, judged by content: a name or a Content-Type can be anything.

    Args:
        image: The uploaded bytes.

    Raises:
        ChannelError: `image_kind` (415) or, for too many pixels, `image_too_big` (413).
    """
    await asyncio.to_thread(_check, image)


def _check(image: bytes) -> None:
    try:
        with warnings.catch_warnings():
            # Pillow only warns about large images; the size is compared below, before a pixel is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(image), formats=ACCEPTED_FORMATS) as opened:
                width, height = opened.size
                if width * height <= MAX_IMAGE_PIXELS:
                    opened.verify()
    except Image.DecompressionBombError as error:
        raise ChannelError("image_too_big", 413) from error
    # Pillow's readers raise these, and SyntaxError, on damaged files.
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise ChannelError("image_kind", 415) from error
    if width * height > MAX_IMAGE_PIXELS:
        raise ChannelError("image_too_big", 413)
