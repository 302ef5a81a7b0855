from __future__ import annotations

from pathlib import Path

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import topic_classifier
from bot.nlu.topic_classifier import QUESTIONS_KEY, TopicClassifier
from bot.nlu.topic_model import TopicModel
from tests.nlu.conftest import SENTENCES


@pytest.fixture
def classifier(model: TopicModel, tmp_path: Path) -> TopicClassifier:
    return TopicClassifier(TopicClassifier.get_default_config(), LocalModelStorage(tmp_path), Resource("topics"), model)


def understand(classifier: TopicClassifier, said: str) -> Message:
    return classifier.process([Message({"text": said})])[0]


def test_a_message_gets_an_intent_and_its_rivals(classifier: TopicClassifier) -> None:
    message = understand(classifier, "退保要什么材料")
    assert message.get("intent")["name"] == "surrender_materials"
    assert message.get("intent_ranking")[0]["name"] == "surrender_materials"
    assert {"intent", "intent_ranking"} <= set(message.as_dict(only_output_properties=True))


@pytest.mark.parametrize("said", ["", "😀😀", "？？？"])
def test_a_message_that_says_nothing_is_a_fallback(classifier: TopicClassifier, said: str) -> None:
    assert understand(classifier, said).get("intent") == {"name": "nlu_fallback", "confidence": 1.0}


def test_a_pressed_button_passes_untouched(classifier: TopicClassifier) -> None:
    assert understand(classifier, "/start_tip_off").get("intent") is None


def test_two_questions_reach_the_actions(classifier: TopicClassifier) -> None:
    message = understand(classifier, "退保要什么材料？退保几天到账？")
    topics = [question["topic"] for question in message.as_dict(only_output_properties=True)[QUESTIONS_KEY]]
    assert topics == ["surrender_materials", "refund_time"]


def test_what_was_trained_through_rasa_is_loaded_through_rasa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    storage, resource, config = LocalModelStorage(tmp_path), Resource("topics"), TopicClassifier.get_default_config()
    examples = [Message.build(text=said, intent=intent) for intent, sentences in SENTENCES.items() for said in sentences]
    TopicClassifier.create(config, storage, resource, None).train(TrainingData(examples))
    loaded = TopicClassifier.load(config, storage, resource, None)
    assert understand(loaded, "退保几天到账").get("intent")["name"] == "refund_time"


def test_an_untrained_component_says_so(tmp_path: Path) -> None:
    untrained = TopicClassifier({}, LocalModelStorage(tmp_path), Resource("topics"))
    with pytest.raises(RuntimeError, match="not been trained"):
        understand(untrained, "退保要什么材料")


def test_a_changed_lexicon_makes_rasa_train_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = TopicClassifier.get_default_config()
    before = TopicClassifier.fingerprint_addon(config)
    lexicon = tmp_path / "lexicon"
    lexicon.mkdir()
    for path in (topic_classifier.PROJECT_ROOT / config["lexicon"]).glob("*.yml"):
        (lexicon / path.name).write_text(path.read_text(encoding="utf-8").replace("请问一下", "敢问"), encoding="utf-8")
    assert TopicClassifier.fingerprint_addon(config) == before
    assert TopicClassifier.fingerprint_addon({**config, "lexicon": str(lexicon)}) != before
