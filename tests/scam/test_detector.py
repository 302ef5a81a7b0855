import json
from pathlib import Path

import pytest
import yaml

from bot.scam.chats import Turn
from bot.scam.data import Verdict
from bot.scam.detector import ScamDetector
from bot.scam.verdict import NOTHING_FOUND
from tests.scam.conftest import ROOT

SHARED = ROOT.parent / "shared" / "eval"


@pytest.mark.parametrize(
    "text",
    [
        "全额退保，不成功不收费，加微信",
        "我是银保监会的专员，您的保单可以办理清退，把身份证银行卡发我",
        "给业务员打电话录音，套他承认承诺过收益，退下来收三成",
        "退保项目招代理，收徒包教会",
        "退的钱先打到我们公司账户，扣完服务费再给您",
    ],
)
def test_an_agents_talk_is_evident_and_says_why(detector: ScamDetector, text: str) -> None:
    screening = detector.screen_text(text)
    assert screening.verdict is Verdict.EVIDENT
    assert screening.speaker == "agent"
    assert screening.signals
    assert all(text[s.start : s.end] == s.phrase for s in screening.signals)
    assert screening.advice


@pytest.mark.parametrize(
    "text",
    [
        "全额退保是真的吗",
        "他说能全额退，让我把身份证发过去，我该信吗",
        "请警惕“全额退保”骗局，切勿将身份证交给他人",
        "您还在犹豫期内，可以全额退保，扣除工本费十元",
        "我要投诉业务员，当时说五年返本",
        "亲，七天无理由全额退款，运费您出",
        "验证码收不到怎么办",
        "明天几点开会",
        "",
        "🌹🌹🌹",
    ],
)
def test_questions_warnings_complaints_and_everyday_talk_are_not_evident(detector: ScamDetector, text: str) -> None:
    assert detector.screen_text(text).verdict is not Verdict.EVIDENT


def test_the_score_is_the_sum_of_the_evidence_shown(detector: ScamDetector) -> None:
    from bot.scam.verdict import logistic

    screening = detector.screen_text("全额退保，不成功不收费，加微信")
    assert screening.score == pytest.approx(logistic(sum(screening.evidence.values())))
    assert {s.signal for s in screening.signals} <= screening.evidence.keys()


def test_innocent_lines_add_up_over_a_conversation(detector: ScamDetector) -> None:
    turns = [
        Turn("李", "您保单交了几年了"),
        Turn("我", "五年"),
        Turn("李", "把保单拍给我看看"),
        Turn("李", "退下来收三成"),
        Turn("李", "保险公司电话别接"),
    ]
    whole = detector.screen_turns(turns)
    assert whole.verdict is Verdict.EVIDENT
    assert {signal.turn for signal in whole.signals} <= {0, 2, 3, 4}
    assert all(turns[s.turn].text[s.start : s.end] == s.phrase for s in whole.signals)


@pytest.mark.parametrize("text", ["验证码收不到怎么办啊急死了", "银行卡丢了明天去补", "昨天晚上又失眠到三点", "老客户了还这么贵", "只能退一半吗"])
def test_one_everyday_word_is_no_reason_to_judge(detector: ScamDetector, text: str) -> None:
    assert detector.screen_text(text) == NOTHING_FOUND


def test_a_screening_says_whether_it_read_a_pasted_chat(detector: ScamDetector) -> None:
    assert detector.screen_text("老师：全额退保，不成功不收费\n我：真的吗\n老师：身份证拍给我").pasted
    assert not detector.screen_text("全额退保，不成功不收费").pasted


def test_a_pasted_chat_is_screened_by_turns_with_offsets_into_the_paste(detector: ScamDetector) -> None:
    paste = "张老师 10:22\n您好，我们专门办理全额退保\n我 10:23\n怎么收费\n张老师 10:24\n不成功不收费，成了收三成"
    screening = detector.screen_text(paste)
    assert screening.verdict is Verdict.EVIDENT
    assert {s.turn for s in screening.signals} == {0, 2}
    assert all(paste[s.start : s.end] == s.phrase for s in screening.signals)


