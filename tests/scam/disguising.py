"""Hides words the way agents do, to measure and test what the normaliser undoes."""

from __future__ import annotations

import random
from collections.abc import Callable

NOISE = ("*", " ", "·", "🌹", "\u200b", "~", "_", "✨", "|", "^", "．", "—")
_SOUND_ALIKES = str.maketrans(
    {"保": "葆", "退": "蜕", "费": "廢", "额": "鹅", "险": "险", "单": "丹", "投": "头", "诉": "诉", "证": "政", "微": "薇"}
)
_LETTERS = {"退保": "tui保", "保费": "b费", "保险": "bao险", "微信": "VX", "全额": "全e", "手续费": "手xu费", "投诉": "tou诉", "身份证": "sfz"}
_SPLIT = {"保": "亻呆", "退": "辶艮", "费": "弗贝", "信": "亻言", "证": "讠正", "额": "客页", "险": "阝佥"}
_TRADITIONAL = str.maketrans(
    "额险费单证东续诉银码员团队帮办让说给钱讲还过时间专业师务权协议约赔偿录", "額險費單證東續訴銀碼員團隊幫辦讓說給錢講還過時間專業師務權協議約賠償錄"
)


def _noise(text: str, rng: random.Random) -> str:
    return "".join(c + (rng.choice(NOISE) if rng.random() < 0.6 else "") for c in text)


def _replaced(table: dict[str, str]) -> Callable[[str, random.Random], str]:
    def hide(text: str, rng: random.Random) -> str:
        for word, other in table.items():
            if rng.random() < 0.8:
                text = text.replace(word, other)
        return text

    return hide


def _wide(text: str, rng: random.Random) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" and rng.random() < 0.9 else c for c in text)


_WAYS: tuple[Callable[[str, random.Random], str], ...] = (
    _noise,
    lambda text, _: text.translate(_SOUND_ALIKES),
    _replaced(_LETTERS),
    _replaced(_SPLIT),
    lambda text, _: text.translate(_TRADITIONAL),
    _wide,
    lambda text, _: text[::-1],
)


def disguise(text: str, seed: int) -> str:
    """Hide a text by one or two of the usual ways, always the same for the same seed.

    Args:
        text: an agent's text.
        seed: decides the ways and places.
    """
    rng = random.Random(seed)
    first = _WAYS[seed % len(_WAYS)]
    hidden = first(text, rng)
    return _noise(hidden, rng) if first is not _noise and rng.random() < 0.3 else hidden
