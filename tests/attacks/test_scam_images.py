"""Files that claim to be pictures: refused by content, in bounded time, with words for the person; the next picture is still read."""

import io
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from PIL import Image

from bot.scam.errors import ScamInputError
from bot.scam.screenshot import MAX_IMAGE_BYTES, ScreenshotReader, decode

ROOT = Path(__file__).parents[2]
GOOD = (ROOT / "tests" / "scam" / "screens" / "chat.png").read_bytes()
WORDS = yaml.safe_load((ROOT / "data" / "scam" / "words.yml").read_text(encoding="utf-8"))["errors"]


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.png", b"x" * 1000)
    return file.getvalue()


def bomb() -> bytes:
    """A header of 60,000 by 60,000 pixels over next to no data."""
    header = (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    chunk = b"IHDR" + header
    data = b"IDAT" + zlib.compress(b"\0" * 1000)
    chunks = b"".join((len(c) - 4).to_bytes(4, "big") + c + zlib.crc32(c).to_bytes(4, "big") for c in (chunk, data, b"IEND"))
    return b"\x89PNG\r\n\x1a\n" + chunks


@pytest.fixture(scope="module")
def reader() -> Iterator[ScreenshotReader]:
    reader = ScreenshotReader(seconds=120)
    yield reader
    reader.close()


@pytest.mark.parametrize(
    ("file", "key"),
    [
        (b"", "image_unreadable"),
        (zipped(), "image_unreadable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image_unreadable"),
        (b"%PDF-1.7 not a picture", "image_unreadable"),
        (GOOD[:3_000], "image_unreadable"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "image_unreadable"),
        (b"GIF89a" + zipped(), "image_unreadable"),
        (encoded(Image.new("1", (20_000, 20_000))), "image_too_large"),
        (bomb(), "image_too_large"),
        (b"\x89PNG" + b"\0" * MAX_IMAGE_BYTES, "image_too_large"),
    ],
    ids=["empty", "zip named png", "svg", "pdf", "truncated", "garbage", "polyglot", "20000x20000", "bomb", "heavy"],
)
def test_what_is_no_readable_picture_is_refused_in_words(reader: ScreenshotReader, file: bytes, key: str) -> None:
    started = time.monotonic()
    with pytest.raises(ScamInputError) as refused:
        reader.read(file)
    assert refused.value.key == key
    assert WORDS[key]
    assert time.monotonic() - started < 60


def test_after_bad_files_a_good_one_is_still_read(reader: ScreenshotReader) -> None:
    with pytest.raises(ScamInputError):
        reader.read(GOOD[:2_000])
    assert reader.read(GOOD).turns


def test_nothing_but_pixels_goes_further() -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    pixels = decode(encoded(Image.new("RGB", (40, 20), "white"), "JPEG", exif=exif))
    assert (pixels.width, pixels.height) == (40, 20)
    assert b"secret" not in pixels.data
    assert len(pixels.data) == 40 * 20 * 3


def test_a_reading_that_takes_too_long_is_ended_and_the_reader_lives_on() -> None:
    hurried = ScreenshotReader(seconds=0.01)
    with pytest.raises(ScamInputError) as refused:
        hurried.read(GOOD)
    assert refused.value.key == "image_timeout"
    hurried.close()
