"""Finds two questions in one message ("退保要什么材料，几天能到账？"), so that both are answered.

Only short messages made of questions are split. A story is never cut up: its sentences belong together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.nlu import resolution, thresholds
from bot.nlu.text import clean
from bot.nlu.topic_model import TopicModel

MAX_CHARACTERS = 90
"""Longer messages are stories."""

MIN_CLAUSE_CHARACTERS = 4
MAX_STATEMENTS = 1
"""One clause may set the scene ("我买了平安的保险，…"); with more it is a story."""

ASKING_CONCEPTS = frozenset({"can", "how", "what_is", "what_to_do", "why", "how_long", "how_much", "is_it_true"})
"""Concepts of the lexicon that make a clause a question even without a question mark."""

_CLAUSE = re.compile(r"[^？?！!。；;，,\n]+[？?！!。；;，,\n]*")
_ASKING_WORD = re.compile("什么|啥|哪|谁|怎么|咋|多少|几")
_ASKING_END = re.compile(r"(?:吗|么|呢|不|没|[？?])[？?！!。；;，,\s]*$")


@dataclass(frozen=True, slots=True)
class Question:
    """One of several questions of a message; `topic` is a topic id."""

    text: str
    topic: str
    confidence: float


def find_questions(raw: str, whole: str, model: TopicModel) -> tuple[Question, ...]:
    """Return the questions of a message when there are two or more on confidently different topics, else an empty tuple.

    Args:
        raw: The message as typed.
        whole: What the message as a whole is answered with. When no clause is about that, the clauses only make sense together.
        model: Classifies each clause.
    """
    text = clean(raw)
    if len(text) > MAX_CHARACTERS:
        return ()
    clauses = [clause for clause in _CLAUSE.findall(text) if len(clause.strip()) >= MIN_CLAUSE_CHARACTERS]
    asking = [clause for clause in clauses if _asks(clause, model)]
    if len(asking) < 2 or len(clauses) - len(asking) > MAX_STATEMENTS:
        return ()
    best: dict[str, Question] = {}
    for clause in asking:
        outcomes = resolution.rank_outcomes(model.predict(clause).ranking)
        # Beside another question a short clause ("本人必须去吗？") is no follow-up to an earlier turn: that outcome is left out.
        aside = sum(share for outcome, share in outcomes if outcome == resolution.Outcome.CONVERSATION)
        topic, share = next((item for item in outcomes if item[0] != resolution.Outcome.CONVERSATION), outcomes[0])
        confidence = share / max(1.0 - aside, share)
        if confidence < thresholds.SECOND_QUESTION or not resolution.is_topic(topic):
            return ()
        question = Question(clause.strip("，,；; \n"), topic, confidence)
        if topic not in best or best[topic].confidence < confidence:
            best[topic] = question
    return tuple(best.values()) if len(best) > 1 and whole in best else ()


def _asks(clause: str, model: TopicModel) -> bool:
    lexicon = model.space.lexicon
    return bool(_ASKING_END.search(clause) or _ASKING_WORD.search(clause)) or not ASKING_CONCEPTS.isdisjoint(lexicon.concepts(lexicon.mask(clause)))
