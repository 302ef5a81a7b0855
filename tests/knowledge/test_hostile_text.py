import time
from collections.abc import Callable
from datetime import date

import pytest

from bot.knowledge.check import Everything
from bot.knowledge.dates import find_dates
from bot.knowledge.quantities import find_amounts, find_durations, find_rates

MESSAGE_LENGTH = 10_000
"""Characters; the channels cut longer messages."""
LONGEST_SECONDS = 2.0

HOSTILE = [
    "1",
    "一",
    "9,999,",
    "十月",
    "百分之",
    "2026-",
    "万",
    "0.",
    "平安",
    "四平铁西",
    "半个月前",
    "了",
    " ",
    "保证能",
    "《",
    "第1条",
    "3到",
    "卡里的钱被",
    "，",
    "a1",
    "２",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_text_made_to_hurt_is_read_in_bounded_time(everything: Everything, piece: str) -> None:
    text = (piece * MESSAGE_LENGTH)[:MESSAGE_LENGTH]
    library = everything.library
    readers: list[Callable[[str], object]] = [
        find_amounts,
        find_rates,
        find_durations,
        lambda said: find_dates(said, date(2026, 11, 23)),
        library.insurers.find,
        library.regions.find,
        library.products.find,
        everything.which_door.situations_in,
        everything.first_aid.detect_handover,
        everything.reply_guard.check,
        lambda said: everything.follow_ups.resolve(said, "refund_time"),
    ]
    for reader in readers:
        started = time.process_time()
        reader(text)
        assert time.process_time() - started < LONGEST_SECONDS
