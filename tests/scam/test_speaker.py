"""How texts and conversations are described to the speaker models, and how the models are kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.scam.chats import Turn, persons
from bot.scam.errors import ScamInputError
from bot.scam.speaker import SPEAKERS, SpeakerModel, SpeakerModels, conversation_features


def _shared(one: list[tuple[str, str]], other: list[tuple[str, str]]) -> tuple[int, int, int]:
    first, second = (set(conversation_features([(who, text, []) for who, text in said]).ids.tolist()) for said in (one, other))
    return len(first & second), len(first - second), len(second - first)


def test_who_says_what_matters_and_so_does_the_name() -> None:
    said = [("甲", "把保单和银行卡拍给我看看"), ("乙", "这样行吗")]
    assert min(_shared(said, [("乙", said[0][1]), ("甲", said[1][1] * 5)])[1:]) > 0
    assert min(_shared(said, [("退保王老师", said[0][1]), ("乙", said[1][1])])[1:]) > 0


def test_where_nobody_is_named_two_people_take_turns() -> None:
    assert persons([Turn("", "在吗"), Turn("", "在"), Turn("", "保单带了吗")]) == ["0", "1", "0"]
    assert persons([Turn("甲", "在吗"), Turn("乙", "在")]) == ["甲", "乙"]


def test_one_person_alone_is_a_conversation_too() -> None:
    assert len(conversation_features([("甲", "在吗", []), ("甲", "回我一下", [])]).ids)


def test_saved_models_say_the_same_and_damaged_ones_are_named(tmp_path: Path) -> None:
    found = conversation_features([("甲", "全额退保", ["surrender"])])
    weights = np.arange(len(found.ids) * len(SPEAKERS), dtype=np.float32).reshape(-1, len(SPEAKERS)) % 7 / 8
    model = SpeakerModel(found.ids, np.ones(len(found.ids), np.float32), weights, np.zeros(len(SPEAKERS), np.float32))
    path = tmp_path / "models" / "speaker.npz"
    SpeakerModels(model, model).save(path)
    assert SpeakerModels.load(path).conversations.probabilities(found) == pytest.approx(model.probabilities(found))
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ScamInputError, match=r"speaker\.npz"):
        SpeakerModels.load(path)
