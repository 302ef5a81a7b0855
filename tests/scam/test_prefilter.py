"""What the pre-filter turns away, the whole pipeline finds nothing in: for words hidden in every way, and in several ways at once."""

import random
from collections import defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.scam.data import DisguiseData
from bot.scam.detector import ScamDetector
from bot.scam.matching import RuleMatcher
from bot.scam.normalise import Normaliser
from bot.scam.prefilter import Prefilter
from bot.scam.tables import CharacterTables, load_tables
from tests.scam.conftest import DATA
from tests.scam.disguising import NOISE

# Besides the usual noise: letters of other scripts, bare strokes, styled digits, line separators, emoji with and without joiners.
ODD_NOISE = [*NOISE, *"あй\u00e9٣한々〇ー丶丨亅丿灬ｘ①Ⅷ㎡İßʰ。，、!1\t\r\u2028\u3000\ufe0f\u200d", "2a", "👍🏻", "🀄"]
LINE_BREAKS = ["\n", "\r", "\r\n", "\u2028", "\u2029", "\x0b", "\x85"]
BETWEEN = ["", "", "", "我", "的", "今天", " ", "，", "好", "3", "a", "你们\n", "。"]
CALM = settings(max_examples=600, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def tables() -> CharacterTables:
    return load_tables(DATA / "characters.tsv")


@pytest.fixture(scope="module")
def prefilter(matcher: RuleMatcher, disguise_data: DisguiseData, tables: CharacterTables) -> Prefilter:
    return Prefilter(matcher.traces, matcher.hints, disguise_data, tables)


class Hiding:
    """Hides words at random.

    Args:
        data: how words are hidden.
        tables: character tables.
    """

    def __init__(self, data: DisguiseData, tables: CharacterTables) -> None:
        self._data = data
        self._tables = tables
        self._alike: dict[str, list[str]] = defaultdict(list)
        self._spelled: dict[str, list[str]] = defaultdict(list)
        for character, syllable in tables.readings.items():
            self._alike[tables.codes[syllable]].append(character)
        for syllable, code in tables.codes.items():
            self._spelled[code].append(syllable)
        self._forms: dict[str, list[str]] = defaultdict(list)
        for form, meant in [*tables.simplified.items(), *tables.parts.items(), *data.shapes.items()]:
            self._forms[meant].append(form)

    def hide(self, word: str, rng: random.Random) -> str:
        return rng.choice((self._noise, self._sounds, self._letters, self._drawn, self._renamed, self._turned, self._columns, self._wide))(word, rng)

    def _noise(self, word: str, rng: random.Random) -> str:
        kinds = rng.sample(ODD_NOISE, rng.randint(1, 3))
        often = rng.random()
        return "".join(c + (rng.choice(kinds) * rng.choice((1, 1, 2)) if rng.random() < often else "") for c in word)

    def _sounds(self, word: str, rng: random.Random) -> str:
        return "".join(rng.choice(self._alike.get(self._tables.sound_of(c)) or [c]) if rng.random() < 0.5 else c for c in word)

    def _letters(self, word: str, rng: random.Random) -> str:
        return "".join(rng.choice(self._spelled.get(self._tables.sound_of(c)) or [c]) if rng.random() < 0.5 else c for c in word)

    def _drawn(self, word: str, rng: random.Random) -> str:
        return "".join(rng.choice(self._forms.get(c) or [c]) for c in word)

    def _renamed(self, word: str, rng: random.Random) -> str:
        for meant, forms in self._data.variants.items():
            word = word.replace(meant, rng.choice(forms))
        for picture, meant in self._data.symbols.items():
            word = word.replace(meant, picture) if rng.random() < 0.7 else word
        return word

    def _turned(self, word: str, rng: random.Random) -> str:
        return word[::-1]

    def _columns(self, word: str, rng: random.Random) -> str:
        height = -(-len(word) // rng.randint(2, 4))
        return rng.choice(LINE_BREAKS).join(word[row::height] for row in range(height))

    def _wide(self, word: str, rng: random.Random) -> str:
        return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in word).upper()


@pytest.fixture(scope="module")
def hiding(disguise_data: DisguiseData, tables: CharacterTables) -> Hiding:
    return Hiding(disguise_data, tables)


def hidden(hiding: Hiding, words: list[str], rng: random.Random) -> str:
    """Write a few words, most of them hidden, some of them twice over."""
    written = []
    for word in rng.choices(words, k=rng.randint(1, 4)):
        once = hiding.hide(word, rng) if rng.random() < 0.9 else word
        written.append((hiding.hide(once, rng) if rng.random() < 0.3 else once) + rng.choice(BETWEEN))
    return "".join(written)


@given(seed=st.integers(0, 10_000_000))
@CALM
def test_what_it_turns_away_holds_no_trace(
    prefilter: Prefilter, normaliser: Normaliser, matcher: RuleMatcher, hiding: Hiding, disguise_data: DisguiseData, seed: int
) -> None:
    words = [*sorted(matcher.traces | matcher.hints), *disguise_data.keywords * 5]
    rng = random.Random(seed)
    # Few texts of hidden words are turned away, so each example makes many.
    for text in [hidden(hiding, words, rng) for _ in range(20)]:
        if not prefilter.may_hold(text):
            assert matcher.match(normaliser.normalise(text).text) is None


@pytest.mark.parametrize(
    "text",
    [
        "建〇档，没退", "倒あ闭手印", "谎й称", "拿来\r回", "授书\u2028权", "号单🛡", "账到费🔙", "录囙", "挽徽", "全①额②退③",
        "全丶额丨退丶保", "⁺v", "留下“退回”",
        "訁舌術", "全不\u2029额成\u2029退功",
    ],
)  # fmt: skip
def test_rare_disguises_are_not_turned_away(prefilter: Prefilter, text: str) -> None:
    assert prefilter.may_hold(text)
    assert prefilter.may_hold_each(["好", text, ""]) == [False, True, False]


@given(seed=st.integers(0, 10_000_000), plain=st.lists(st.text(max_size=30), max_size=20))
@CALM
def test_many_texts_at_once_are_judged_like_each(prefilter: Prefilter, hiding: Hiding, matcher: RuleMatcher, seed: int, plain: list[str]) -> None:
    rng = random.Random(seed)
    words = sorted(matcher.traces | matcher.hints)
    texts = [*plain, *(hidden(hiding, words, rng) for _ in range(5)), *("满100减10元、满50减5元", "\ud800", "\uf8ff", "")]
    rng.shuffle(texts)
    assert prefilter.may_hold_each(texts) == [prefilter.may_hold(text) for text in texts]


def test_no_text_is_judged_by_its_neighbours(prefilter: Prefilter) -> None:
    assert prefilter.may_hold_each(list("全额退保不成功不收费")) == [False] * 10
    assert prefilter.may_hold_each([]) == []


def test_everyday_talk_is_turned_away(prefilter: Prefilter) -> None:
    assert prefilter.may_hold_each(["今天吃了吗", "明早八点老地方见", "[微笑]好的好的", "这周末去爬山怎么样？"]) == [False] * 4


@given(
    texts=st.lists(
        st.one_of(st.text(max_size=20), st.sampled_from(["全额退保，不成功不收费", "甲：在吗\n乙：在\n甲：退保", "退" * 1_200])), max_size=8
    )
)
@settings(CALM, max_examples=100)
def test_many_texts_get_the_verdicts_of_each(detector: ScamDetector, texts: list[str]) -> None:
    assert detector.screen_texts(texts) == [detector.screen_text(text, prefiltered=False) for text in texts]
