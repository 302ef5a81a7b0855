from __future__ import annotations

from pathlib import Path

import pytest

from bot.nlu import thresholds, topic_training
from bot.nlu.lexicon import Lexicon
from bot.nlu.topic_model import TopicModel


@pytest.mark.parametrize(
    ("said", "intent"),
    [("退保得拿啥证件", "surrender_materials"), ("钱多久能到账啊", "refund_time"), ("拿保险去贷款", "policy_loan"), ("住院了理赔多少", "oos_claims")],
)
def test_an_unseen_wording_is_understood(model: TopicModel, said: str, intent: str) -> None:
    assert model.predict(said).ranking[0][0] == intent


def test_confidences_are_a_distribution_most_likely_first(model: TopicModel) -> None:
    confidences = [confidence for _, confidence in model.predict("退保要什么材料").ranking]
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("said", ["", "😀", "？？", "\u0000"])
def test_a_message_that_says_nothing_has_no_ranking(model: TopicModel, said: str) -> None:
    assert model.predict(said).ranking == ()


def test_a_message_of_unknown_characters_is_still_ranked(model: TopicModel) -> None:
    assert model.predict("ψξζ").ranking


def test_a_hundred_thousand_characters_are_ranked_too(model: TopicModel) -> None:
    assert model.predict("退保材料" * 25_000).ranking


def test_the_embedding_is_only_computed_in_doubt(model: TopicModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thresholds, "CERTAIN", 0.0)
    assert not model.predict("退保要什么材料").embedded
    monkeypatch.setattr(thresholds, "CERTAIN", 1.1)
    assert model.predict("退保要什么材料").embedded


def test_a_stored_model_predicts_as_before(model: TopicModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    again = TopicModel.load(tmp_path)
    before, after = model.predict("退保的钱啥时候给我"), again.predict("退保的钱啥时候给我")
    assert [intent for intent, _ in before.ranking] == [intent for intent, _ in after.ranking]
    assert after.ranking[0][1] == pytest.approx(before.ranking[0][1], abs=0.01)


def test_an_intent_with_too_few_sentences_is_named(lexicon: Lexicon) -> None:
    with pytest.raises(ValueError, match="lonely"):
        topic_training.fit(["一", "二", "三", "四"], ["many", "many", "many", "lonely"], lexicon)


def test_embeddings_of_an_earlier_training_are_used_again(lexicon: Lexicon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.nlu import embedding

    cache = tmp_path / "cache" / "embeddings.npz"
    first = embedding.embed_all(["退保", "贷款"], cache)
    monkeypatch.setattr(embedding, "_embed_sentence", lambda sentence: pytest.fail(f"embedded again: {len(sentence)}"))
    assert (embedding.embed_all(["贷款", "退保"], cache)[::-1] == first).all()
