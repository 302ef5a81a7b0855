"""A small topic model for tests: a few topics, trained in seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.nlu import topic_training
from bot.nlu.lexicon import Lexicon
from bot.nlu.topic_model import TopicModel

ROOT = Path(__file__).resolve().parents[2]
SHARED_EVAL = ROOT.parent / "shared" / "eval"

SENTENCES = {
    "surrender_materials": [
        "退保要什么材料", "退保带什么证件", "办退保需要哪些手续", "退保要身份证吗",
        "退保得带合同吗", "退保用什么资料", "退保准备什么东西", "要退保拿啥证件",
    ],
    "refund_time": [
        "退保几天到账", "退保的钱多久到", "退保多长时间能到账", "退保后什么时候打款",
        "退的钱几天能到卡里", "退保款多久下来", "保险退了钱啥时候到", "退保金何时到账",
    ],
    "policy_loan": [
        "保单能贷款吗", "保单贷款怎么办", "保单贷款利息多少", "拿保单借钱行吗",
        "保险能抵押贷款吗", "保单贷款能贷几成", "保单质押贷款流程", "用保单借款",
    ],
    "start_tip_off": [
        "我要举报", "我想举报一个骗子", "举报代理退保的", "我有线索要举报",
        "帮我举报他", "我要举报这伙人", "想举报", "在哪举报，我要举报",
    ],
    "oos_claims": [
        "住院怎么理赔", "车祸保险赔多少", "理赔要什么材料", "骨折了保险给报销吗",
        "手术费能报吗", "意外险怎么赔", "理赔几天到账", "报案以后多久赔",
    ],
    "oos_chitchat": [
        "你吃饭了吗", "今天天气真好", "讲个笑话", "你喜欢什么颜色",
        "唱首歌吧", "好无聊啊", "陪我聊天", "你会做饭吗",
    ],
}  # fmt: skip


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return Lexicon.load(ROOT / "data" / "nlu" / "lexicon", ["平安人寿", "太平洋人寿"])


@pytest.fixture(scope="session")
def model(lexicon: Lexicon) -> TopicModel:
    rows = [(sentence, intent) for intent, sentences in SENTENCES.items() for sentence in sentences]
    return topic_training.fit([sentence for sentence, _ in rows], [intent for _, intent in rows], lexicon)
