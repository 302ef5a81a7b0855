"""Rasa's view of the topic model: an intent classifier for `config.yml`."""

from __future__ import annotations

import hashlib
import logging
import os
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

from rasa.engine.caching import CACHE_LOCATION_ENV, DEFAULT_CACHE_LOCATION
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.knowledge.follow_ups import FollowUps
from bot.knowledge.insurers import Insurers
from bot.nlu import resolution, thresholds
from bot.nlu.lexicon import Lexicon
from bot.nlu.questions import QuestionFinder
from bot.nlu.topic_model import TopicModel
from bot.runtime.settings import PROJECT_ROOT

QUESTIONS_KEY = "questions"
"""Message attribute: the questions of a message that holds two or more, as {text, topic, confidence}."""

EMBEDDING_CACHE = "embeddings.npz"
SOURCES = ("embedding.py", "features.py", "lexicon.py", "text.py", "topic_model.py", "topic_training.py")

logger = logging.getLogger(__name__)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(GraphComponent, IntentClassifier):  # type: ignore[misc]  # Rasa ships no types
    """Sets `intent`, `intent_ranking` and, when there are several, `questions`.

    Below the thresholds of `bot.nlu.thresholds` the intent is `nlu_fallback`; the ranking still holds the candidates to suggest.
    """

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, model: TopicModel | None = None) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Folders, relative to the project."""
        return {"lexicon": "data/nlu/lexicon", "knowledge": "data/knowledge"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003  (Rasa's signature)
    ) -> TopicClassifier:
        """Make an untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Return a digest of what Rasa's own fingerprint does not see: the lexicon, the insurers' names and the model's code."""
        digest = hashlib.sha256(_lexicon(config).to_json().encode())
        for source in SOURCES:
            digest.update(Path(__file__).with_name(source).read_bytes())
        return digest.hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Train the topic model on all labelled examples and store it.

        Raises:
            ValueError: An intent has too few examples (see `topic_training.fit`).
        """
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        cache = Path(os.environ.get(CACHE_LOCATION_ENV, DEFAULT_CACHE_LOCATION)) / EMBEDDING_CACHE
        texts, intents = [example.get(TEXT) for example in examples], [example.get(INTENT) for example in examples]
        # Only training needs scikit-learn: 80 MB and a second of start-up that the chat server is spared.
        from bot.nlu import topic_training  # noqa: PLC0415

        self._model = topic_training.fit(texts, intents, _lexicon(self._config), cache, progress=lambda step: logger.info("Topic model: %s", step))
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003  (Rasa's signature)
        **kwargs: Any,  # noqa: ARG003
    ) -> TopicClassifier:
        """Load a trained component.

        Raises:
            ValueError: The model's storage has no topic model.
        """
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, TopicModel.load(folder))

    @property
    def model(self) -> TopicModel:
        """The trained model.

        Raises:
            RuntimeError: The component has been neither trained nor loaded.
        """
        if self._model is None:
            raise RuntimeError("the topic classifier has not been trained")
        return self._model

    @cached_property
    def _finder(self) -> QuestionFinder:
        return QuestionFinder(self.model, FollowUps.load(PROJECT_ROOT / self._config["knowledge"]))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Return the training data untouched: no later component learns from predictions."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Classify messages; those that begin with "/" are left to Rasa's own handler."""
        for message in messages:
            text = message.get(TEXT) or ""
            if not text.startswith(INTENT_MESSAGE_PREFIX):
                self._classify(message, text)
        return messages

    def _classify(self, message: Message, text: str) -> None:
        ranking = self.model.predict(text).ranking
        intent = resolution.decide(ranking)
        named = [{INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: confidence} for name, confidence in ranking[: thresholds.RANKING_LENGTH]]
        # A fallback carries how sure the model is that it does not know, as Rasa's own FallbackClassifier does.
        confidence = dict(ranking).get(intent, 1.0 - (ranking[0][1] if ranking else 0.0))
        message.set(INTENT, {INTENT_NAME_KEY: intent, PREDICTED_CONFIDENCE_KEY: confidence}, add_to_output=True)
        message.set(INTENT_RANKING_KEY, named, add_to_output=True)
        questions = self._finder.find(text, resolution.outcome_of(intent))
        if questions:
            if intent != resolution.outcome_of(intent):
                # Neither a task nor asking back: both questions are answered, and their answers offer the tasks.
                message.set(INTENT, {INTENT_NAME_KEY: questions[0].topic, PREDICTED_CONFIDENCE_KEY: questions[0].confidence}, add_to_output=True)
            message.set(QUESTIONS_KEY, [asdict(question) for question in questions], add_to_output=True)


def _lexicon(config: dict[str, Any]) -> Lexicon:
    insurers = Insurers.load(PROJECT_ROOT / config["knowledge"]).all
    names = {name for insurer in insurers for name in (insurer.full_name, insurer.short_name, *insurer.aliases, *insurer.former_names)}
    return Lexicon.load(PROJECT_ROOT / config["lexicon"], names)
