"""Pictures people send to the Official Account, fetched from WeChat's own hosts and nowhere else.

A delivery names the picture's address (PicUrl). The delivery is encrypted and signed by WeChat; still its address is treated as an outsider's:
a fetched address is how a server is made to talk to machines that only it can reach.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Final

import httpx
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.channels.incoming import ChannelError
from bot.channels.limits import MAX_IMAGE_BYTES
from bot.channels.web_images import check_image
from bot.data_files import read_yaml

SCHEMES: Final = frozenset({"http", "https"})  # WeChat still writes http


class PictureSource(BaseModel):
    """Schema of data/channels/wechat_pictures.yml.

    Attributes:
        hosts: Where pictures may come from; with a port only where it is not the scheme's own.
        seconds: How long one picture may take.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    hosts: frozenset[Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+(:\d+)?$")]]
    seconds: float = Field(gt=0)

    @classmethod
    def load(cls, path: Path) -> PictureSource:
        """Read and check the file.

        Raises:
            FileNotFoundError: There is no such file.
            pydantic.ValidationError: It does not fit the schema.
        """
        return cls.model_validate(read_yaml(path))


async def fetch_picture(source: PictureSource, address: str) -> bytes:
    """Fetch a picture and check by its content that it is one.

    Args:
        source: Where from, and how long.
        address: The delivery's PicUrl.

    Raises:
        ChannelError: `image_unavailable` (another host, no answer, a redirect), `image_too_big` or `image_kind`.
    """
    picture = bytearray()
    url = _allowed(source, address)
    try:
        # No proxy or netrc from the environment, no redirect, and the bytes as sent: unpacking could make them many more.
        async with (
            asyncio.timeout(source.seconds),
            httpx.AsyncClient(trust_env=False, follow_redirects=False) as client,
            client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise ChannelError("image_unavailable", 422)
            async for part in answer.aiter_raw():
                picture += part
                if len(picture) > MAX_IMAGE_BYTES:
                    raise ChannelError("image_too_big", 413)
    except (httpx.HTTPError, TimeoutError) as error:
        raise ChannelError("image_unavailable", 422) from error
    await check_image(bytes(picture))
    return bytes(picture)


def _allowed(source: PictureSource, address: str) -> httpx.URL:
    """Judge the address with the parser that will be used to go there: two parsers can disagree on what the host is."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise ChannelError("image_unavailable", 422) from error
    if url.scheme not in SCHEMES or url.userinfo or url.netloc.decode() not in source.hosts:
        raise ChannelError("image_unavailable", 422)
    return url
