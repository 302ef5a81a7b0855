"""Reads what WeChat posts and writes what it expects back, within budgets that a hostile document cannot exceed."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

MAX_XML_BYTES = 64 * 1024
MAX_FIELDS = 40  # elements under the root; WeChat's own messages have at most 20
MAX_DEPTH = 3


class WeChatMessageError(ValueError):
    """The posted document is not a WeChat message."""


@dataclass(frozen=True)
class WeChatMessage:
    """One delivered message or event. Absent fields are empty strings."""

    to_user: str
    from_user: str
    create_time: str
    kind: str
    message_id: str
    content: str
    recognition: str
    picture_url: str
    event: str
    event_key: str

    @property
    def delivery_key(self) -> str:
        """What is equal in WeChat's retries of one delivery and different between deliveries. MsgId alone collides between accounts."""
        return "\x1f".join((self.from_user, self.create_time, self.message_id or f"{self.event}:{self.event_key}"))


def fields(document: bytes) -> dict[str, str]:
    """Return the document's elements by name.

    Raises:
        WeChatMessageError: It is too large or too deep, has a DTD or entities, or is no XML.
    """
    if len(document) > MAX_XML_BYTES:
        raise WeChatMessageError("the document is too large")
    try:
        root = fromstring(document, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise WeChatMessageError("the document is not XML that WeChat would send") from error
    if len(root) > MAX_FIELDS or any(len(grandchild) for child in root for grandchild in child):
        raise WeChatMessageError(f"the document has more than {MAX_FIELDS} fields or is deeper than {MAX_DEPTH}")
    return {child.tag: child.text or "" for child in root}


def read(document: bytes) -> WeChatMessage:
    """Return the message in a plain document.

    Raises:
        WeChatMessageError: See `fields`; also when sender, receiver or kind is missing.
    """
    found = fields(document)
    message = WeChatMessage(
        to_user=found.get("ToUserName", ""),
        from_user=found.get("FromUserName", ""),
        create_time=found.get("CreateTime", ""),
        kind=found.get("MsgType", ""),
        message_id=found.get("MsgId", ""),
        content=found.get("Content", ""),
        recognition=found.get("Recognition", ""),
        picture_url=found.get("PicUrl", ""),
        event=found.get("Event", ""),
        event_key=found.get("EventKey", ""),
    )
    if not (message.to_user and message.from_user and message.kind):
        raise WeChatMessageError("the document names no sender, receiver or kind")
    return message


def cdata(text: str) -> str:
    """Return `text` as CDATA. Escaping inside it would show people `&amp;`; only its own end mark must be split."""
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def text_reply(message: WeChatMessage, text: str, now: int) -> bytes:
    """Return the XML of a text reply to `message`.

    Args:
        message: What is answered.
        text: At most 2,048 UTF-8 bytes.
        now: Seconds since the epoch.
    """
    return (
        f"<xml><ToUserName>{cdata(message.from_user)}</ToUserName><FromUserName>{cdata(message.to_user)}</FromUserName>"
        f"<CreateTime>{now}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content>{cdata(text)}</Content></xml>"
    ).encode()


def encrypted_reply(encrypted: str, msg_signature: str, timestamp: str, nonce: str) -> bytes:
    """Return the envelope of an encrypted reply."""
    return (
        f"<xml><Encrypt>{cdata(encrypted)}</Encrypt><MsgSignature>{cdata(msg_signature)}</MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{cdata(nonce)}</Nonce></xml>"
    ).encode()
