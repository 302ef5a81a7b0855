from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.transcripts.projection import clean_text, clean_value, project
from tests.transcripts.conftest import INDEX_KEY
from tests.transcripts.events import NOON, replied, said, slot

RECEIPT = "4821739056128834"
WRITTEN = [
    RECEIPT,
    "4821 7390 5612 8834",
    "4821-7390-5612-8834",
    "48 21 73 90 56 12 88 34",
    "4 8 2 1 7 3 9 0 5 6 1 2 8 8 3 4",
    "４８２１７３９０５６１２８８３４",
    "回执4821.7390.5612.8834谢谢",
    "4821，7390，5612，8834",
    "四八二一七三九零五六一二八八三四",
]


def stored(event: dict[str, object]) -> str:
    return json.dumps(project(event, INDEX_KEY), ensure_ascii=False)


@pytest.mark.parametrize("written", WRITTEN)
def test_a_receipt_is_never_kept_however_it_was_typed(written: str) -> None:
    events = [
        said(f"我的回执是{written}，查一下", entities=[{"entity": "receipt", "value": written, "start": 5, "end": 5 + len(written)}]),
        replied(f"您的回执：{written}", buttons=(written,)),
        slot("receipt", written),
        slot("answers", {"nested": [{"deep": written}]}),
    ]
    for event in events:
        kept = stored(event)
        assert written not in kept
        assert "48217390" not in kept.replace(" ", "").replace("-", "")


def test_a_receipt_or_phone_number_kept_as_a_number_is_masked_too() -> None:
    assert RECEIPT not in stored(slot("receipt", int(RECEIPT)))
    assert "13812345678" not in stored(slot("phone", 13812345678))
    assert "13812345678" not in stored(slot("phone", 13812345678.0))


def test_sums_years_and_flags_stay_what_they_are() -> None:
    assert clean_value({"sum": 30000, "rate": 0.3, "year": 2023, "agreed": True, "none": None}) == {
        "sum": 30000,
        "rate": 0.3,
        "year": 2023,
        "agreed": True,
        "none": None,
    }


def test_who_a_reporter_is_does_not_survive_in_a_slot() -> None:
    kept = stored(
        slot("tip_off", {"values": {"reporter_name": "王秀英", "reporter": {"address": "铁东区"}, "name": "王秀英", "suspect_name": "老刘"}})
    )
    assert "王秀英" not in kept
    assert "铁东区" not in kept
    assert "老刘" in kept


def test_not_a_number_in_a_slot_is_kept_as_words() -> None:
    assert clean_value(float("nan")) == "nan"
    assert clean_value(float("inf")) == "inf"


def test_what_the_scam_guard_quotes_is_masked() -> None:
    signals = [{"signal": "private_contact", "start": 0, "end": 15, "phrase": "加我13812345678"}]
    assert "13812345678" not in stored(said("加我13812345678", scam={"verdict": "suspicious", "signals": signals}))


def test_raw_text_inside_parse_data_is_not_kept() -> None:
    event = said("卡号6222021234567890123", response_selector={"raw": "6222021234567890123"}, text_tokens=[[0, 2]])
    assert "6222021234567890123" not in stored(event)


@given(st.text(max_size=200))
def test_cleaning_keeps_every_character_in_its_place(text: str) -> None:
    assert len(clean_text(text)) == len(text)


def test_the_fingerprint_of_an_event_cannot_be_recomputed_without_the_key() -> None:
    event = said(RECEIPT, at=NOON)
    first, second = project(event, INDEX_KEY), project(event, b"x" * 32)
    assert first is not None
    assert second is not None
    assert first["digest"] != second["digest"]
