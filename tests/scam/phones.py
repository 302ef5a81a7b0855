"""Draws a chat the way a phone shows it and photographs it with Chromium: status bar, title, time stamps, avatars, bubbles, nicknames in groups."""

from __future__ import annotations

import io
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from PIL import Image

_LIGHT = {"page": "#ededed", "bar": "#f7f7f7", "ink": "#111", "left": "#fff", "right": "#95ec69", "right_ink": "#111", "faint": "#999"}
_DARK = {"page": "#111", "bar": "#1e1e1e", "ink": "#d5d5d5", "left": "#2c2c2c", "right": "#3eb575", "right_ink": "#06140c", "faint": "#666"}
_STYLE = """
*{{margin:0;box-sizing:border-box}}
body{{width:360px;min-height:{height}px;background:{page};color:{ink};font:16px/1.45 "Noto Sans CJK SC",sans-serif}}
.status{{display:flex;justify-content:space-between;padding:4px 14px;font-size:12px;background:{bar}}}
.title{{text-align:center;padding:9px;font-weight:500;background:{bar};border-bottom:1px solid #8883}}
.time{{text-align:center;color:{faint};font-size:12px;margin:14px 0 4px}}
.said{{display:flex;gap:9px;padding:7px 11px;align-items:flex-start}} .said.right{{flex-direction:row-reverse}}
.face{{flex:none;width:40px;height:40px;border-radius:5px;background:linear-gradient(135deg,#6b9,#48c);color:#fff;text-align:center;line-height:40px}}
.said.right .face{{background:linear-gradient(135deg,#c96,#e4b)}} .name{{font-size:11px;color:{faint};margin-bottom:2px}}
.bubble{{max-width:236px;padding:9px 11px;border-radius:5px;background:{left};overflow-wrap:anywhere;width:fit-content}}
.said.right .bubble{{background:{right};color:{right_ink}}}
.foot{{position:absolute;bottom:0;width:360px;height:50px;background:{bar};border-top:1px solid #8883;padding:8px 44px}}
.foot div{{background:{left};height:34px;border-radius:4px}}
"""


@dataclass(frozen=True, slots=True)
class Said:
    """One bubble; ``name`` is shown above it in groups, ``time`` before it."""

    side: str
    text: str
    name: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True)
class Phone:
    """How the screen looks.

    Args:
        scale: pixels of the picture for each of the 360 pixels of the page's width.
        height: of the page, in its pixels.
        dark: whether it is in dark mode.
        jpeg: quality of the JPEG that the picture is sent as; 0 for PNG.
        shrunk: what a messenger leaves of the width when it sends the picture on, 1 for all.
    """

    scale: int = 3
    height: int = 800
    dark: bool = False
    jpeg: int = 0
    shrunk: float = 1.0


def photograph(chromium: str, phone: Phone, title: str, chat: Sequence[Said]) -> bytes:
    """Give the screenshot as a file."""
    parts = []
    for said in chat:
        parts.append(f"<div class=time>{escape(said.time)}</div>" if said.time else "")
        name = f"<div class=name>{escape(said.name)}</div>" if said.name else ""
        face = escape((said.name or title)[0])
        parts.append(f"<div class='said {said.side}'><div class=face>{face}</div><div>{name}<div class=bubble>{escape(said.text)}</div></div></div>")
    style = _STYLE.format(height=phone.height, **(_DARK if phone.dark else _LIGHT))
    bars = f"<div class=status><b>10:22</b><span>HD 5G 86%</span></div><div class=title>{escape(title)}</div>"
    page = f"<meta charset=utf-8><style>{style}</style><body>{bars}{''.join(parts)}<div class=foot><div></div></div>"
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "chat.html").write_text(page, encoding="utf-8")
        shot = Path(folder) / "chat.png"
        looks = [f"--window-size=360,{phone.height}", f"--force-device-scale-factor={phone.scale}", "--hide-scrollbars", f"--screenshot={shot}"]
        quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", f"--user-data-dir={folder}/profile"]
        subprocess.run([chromium, *quiet, *looks, (Path(folder) / "chat.html").as_uri()], check=True, capture_output=True, timeout=120)
        picture = Image.open(shot).convert("RGB")
    if phone.shrunk < 1:
        picture = picture.resize((round(picture.width * phone.shrunk), round(picture.height * phone.shrunk)), Image.Resampling.BILINEAR)
    file = io.BytesIO()
    if phone.jpeg:
        picture.save(file, "JPEG", quality=phone.jpeg)
    else:
        picture.save(file, "PNG")
    return file.getvalue()


CHAT = (
    Said("left", "您好，我是专门做保险维权的王经理，您那份保单可以全额退，不成功不收费", time="星期三 09:41"),
    Said("right", "真的假的？我交了六年，保险公司说只能退现金价值"),
    Said("left", "他们当然这么说。您把身份证正反面和银行卡拍照发我，我们律师替您写投诉信"),
    Said("right", "那要收多少钱"),
    Said("left", "退下来收30%的服务费，先退后付，一共两万八左右", time="下午2:15"),
    Said("right", "我跟我儿子商量一下"),
    Said("left", "千万别告诉家里人和业务员，这个通道月底就关了"),
    Said("right", "好的"),
)
GROUP = (
    Said("left", "群里的姐妹，谁的分红险想退的找我登记", name="退保互助-小雅", time="昨天 20:03"),
    Said("left", "我上个月退了四万六，真的到账了", name="幸福一生"),
    Said("right", "要准备什么材料呀"),
    Said("left", "保单、身份证、手机卡交给老师就行，电话不要接", name="退保互助-小雅"),
    Said("left", "验证码也要发给老师吗", name="平淡是真"),
    Said("left", "对的，代办要用，全程一对一", name="退保互助-小雅"),
)
LONG = tuple(Said(said.side, f"{said.text}。{extra}", time=said.time) for extra in ("先听我说", "回头联系") for said in CHAT)
