"""The whole assistant in one process, without servers: for `guard ask`, `guard chat` and measuring."""

from __future__ import annotations

import uuid
from typing import Any

from bot.runtime import lean
from bot.runtime.settings import Settings
from bot.runtime.training import ensure_model

lean.prepare()

from rasa.core.agent import Agent  # noqa: E402  (Rasa can only be imported after lean.prepare)
from rasa.core.channels.channel import UserMessage  # noqa: E402
from rasa.core.tracker_store import InMemoryTrackerStore  # noqa: E402
from rasa.utils.endpoints import ClientResponseError, EndpointConfig  # noqa: E402
from rasa_sdk.interfaces import ActionExecutionRejection  # noqa: E402

from bot.channels.history import WebOutput  # noqa: E402
from bot.channels.masking import STATUS_COMMAND, cleaned  # noqa: E402
from bot.runtime.action_server import create_executor  # noqa: E402


class InProcessActions(EndpointConfig):  # type: ignore[misc]
    """An action endpoint that runs the actions here instead of calling a server."""

    def __init__(self) -> None:
        super().__init__(url="in-process", enable_selective_domain=True)
        self._executor = create_executor()

    async def request(self, json: dict[str, Any], **_: Any) -> Any:
        """Run an action call.

        Raises:
            ClientResponseError: The action rejected its execution, as the server would say with status 400.
        """
        try:
            result = await self._executor.run(json)
        except ActionExecutionRejection as rejection:
            raise ClientResponseError(400, "rejected", f'{{"action_name": "{rejection.action_name}"}}') from rejection
        return result.model_dump() if result else None


class Assistant:
    """Talks, and tells what it understood.

    Args:
        settings: The installation's settings; tip-offs filed here are real ones.
    """

    def __init__(self, settings: Settings) -> None:
        settings.export()
        model = str(ensure_model(settings))
        self._agent = Agent.load(model, action_endpoint=InProcessActions())
        self._agent.tracker_store = InMemoryTrackerStore(self._agent.domain)
        self._agent.processor.tracker_store = self._agent.tracker_store

    async def parse(self, text: str) -> dict[str, Any]:
        """Return what the pipeline makes of a message: Rasa's parse result with our components' additions."""
        return dict(await self._agent.parse_message(text))

    async def say(self, text: str, sender_id: str | None = None) -> list[dict[str, Any]]:
        """Return the assistant's messages to one message.

        Args:
            text: What a person typed, or a button's payload.
            sender_id: The conversation; a new one when not given.
        """
        clean = cleaned(text)
        output = WebOutput()
        said = STATUS_COMMAND if clean.mentions_only_receipt else clean.text
        metadata = {"masked": clean.masked, "receipt": clean.receipt}
        await self._agent.handle_message(UserMessage(said, output, sender_id or uuid.uuid4().hex, input_channel="cli", metadata=metadata))
        return output.public_messages()
