"""What must hold for every text, not only for those someone thought of."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.scam.data import Verdict
from bot.scam.detector import ScamDetector
from bot.scam.normalise import Normaliser
from tests.scam.disguising import NOISE, disguise

WORDS = [
    "退保",
    "全额",
    "葆费",
    "辶艮",
    "亻呆",
    "tui",
    "保单",
    "，",
    "。",
    "*",
    "🌹",
    "\u200b",
    "額",
    "ｖ",
    "VX",
    "\n",
    " ",
    "我",
    "百分之三十",
    "加微信",
    "保",
    "退",
    "不成功不收费",
]
TEXTS = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=20).map("".join))
SLOGANS = st.sampled_from(
    [
        "全额退保，不成功不收费",
        "把身份证和银行卡寄给我们，帮您全额退保",
        "投诉信我们帮你写好，12378打过去就说业务员误导",
        "退保成功收你百分之三十手续费",
    ]
)
CALM = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(text=TEXTS)
@CALM
def test_every_offset_leads_back_into_the_raw_text(normaliser: Normaliser, text: str) -> None:
    mapped = normaliser.normalise(text)
    if mapped.starts is not None and mapped.ends is not None:
        assert len(mapped.starts) == len(mapped.ends) == len(mapped.text)
    for place in range(len(mapped.text)):
        start, end = mapped.raw_span(place, place + 1)
        assert 0 <= start < end <= len(text)


@given(text=TEXTS)
@CALM
def test_normalising_twice_changes_nothing(normaliser: Normaliser, text: str) -> None:
    once = normaliser.normalise(text).text
    assert normaliser.normalise(once).text == once


@given(text=TEXTS)
@CALM
def test_the_prefilter_never_changes_a_verdict(detector: ScamDetector, text: str) -> None:
    assert detector.screen_text(text) == detector.screen_text(text, prefiltered=False)


@given(text=TEXTS)
@CALM
def test_every_signal_points_at_its_phrase_and_every_score_is_a_probability(detector: ScamDetector, text: str) -> None:
    screening = detector.screen_text(text)
    assert 0.0 <= screening.score <= 1.0
    for signal in screening.signals:
        assert text[signal.start : signal.end] == signal.phrase != ""


@given(slogan=SLOGANS, data=st.data())
@CALM
def test_noise_between_characters_never_lowers_a_verdict_to_none(detector: ScamDetector, slogan: str, data: st.DataObject) -> None:
    noise = data.draw(st.lists(st.sampled_from(["", *NOISE]), min_size=len(slogan), max_size=len(slogan)))
    noisy = "".join(a + b for a, b in zip(slogan, noise, strict=True))
    assert detector.screen_text(noisy).verdict is not Verdict.NONE


@given(slogan=SLOGANS, seed=st.integers(0, 10_000))
@CALM
def test_no_usual_disguise_hides_a_slogan(detector: ScamDetector, slogan: str, seed: int) -> None:
    assert detector.screen_text(disguise(slogan, seed)).verdict is not Verdict.NONE
