"""Stops uploads before the disk is full, so that tip-offs themselves, which are small, can still be stored."""

import shutil
from pathlib import Path

from bot.intake.errors import IntakeError


def check_free_space(folder: Path, coming: int, keep_free: int) -> None:
    """Refuses a file that would leave too little room.

    Args:
        folder: Where files are kept; made when missing.
        coming: Bytes about to be written.
        keep_free: Bytes that must stay free.

    Raises:
        IntakeError: `store_full`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise IntakeError("store_full") from error
    if free - 2 * coming < keep_free:  # the original and the copy to show
        raise IntakeError("store_full")
