import csv
import io
import json

import pytest

from bot.scam.bulk import Row, as_json, read_rows, screen, screen_all
from bot.scam.data import load_signals
from bot.scam.detector import ScamDetector
from bot.scam.errors import ScamInputError
from bot.scam.report import HtmlReport
from tests.scam.conftest import DATA, MODELS

SLOGAN = "全额退保，不成功不收费"


def rows_of(data: bytes, form: str) -> list[Row]:
    return list(read_rows(io.BytesIO(data), form))


def test_all_formats_give_the_same_texts() -> None:
    texts = [SLOGAN, "吃了吗", "一,二"]
    table = io.StringIO()
    csv.writer(table).writerows([["id", "内容"], *([i, text] for i, text in enumerate(texts))])
    as_lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    assert [row.text for row in rows_of(as_lines.encode(), "jsonl")] == texts
    assert [row.text for row in rows_of("\n".join(texts).encode(), "txt")] == texts
    assert [row.text for row in rows_of(b"\xef\xbb\xbf" + table.getvalue().encode(), "csv")] == texts


def test_a_chat_export_is_one_conversation() -> None:
    (row,) = rows_of("甲：您好\n乙：在\n甲：退保吗".encode(), "chat")
    assert [turn.speaker for turn in row.turns] == ["甲", "乙", "甲"]


def test_a_broken_row_gets_an_answer_of_its_own(detector: ScamDetector) -> None:
    rows = rows_of(b'{"text": "a"}\nnot json\n{"text": 5}\n{"other": 1}\n', "jsonl")
    answers = [json.loads(as_json(row, *screen(detector, [row]))) for row in rows]
    assert [answer.get("error") for answer in answers] == [None, "bad_row", "bad_row", "bad_row"]


def test_broken_encodings_are_read_as_far_as_they_go() -> None:
    assert [row.text for row in rows_of(b"ok\n\xff\xfe\xb1\xa3\n" + "退保".encode("gbk"), "txt")][0] == "ok"


def test_a_table_without_a_text_column_is_refused() -> None:
    with pytest.raises(ScamInputError, match="csv_without_text"):
        rows_of(b"a,b\n1,2\n", "csv")


def test_verdicts_are_those_of_the_chat_in_order_with_any_number_of_workers(detector: ScamDetector) -> None:
    rows = [Row(text=SLOGAN if i % 7 == 0 else f"第{i}条") for i in range(600)]
    one = [line for _, line in screen_all(rows, DATA, MODELS, workers=1)]
    two = [line for _, line in screen_all(iter(rows), DATA, MODELS, workers=2)]
    assert one == two == [as_json(row, detector.screen_text(row.text)) for row in rows]


def test_the_output_names_turn_and_offsets(detector: ScamDetector) -> None:
    (row,) = rows_of(json.dumps({"turns": [{"speaker": "a", "text": "您好"}, {"speaker": "a", "text": SLOGAN}]}).encode(), "jsonl")
    told = json.loads(as_json(row, *screen(detector, [row])))
    assert told["verdict"] == "evident"
    assert {signal["turn"] for signal in told["signals"]} == {1}
    assert all(SLOGAN[s["start"] : s["end"]] == s["phrase"] for s in told["signals"])


def test_the_report_marks_phrases_and_escapes_what_was_written(detector: ScamDetector) -> None:
    page = io.StringIO()
    report = HtmlReport(page, load_signals(DATA))
    row = Row(text=f"<script>alert(1)</script>{SLOGAN}")
    report.add(row, as_json(row, *screen(detector, [row])))
    report.close()
    assert "<mark" in page.getvalue()
    assert "<script>" not in page.getvalue()
