from datetime import UTC, date, datetime

from bot.local_time import local_day


def test_a_day_in_china_begins_eight_hours_before_it_does_in_utc() -> None:
    assert local_day(datetime(2026, 11, 22, 15, 59, tzinfo=UTC)) == date(2026, 11, 22)
    assert local_day(datetime(2026, 11, 22, 16, 0, tzinfo=UTC)) == date(2026, 11, 23)
