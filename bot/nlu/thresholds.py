"""Every threshold of understanding, in one place. Confidences are calibrated probabilities in [0, 1]."""

from __future__ import annotations

CERTAIN = 0.90
"""From this confidence on the lexical model answers alone and the sentence embedding (about 20 ms) is not computed."""

REFUSAL = 0.3
"""From this confidence on a message is refused as a request for unlawful help, even when another reading is more likely."""

REFUSAL_OVER_SCAM = 0.8
"""From this confidence on a request for unlawful help is refused as such although the same words are evidently an agent's."""

SCAM_OVER_REFUSAL = 0.85
"""From this score on words are an agent's, however much they sound like a request for unlawful help: agents offer just that."""

FALLBACK = 0.22
"""Below this confidence the assistant says that it did not understand and offers the three most likely topics."""

FALLBACK_MARGIN = 0.02
"""When the two most likely answers are closer than this and neither reaches `CLEAR`, it asks too."""

CLEAR = 0.5
"""A confidence at which the assistant is not asking back, whatever comes second."""

SECOND_QUESTION = 0.6
"""A clause of a message must reach this before it counts as one of several questions."""

QUESTION_BY_ITSELF = 0.8
"""Below this confidence a clause that also reads as a follow-up ("都要带啥") is answered in the light of the clause before it."""

RANKING_LENGTH = 10
"""How many intents are passed on in `intent_ranking`."""
