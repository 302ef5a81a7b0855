from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.scam.bubbles import TextLine, turns_of
from bot.scam.data import Verdict
from bot.scam.detector import ScamDetector
from bot.scam.screenshot import ScreenshotReader

SCREENS = Path(__file__).parent / "screens"


@pytest.fixture(scope="module")
def reader() -> Iterator[ScreenshotReader]:
    reader = ScreenshotReader(seconds=120)
    yield reader
    reader.close()


def test_a_chat_screenshot_is_read_into_turns_and_judged(reader: ScreenshotReader, detector: ScamDetector) -> None:
    seen = reader.read((SCREENS / "chat.png").read_bytes())
    assert [turn.speaker for turn in seen.turns] == ["left", "right", "left", "right", "left"]
    assert "不成功不收费" in seen.turns[0].text
    assert "立案" in seen.turns[2].text
    assert detector.screen_turns(seen.turns).verdict is Verdict.EVIDENT


def test_a_qr_code_is_shown_not_opened(reader: ScreenshotReader) -> None:
    assert reader.read((SCREENS / "chat.png").read_bytes()).qr_targets == ("https://example.com/tuibao?x=1",)


def test_wrapped_lines_join_and_clock_times_go() -> None:
    lines = [
        TextLine("下午 3:42", 330, 10, 400, 30),
        TextLine("您好我们专门", 100, 60, 400, 90),
        TextLine("办理退保", 100, 100, 300, 130),
        TextLine("真的吗", 500, 200, 600, 230),
        TextLine("真的", 100, 300, 200, 330),
    ]
    assert [(turn.speaker, turn.text) for turn in turns_of(lines, 720)] == [("left", "您好我们专门办理退保"), ("right", "真的吗"), ("left", "真的")]


def test_a_bubble_from_margin_to_margin_is_told_by_its_colour() -> None:
    lines = [
        TextLine("您好我们专门办理退保", 139, 60, 561, 90, ground=(255, 255, 255)),
        TextLine("保险公司说只能退现金", 148, 200, 570, 230, ground=(149, 236, 105)),
        TextLine("他们骗您的您把证件发我", 139, 300, 561, 330, ground=(44, 44, 44)),
    ]
    assert [turn.speaker for turn in turns_of(lines, 720)] == ["left", "right", "left"]


def test_letters_on_a_picture_beside_a_bubble_do_not_cut_it() -> None:
    lines = [TextLine("您好我们专门", 139, 60, 400, 90), TextLine("王", 39, 62, 80, 95), TextLine("办理退保", 139, 100, 300, 130)]
    assert [turn.text for turn in turns_of(lines, 720)] == ["您好我们专门办理退保", "王"]


def test_the_chat_server_never_loads_the_recognition_model() -> None:
    import subprocess
    import sys

    heavy = "{'rapidocr', 'onnxruntime', 'cv2', 'PIL', 'sklearn', 'pypinyin'}"
    told = f"import sys, bot.scam.detector, bot.scam.screenshot; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout.strip() == "[]"