def test_whoever_tells_what_an_agent_said_is_no_agent(detector: ScamDetector) -> None:
    told = ["阿梅: 有个人说能帮我把保费全要回来，收三成，你觉得行不", "晓峰: 千万别，那是骗人的", "阿梅: 他还叫我把银行卡寄过去", "晓峰: 赶紧删了他"]
    assert detector.screen_text("\n".join(told)).verdict is not Verdict.EVIDENT


@pytest.mark.parametrize(
    ("text", "found"), [("葆险交了好几年，想煺的来问我", True), ("保险交了好几年，想退的来问我", False), ("退 保 要 带 什么", False)]
)
def test_words_written_in_disguise_are_a_sign_of_their_own(detector: ScamDetector, text: str, found: bool) -> None:
    assert ("hidden_words" in {signal.signal for signal in detector.screen_text(text).signals}) is found


def test_what_a_person_recounts_is_told_apart_from_what_an_agent_demands(detector: ScamDetector) -> None:
    assert "collect_id_docs" in detector.recount("对方让我把身份证和保单拍照发过去，我有点怕")
    assert detector.recount("把身份证和保单拍照发给我，帮您全额退保") == ()
    assert detector.recount("今天天气不错") == ()


def test_stages_go_as_far_as_the_worst_demand(detector: ScamDetector) -> None:
    assert detector.screen_text("全额退保，不成功不收费").stage == "contact"
    assert detector.screen_text("不给佣金就曝光你，去你单位闹").stage == "threaten"


def test_held_out_agents_are_heard_and_honest_people_left_alone(detector: ScamDetector, held_out: dict[str, list]) -> None:
    def share(name: str, verdicts: set[str]) -> float:
        found = [detector.screen_text(text).verdict for text in held_out[name]]
        return sum(verdict in verdicts for verdict in found) / len(found)

    assert share("agent_lines", {"evident", "suspicious"}) >= 0.80
    assert share("agent_fragments", {"evident", "suspicious"}) >= 0.85
    assert share("victims", {"evident"}) <= 0.10
    assert share("notices", {"evident"}) <= 0.10
    assert share("honest", {"evident"}) <= 0.05


@pytest.mark.parametrize(
    ("author", "name", "least", "most"),
    [
        ("second", "agent_lines", 0.85, 1.0),
        ("second", "disguised_agent_lines", 0.92, 1.0),
        ("second", "scam_chats", 0.94, 1.0),
        ("second", "honest_chats", 0.0, 0.06),
        ("second", "honest_lines", 0.0, 0.04),
        ("third", "agent_lines", 0.65, 1.0),
        ("third", "scam_chats", 0.92, 1.0),
        ("third", "honest_chats", 0.0, 0.05),
        ("third", "honest_lines", 0.0, 0.04),
    ],
)
def test_other_authors_agents_are_heard_and_honest_people_left_alone(
    detector: ScamDetector, author: str, name: str, least: float, most: float
) -> None:
    texts = yaml.safe_load(Path(__file__).with_name(f"heldout_{author}_author.yml").read_text(encoding="utf-8"))[name]
    evident = [text for text in texts if detector.screen_text(text).verdict is Verdict.EVIDENT]
    assert least * len(texts) <= len(evident) <= most * len(texts), len(evident) / len(texts)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared evaluation files are not here")
@pytest.mark.parametrize(("name", "most"), [("benign_chat", 0.001), ("benign_insurance", 0.005), ("real_questions", 0.01), ("warning_notices", 0.05)])
def test_real_honest_texts_are_hardly_ever_flagged(detector: ScamDetector, name: str, most: float) -> None:
    rows = [json.loads(line)["text"] for line in (Path(SHARED) / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    flagged = [text for text in rows if detector.screen_text(text).verdict is Verdict.EVIDENT]
    assert len(flagged) <= most * len(rows), flagged


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared evaluation files are not here")
def test_real_slogans_are_heard(detector: ScamDetector) -> None:
    rows = [json.loads(line)["text"] for line in (Path(SHARED) / "real_scam.jsonl").read_text(encoding="utf-8").splitlines()]
    heard = [text for text in rows if detector.screen_text(text).verdict is Verdict.EVIDENT]
    assert len(heard) >= 0.95 * len(rows)
