"""Hands out papers about a tip-off: the official forms and the receipt slip. They are shown once and not kept with the conversation."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence

from actions import held_receipts
from actions.resources import desk
from actions.speech import Speaker
from actions.words import FormWords
from bot.intake.errors import IntakeError
from bot.intake.official_forms import Exported

PRINTED, EDITED = "pdf", "docx"


def give_forms(sender: str, receipt: str, words: FormWords, speaker: Speaker) -> None:
    """Give the official forms of a tip-off: whole where it was told just now, else without the story and the person.

    Args:
        sender: The conversation.
        receipt: Its receipt.
        words: The task's words.
        speaker: Says it.
    """
    told_here = held_receipts.told_here(sender)
    said = words.say("forms_whole" if told_here else "forms_blank")
    _give(said, lambda kind: desk().own_forms(receipt, sender, kind, told_here=told_here), (EDITED, PRINTED), words, speaker)


def give_slip(sender: str, receipt: str, words: FormWords, speaker: Speaker) -> None:
    """Give the receipt slip, which holds nothing that was told. Arguments as `give_forms`."""
    _give(words.say("slip"), lambda kind: [desk().receipt_slip(receipt, sender, kind)], (PRINTED,), words, speaker)


def _give(said: str, make: Callable[[str], Sequence[Exported]], kinds: Sequence[str], words: FormWords, speaker: Speaker) -> None:
    try:
        papers = [(kind, paper) for kind in kinds for paper in make(kind)]
    except IntakeError as error:
        speaker.say(desk().words_for(error))
        return
    speaker.say(said)
    for kind, paper in papers:
        file = base64.b64encode(paper.content).decode()
        card = {
            "type": "document",
            "name": words.say(f"name_{kind}", title=paper.title),
            "media_type": paper.media_type,
            "base64": file,
            "once": words.say("paper_once"),
        }
        if kind == kinds[0]:  # the words once, for channels that carry no files
            card["text"] = paper.text
        speaker.say("", card=card, quoted=[paper.text, file])
