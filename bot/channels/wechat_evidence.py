"""Pictures that may become evidence, on a channel without cards: they are held by their address until the person says yes or no."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from bot.channels.evidence import EvidenceIntake, EvidenceRefusedError
from bot.channels.incoming import ChannelError
from bot.channels.wechat_pictures import PictureSource, fetch_picture
from bot.channels.wechat_words import WeChatWords

MOST_PEOPLE: Final = 5_000  # whose pictures are held; the one who was silent longest is forgotten first
MOST_PICTURES: Final = 9  # of one person, as many as WeChat lets people choose at once


@dataclass
class _Held:
    """One person's pictures by address, and whether each was already read as a screenshot.

    Attributes:
        asked: Whether the last thing the person heard was the question about them.
    """

    read: OrderedDict[str, bool] = field(default_factory=OrderedDict)
    asked: bool = False


class HeldPictures:
    """The pictures of everybody who has yet to say whether they are evidence. In this process's memory only.

    Args:
        words: The channel's words.
        source: Where pictures are fetched from.
    """

    def __init__(self, words: WeChatWords, source: PictureSource) -> None:
        self._words = words.evidence
        self._errors = words.errors
        self._source = source
        self._people: OrderedDict[str, _Held] = OrderedDict()

    def hold(self, sender_id: str, address: str, *, read: bool) -> None:
        """Keep a picture.

        Args:
            sender_id: Whose.
            address: Its PicUrl.
            read: Whether its words were already heard.
        """
        held = self._people.setdefault(sender_id, _Held())
        self._people.move_to_end(sender_id)
        held.read[address] = read
        while len(held.read) > MOST_PICTURES:
            held.read.popitem(last=False)
        while len(self._people) > MOST_PEOPLE:
            self._people.popitem(last=False)

    def __contains__(self, sender_id: str) -> bool:
        return sender_id in self._people

    def ask(self, sender_id: str) -> str:
        """The question about somebody's pictures, which their next message may answer."""
        held = self._people[sender_id]
        held.asked = True
        return self._words.ask.format(count=len(held.read))

    def answer(self, sender_id: str, said: str) -> bool | None:
        """Understand a message as an answer to the question.

        Args:
            sender_id: Who says it.
            said: What.

        Returns:
            Whether the pictures are to be added; None when it is about something else. A bare yes or no counts only right after the question.
        """
        held = self._people.get(sender_id)
        if held is None:
            return None
        bare, asked, held.asked = said.strip(" 。，！,.!"), held.asked, False
        if bare in self._words.attach or asked and bare in self._words.yes:
            return True
        return False if bare in self._words.leave or asked and bare in self._words.no else None

    def release(self, sender_id: str) -> list[str]:
        """Forget somebody's pictures; returns the addresses of those nobody has read yet."""
        held = self._people.pop(sender_id, _Held())
        return [address for address, read in held.read.items() if not read]

    async def attach(self, intake: EvidenceIntake, ticket: str, sender_id: str) -> str:
        """Add somebody's pictures to the tip-off of their ticket. What could not be added is still held and can be tried again.

        Args:
            intake: Takes them in.
            ticket: The conversation's own.
            sender_id: Whose pictures.

        Returns:
            What to tell the person.
        """
        held = self._people.get(sender_id, _Held())
        attached, reasons = 0, []
        for number, address in enumerate(list(held.read), start=1):
            try:
                picture = await fetch_picture(self._source, address)
                await intake.take(ticket, sender_id, picture, self._words.file_name.format(number=number))
            except ChannelError as error:
                reasons.append(getattr(self._errors, error.code))
            except EvidenceRefusedError as error:
                reasons.append(str(error))
            else:
                attached += 1
                held.read.pop(address, None)
        lines = [self._words.attached.format(count=attached)] if attached else []
        if reasons:
            lines.append(self._words.not_attached.format(count=len(reasons), reasons="\n".join(dict.fromkeys(reasons))))
        else:
            self._people.pop(sender_id, None)
        return "\n".join(lines)
