"""Rasa's view of the entity finder."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.local_time import today
from bot.nlu.entities import Entity, EntityFinder
from bot.runtime.settings import PROJECT_ROOT


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class EntityExtractor(GraphComponent, EntityExtractorMixin):  # type: ignore[misc]  # Rasa ships no types
    """Adds entities to messages; offsets point into the raw text, shared names carry `candidates`.

    Args:
        finder: Finds them.
    """

    def __init__(self, finder: EntityFinder) -> None:
        self._finder = finder

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Folders, relative to the project."""
        return {"knowledge": "data/knowledge"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,  # noqa: ARG003  (Rasa's signature)
        resource: Resource,  # noqa: ARG003
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> EntityExtractor:
        """Load the recognisers."""
        return cls(EntityFinder(PROJECT_ROOT / config["knowledge"]))

    def process(self, messages: list[Message]) -> list[Message]:
        """Add entities; messages that begin with "/" are left to Rasa's own handler."""
        for message in messages:
            text = message.get(TEXT) or ""
            if not text.startswith(INTENT_MESSAGE_PREFIX):
                found = [_as_rasa(entity) for entity in self._finder.find(text, today())]
                message.set(ENTITIES, [*message.get(ENTITIES, []), *self.add_extractor_name(found)], add_to_output=True)
        return messages


def _as_rasa(entity: Entity) -> dict[str, Any]:
    return {"entity": entity.kind, "value": entity.value, "start": entity.start, "end": entity.end, **entity.details}
