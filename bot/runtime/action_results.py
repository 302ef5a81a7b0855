"""Checks the action server's answers with a schema that is compiled once.

Rasa calls `jsonschema.validate`, which checks the schema itself again on every call: more than half of a turn's time on the event loop.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction


@cache
def _validator() -> Validator:
    schema = RemoteAction.action_response_format_spec()
    return validator_for(schema)(schema)


def check_action_result(_action: RemoteAction, result: dict[str, Any]) -> bool:
    """Check an answer.

    Args:
        _action: The action that was called.
        result: The action server's JSON.

    Returns:
        True.

    Raises:
        jsonschema.ValidationError: The answer does not have the form of an action result.
    """
    _validator().validate(result)
    return True


def install() -> None:
    """Let Rasa use the compiled check."""
    RemoteAction._validate_action_result = check_action_result
