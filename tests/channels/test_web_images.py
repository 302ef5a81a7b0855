"""Screenshots sent through the web chat."""

from __future__ import annotations

import io

import httpx
import pytest
from PIL import Image

from bot.channels import limits
from bot.channels.web import ImageRefusedError, set_image_hook
from tests.channels.web_app import WORDS, serve_web_chat
from tests.channels.web_person import begin, refused


def picture(kind: str, size: tuple[int, int] = (40, 60)) -> bytes:
    """Draw a small image."""
    buffer = io.BytesIO()
    Image.new("1" if kind == "PNG" else "RGB", size).save(buffer, kind)
    return buffer.getvalue()


async def send_image(person: httpx.AsyncClient, image: bytes, content_type: str = "image/png", message_id: str = "image-01") -> httpx.Response:
    """Upload one image as the page does."""
    return await person.post("/webhooks/web/images", content=image, headers={"content-type": content_type, "x-message-id": message_id})


class TestImages:
    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    async def test_the_words_in_a_screenshot_are_heard_like_a_paste(self, kind: str) -> None:
        read: list[tuple[bytes, str]] = []

        async def reader(image: bytes, sender_id: str) -> str:
            read.append((image, sender_id))
            return "对方：全额退保，卡号6222021234567890123\n"

        async with serve_web_chat() as server, server.person() as person:
            set_image_hook(server.app, reader)
            await begin(person)
            answer = (await send_image(person, picture(kind))).json()
            again = (await send_image(person, picture(kind))).json()
            assert read[0][0] == picture(kind)
            assert (await server.agent.tracker_store.keys()) == {read[0][1]: 0}.keys()
            assert server.agent.heard == ["对方：全额退保，卡号***************0123"]
        assert len(read) == 1, "a retry is not read twice"
        assert again == answer
        assert answer["text"] == f"{WORDS.notes.image_sent}\n对方：全额退保，卡号***************0123"
        assert answer["note"] == WORDS.notes.masked

    async def test_without_a_reader_people_are_asked_to_paste_the_words(self) -> None:
        async with serve_web_chat() as server, server.person() as person:
            await begin(person)
            assert refused(await send_image(person, picture("PNG")), 422, "image_unsupported")

    @pytest.mark.parametrize(
        "image",
        [b"", b"PK\x03\x04" + b"0" * 100, b"\x89PNG\r\n\x1a\n", picture("PNG")[:40], picture("GIF"), b"<svg onload='x()'/>", b"%PDF-1.7"],
        ids=["empty", "ZIP named .png", "only a signature", "cut off", "GIF", "SVG", "PDF"],
    )
    async def test_what_is_not_an_image_we_read_is_refused_by_its_content(self, image: bytes) -> None:
        async with serve_web_chat() as server, server.person() as person:
            await begin(person)
            assert refused(await send_image(person, image), 415, "image_kind")

    async def test_too_many_bytes_or_pixels_are_refused(self) -> None:
        async with serve_web_chat() as server, server.person() as person:
            await begin(person)
            assert refused(await send_image(person, b"0" * (limits.MAX_IMAGE_BYTES + 1)), 413, "image_too_big")
            assert refused(await send_image(person, picture("PNG", (20_000, 20_000)), message_id="image-02"), 413, "image_too_big")

    async def test_a_reader_that_sees_nothing_or_refuses_gives_words(self) -> None:
        said = iter(["  ", ImageRefusedError("请换一张。")])

        async def reader(_: bytes, __: str) -> str:
            answer = next(said)
            if isinstance(answer, Exception):
                raise answer
            return str(answer)

        async with serve_web_chat() as server, server.person() as person:
            set_image_hook(server.app, reader)
            await begin(person)
            assert refused(await send_image(person, picture("PNG")), 422, "image_unreadable")
            answer = await send_image(person, picture("PNG"), message_id="image-02")
            assert (answer.status_code, answer.json()["error"]["words"]) == (422, "请换一张。")

    async def test_an_image_needs_a_session_and_an_id(self) -> None:
        async with serve_web_chat() as server, server.person() as person:
            assert refused(await send_image(person, picture("PNG")), 401, "session")
            await begin(person)
            assert refused(await send_image(person, picture("PNG"), message_id="x"), 400, "malformed")
