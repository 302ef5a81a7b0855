"""Finds two questions in one message ("退保要什么材料 几天能到账"), so that both are answered.

Only short messages made of questions are split. A story is never cut up: its sentences belong together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.knowledge.follow_ups import FollowUps
from bot.nlu import resolution, thresholds
from bot.nlu.text import clean
from bot.nlu.topic_model import TopicModel

MAX_CHARACTERS = 90
"""Longer messages are stories."""

MIN_CLAUSE_CHARACTERS = 2
MAX_STATEMENTS = 2
"""Clauses may set the scene ("我妈七十了，买的平安，…") or not be understood; with more it is a story."""

ASKING_CONCEPTS = frozenset({"can", "how", "what_is", "what_to_do", "why", "how_long", "how_much", "is_it_true"})
"""Concepts of the lexicon that make a clause a question even without a question mark."""

# People who speak instead of typing, or type on a phone, part their questions with a space, a particle or "还有".
_JOINT = re.compile(r"(?<=[吗呢])(?=\w)|(?=还有|另外|再一个|再就是|顺便|对了)")
_EDGES = "，,；;。 "
_CLAUSE = re.compile(r"[^？?！!。；;，,\s]+[？?！!。；;，,\s]*")
_ASKING_WORD = re.compile("什么|啥|哪|谁|怎么|咋|多少|几|有没有|能不能|会不会|是不是|要不要|算不算|用不用")
_ASKING_END = re.compile(r"(?:吗|么|呢|不|没|行不行|[？?])[？?！!。；;，,\s]*$")


@dataclass(frozen=True, slots=True)
class Question:
    """One of several questions of a message; `topic` is a topic id."""

    text: str
    topic: str
    confidence: float


@dataclass(frozen=True, slots=True)
class QuestionFinder:
    """Finds the questions of a message.

    Attributes:
        model: Classifies each clause.
        follow_ups: Understands a clause that only makes sense after the one before it ("都要带啥").
    """

    model: TopicModel
    follow_ups: FollowUps

    def find(self, raw: str, whole: str) -> tuple[Question, ...]:
        """Return the questions of a message when there are two or more on confidently different topics, else an empty tuple.

        Args:
            raw: The message as typed.
            whole: What the message as a whole would be answered with. When no clause is about that, the clauses only make sense together.
        """
        if len(raw) > MAX_CHARACTERS:
            return ()
        clauses = [text for clause in _CLAUSE.findall(_JOINT.sub("\n", raw)) if len(text := clean(clause).strip(_EDGES)) >= MIN_CLAUSE_CHARACTERS]
        asking = [clause for clause in clauses if self._asks(clause)]
        if len(asking) < 2:
            return ()
        best: dict[str, Question] = {}
        unclear = len(clauses) - len(asking)
        last = whole if resolution.is_topic(whole) else None
        for clause in asking:
            question = self._read(clause, last)
            if question is None:
                unclear += 1
                continue
            last = question.topic
            if last not in best or best[last].confidence < question.confidence:
                best[last] = question
        fits = whole in best or whole == resolution.Outcome.NOT_UNDERSTOOD
        return tuple(best.values()) if len(best) > 1 and unclear <= MAX_STATEMENTS and fits else ()

    def _asks(self, clause: str) -> bool:
        if _ASKING_END.search(clause) or _ASKING_WORD.search(clause):
            return True
        lexicon = self.model.space.lexicon
        return not ASKING_CONCEPTS.isdisjoint(lexicon.concepts(lexicon.mask(clause)))

    def _read(self, clause: str, last: str | None) -> Question | None:
        """What a clause asks: by its own words when they are enough, else in the light of the topic before it; None when neither tells."""
        topic, confidence = self._alone(clause)
        says_its_topic = resolution.is_topic(topic) and confidence >= thresholds.SECOND_QUESTION
        followed = None if says_its_topic and confidence >= thresholds.QUESTION_BY_ITSELF else self.follow_ups.resolve(clause, last)
        if followed is not None:
            return Question(clause, followed, thresholds.QUESTION_BY_ITSELF)
        return Question(clause, topic, confidence) if says_its_topic else None

    def _alone(self, clause: str) -> tuple[str, float]:
        outcomes = resolution.rank_outcomes(self.model.predict(clause).ranking)
        if not outcomes:
            return resolution.Outcome.NOT_UNDERSTOOD, 0.0
        # Beside another question a short clause ("本人必须去吗？") is no follow-up to an earlier turn: that outcome is left out.
        aside = sum(share for outcome, share in outcomes if outcome == resolution.Outcome.CONVERSATION)
        topic, share = next((item for item in outcomes if item[0] != resolution.Outcome.CONVERSATION), outcomes[0])
        return topic, share / max(1.0 - aside, share)
