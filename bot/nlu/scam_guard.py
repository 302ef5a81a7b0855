"""Hears an agent in a message: the last component, like Rasa's own FallbackClassifier.

The scam detector judges every message. Its explanation is left on the message; on enough evidence the intent becomes `scam_talk`.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu import resolution, thresholds
from bot.runtime.settings import PROJECT_ROOT, Settings
from bot.scam.data import Verdict
from bot.scam.detector import ScamDetector
from bot.scam.evidence import WORDING
from bot.scam.verdict import Screening

SCAM_KEY = "scam"
"""Message attribute: verdict, score, stage, signals with offsets into the raw text, speaker, advice, recounted signals."""

MAX_SIGNALS = 40
"""Signals kept on a message; the tracker stores them with every turn."""


STYLE_CHARACTERS = 10
"""From this length on a message is judged by its style alone, without any signal of a rule."""

UNASKED = frozenset({resolution.Outcome.NOT_UNDERSTOOD, resolution.Outcome.OUT_OF_SCOPE})
"""Outcomes of a message that asks nothing we could answer."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ScamGuard(GraphComponent, IntentClassifier):  # type: ignore[misc]  # Rasa ships no types
    """Sets `scam` on every message with signals, and the intent `scam_talk` when an agent is speaking.

    Args:
        detector: Judges texts.
    """

    def __init__(self, detector: ScamDetector) -> None:
        self._detector = detector

    @classmethod
    def required_components(cls) -> list[type]:
        """The topic classifier comes first: a suspicion yields to a question that was clearly understood."""
        return [IntentClassifier]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The folder of the rules, relative to the project."""
        return {"data": "data/scam"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,  # noqa: ARG003  (Rasa's signature)
        resource: Resource,  # noqa: ARG003
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> ScamGuard:
        """Load the detector."""
        return cls(ScamDetector.load(PROJECT_ROOT / config["data"], Settings.load().models_dir))

    def process(self, messages: list[Message]) -> list[Message]:
        """Judge messages; those that begin with "/" are left to Rasa's own handler."""
        for message in messages:
            text = message.get(TEXT) or ""
            if text and not text.startswith(INTENT_MESSAGE_PREFIX):
                self._judge(message, text)
        return messages

    def _judge(self, message: Message, text: str) -> None:
        screening = self._detector.screen_text(text)
        message.set(SCAM_KEY, _as_json(screening), add_to_output=True)
        if says_enough(screening, text) and is_scam_talk(screening, message.get(INTENT) or {}):
            message.set(INTENT, {INTENT_NAME_KEY: resolution.SCAM_INTENT, PREDICTED_CONFIDENCE_KEY: screening.score}, add_to_output=True)


def says_enough(screening: Screening, text: str) -> bool:
    """Tell whether a message is long enough for its verdict: nobody's style can be told from "退保" or "退还已交保费"."""
    return len(text) >= STYLE_CHARACTERS or any(signal.signal != WORDING for signal in screening.signals)


def is_scam_talk(screening: Screening, intent: dict[str, Any]) -> bool:
    """Tell whether a message is answered as an agent's talk.

    Evident talk always is. Suspicious talk is when the person has not clearly asked something: "听说能全额退，真的吗" wants its answer, and gets
    the warning with it. A pasted conversation is judged too when it asks nothing that we answer.

    Args:
        screening: The detector's judgement.
        intent: Name and confidence from the topic classifier.
    """
    asked = resolution.outcome_of(str(intent.get(INTENT_NAME_KEY) or resolution.FALLBACK_INTENT))
    confidence = float(intent.get(PREDICTED_CONFIDENCE_KEY) or 0.0)
    if screening.pasted and asked in {resolution.Outcome.REFUSED, *UNASKED}:
        return True  # said by others, so it asks us for nothing, and whoever pastes it wants to know what to think of it
    if asked == resolution.Outcome.REFUSED and confidence >= thresholds.REFUSAL_OVER_SCAM and screening.score < thresholds.SCAM_OVER_REFUSAL:
        return False  # a person asking us to help with what agents do gets the refusal and the lawful way
    if screening.verdict is not Verdict.SUSPICIOUS:
        return screening.verdict is Verdict.EVIDENT
    clearly = confidence >= thresholds.CLEAR or asked == resolution.Outcome.REFUSED
    return not clearly or asked in UNASKED


def _as_json(screening: Screening) -> dict[str, Any]:
    signals = [
        {"signal": signal.signal, "start": signal.start, "end": signal.end, "phrase": signal.phrase, "why": signal.why, "turn": signal.turn}
        for signal in screening.signals[:MAX_SIGNALS]
    ]
    return {
        "verdict": screening.verdict.value,
        "score": screening.score,
        "stage": screening.stage,
        "speaker": screening.speaker,
        "signals": signals,
        "advice": list(screening.advice),
        "recounted": list(screening.recounted),
    }
