"""Tells what a file really is, refuses what is two things at once, and makes a clean copy of images."""

import io
import re
import warnings
from enum import StrEnum

from PIL import Image, ImageOps, UnidentifiedImageError

from bot.intake.errors import IntakeError

JPEG_QUALITY = 88
SMOOTH_MODES = frozenset({"L", "RGB", "RGBA", "CMYK", "YCbCr"})  # those that Pillow makes smaller without breaking letters
PDF_TAIL = 2048  # bytes behind the last %%EOF in which junk is tolerated
# What a browser or an unpacker would take for a page, a program or an archive when it is hidden inside an image, a recording or a PDF.
_HIDDEN = (b"<script", b"<html", b"<!doctype html", b"<?php", b"<svg", b"#!/", b"javascript:")
_ARCHIVES = (b"PK\x03\x04", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"PK\x05\x06")
_PDF_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA|OpenAction)\b")


class MediaType(StrEnum):
    """What is taken as evidence."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    MP3 = "audio/mpeg"
    M4A = "audio/mp4"
    WAV = "audio/wav"
    AMR = "audio/amr"
    PDF = "application/pdf"

    @property
    def is_image(self) -> bool:
        """Whether a clean copy is made of it."""
        return self.value.startswith("image/")


_MAGIC = (
    (MediaType.JPEG, re.compile(rb"\xff\xd8\xff")),
    (MediaType.PNG, re.compile(rb"\x89PNG\r\n\x1a\n")),
    (MediaType.WEBP, re.compile(rb"RIFF.{4}WEBP", re.DOTALL)),
    (MediaType.WAV, re.compile(rb"RIFF.{4}WAVE", re.DOTALL)),
    (MediaType.MP3, re.compile(rb"ID3|\xff[\xe2-\xe7\xf2-\xf7\xfa-\xfb]")),
    (MediaType.M4A, re.compile(rb".{4}ftyp(?:M4A |M4B |mp42|isom|dash)", re.DOTALL)),
    (MediaType.AMR, re.compile(rb"#!AMR")),
    (MediaType.PDF, re.compile(rb"%PDF-")),
)
_PILLOW = {MediaType.JPEG: "JPEG", MediaType.PNG: "PNG", MediaType.WEBP: "WEBP"}


def detect(content: bytes) -> MediaType:
    """Returns what a file is by its content.

    Raises:
        IntakeError: `evidence_kind_unknown`, or `evidence_ambiguous` when it could be read as something else too (a polyglot).
    """
    media_type = _by_magic(content)
    if media_type is None:
        raise IntakeError("evidence_kind_unknown")
    lowered = content.lower()
    if any(mark in lowered for mark in _HIDDEN if mark != b"#!/") or content.startswith(b"#!/"):
        raise IntakeError("evidence_ambiguous")
    if any(_is_archive_member(content, mark) for mark in _ARCHIVES):
        raise IntakeError("evidence_ambiguous")
    if media_type is MediaType.PDF:
        _check_pdf(content)
    elif b"%PDF-" in content[:1024]:
        raise IntakeError("evidence_ambiguous")
    return media_type


def _is_archive_member(content: bytes, mark: bytes) -> bool:
    """Archives are read from their end, so one glued behind an image opens as an archive; four bytes by chance do not."""
    position = content.find(mark)
    if position < 0:
        return False
    return mark != b"PK\x03\x04" or b"PK\x05\x06" in content[position:] or b"PK\x01\x02" in content[position:]


def _by_magic(content: bytes) -> MediaType | None:
    return next((media_type for media_type, magic in _MAGIC if magic.match(content)), None)


def _check_pdf(content: bytes) -> None:
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise IntakeError("evidence_unreadable")
    if len(content) - end > PDF_TAIL or _PDF_ACTIVE.search(content):
        raise IntakeError("evidence_ambiguous")


def clean_image(content: bytes, media_type: MediaType, most_pixels: int, longest_side: int) -> bytes:
    """Returns an image decoded and written anew as JPEG: no EXIF, no place, no hidden parts, upright, and no larger than needed.

    Raises:
        IntakeError: `evidence_image_too_large` (checked before decoding: a small file can claim a huge image), `evidence_unreadable`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[_PILLOW[media_type]]) as image:
                if image.width * image.height > most_pixels:
                    raise IntakeError("evidence_image_too_large")
                # Made smaller before anything else: it halves the memory, 50 megapixels take 280 MB.
                small = image if image.mode in SMOOTH_MODES else image.convert("RGB")
                small.thumbnail((longest_side, longest_side))
                upright = ImageOps.exif_transpose(small).convert("RGB")
        clean = io.BytesIO()
        fresh = Image.new("RGB", upright.size)
        fresh.paste(upright)
        fresh.save(clean, "JPEG", quality=JPEG_QUALITY)
    except (Image.DecompressionBombError, MemoryError) as error:
        raise IntakeError("evidence_image_too_large") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, KeyError, IndexError) as error:
        raise IntakeError("evidence_unreadable") from error
    return clean.getvalue()
