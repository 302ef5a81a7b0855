"""The web chat's words: one schema for `data/channels/web.yml`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from bot.data_files import read_yaml

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
PhoneNumber = Annotated[str, StringConstraints(pattern=r"^[0-9-]{3,14}$")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Hotline(_Section):
    """A number the page dials at one touch."""

    number: PhoneNumber
    label: Words
    purpose: Words


class Starter(_Section):
    """A first question offered before anything was said; `payload` is sent as if the person had typed it."""

    title: Words
    payload: Words


class Errors(_Section):
    """What a person is told when a message cannot be taken. Each field is the `code` of the JSON error."""

    empty: Words
    no_words: Words
    too_long: Words
    encoding: Words
    content_type: Words
    malformed: Words
    session: Words
    stale_button: Words
    too_many: Words
    image_too_big: Words
    image_kind: Words
    image_unreadable: Words
    image_unsupported: Words
    evidence_too_big: Words
    unavailable: Words


class Notes(_Section):
    """Sentences the channel itself says in the conversation."""

    masked: Words
    no_answer: Words
    image_sent: Words


class Header(_Section):
    """The line above the conversation."""

    name: Words
    robot: Words
    font_size: Words
    font_sizes: tuple[Words, Words, Words]
    menu: Words
    menu_title: Words
    print_conversation: Words
    end_conversation: Words
    close: Words
    hotlines: tuple[Hotline, ...]
    dialable: tuple[PhoneNumber, ...]


class Composer(_Section):
    """The box people write in."""

    placeholder: Words
    label: Words
    send: Words
    image: Words
    image_label: Words


class States(_Section):
    """What the page says about sending and waiting."""

    typing: Words
    slow: Words
    offline: Words
    online: Words
    failed: Words
    resend: Words
    sending_image: Words
    more_below: Words
    you: Words
    bot: Words
    conversation: Words
    load_failed: Words
    opening: Words


class Ending(_Section):
    """The question before a conversation is closed."""

    title: Words
    question: Words
    confirm: Words
    cancel: Words
    done: Words


class AnswerCard(_Section):
    """Words on the fold-out under an answer."""

    more: Words
    basis: Words
    checked: Words


class VerdictCard(_Section):
    """Words on the card that judges a message."""

    evident: Words
    suspicious: Words
    none: Words
    evident_note: Words
    suspicious_note: Words
    none_note: Words
    stage: Words
    raw: Words
    signals: Words
    advice: Words


class ReceiptCard(_Section):
    """Words on the card that shows a receipt."""

    title: Words
    keep: Words
    hidden: Words
    copy_number: Words
    copied: Words
    copy_failed: Words
    download: Words
    slip_title: Words
    slip_note: Words
    slip_file: Words


class EvidenceCard(_Section):
    """Words on the card that takes files for a tip-off."""

    title: Words
    hint: Words
    choose: Words
    attach_sent: Words
    waiting: Words
    sending: Words
    attached: Words
    failed: Words
    unreachable: Words
    again: Words


class DocumentCard(_Section):
    """Words on documents and checklists."""

    download: Words
    copy_text: Words
    show: Words
    print: Words
    no_print: Words


class Page(_Section):
    """Everything the page itself says."""

    title: Words
    welcome: tuple[Words, ...]
    starters: tuple[Starter, ...]
    header: Header
    composer: Composer
    states: States
    ending: Ending
    answer: AnswerCard
    verdict: VerdictCard
    receipt: ReceiptCard
    evidence: EvidenceCard
    document: DocumentCard


class WebWords(_Section):
    """All words of the web chat."""

    errors: Errors
    notes: Notes
    page: Page


def load_words(path: Path) -> WebWords:
    """Read and check the words.

    Args:
        path: `data/channels/web.yml`, UTF-8 YAML.

    Returns:
        The words.

    Raises:
        FileNotFoundError: There is no such file.
        pydantic.ValidationError: A word is missing, empty or unknown; the message names it.
    """
    return WebWords.model_validate(read_yaml(path))
