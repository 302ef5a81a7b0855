import pytest

from bot.scam.chats import parse_chat


@pytest.mark.parametrize(
    ("paste", "speakers"),
    [
        ("张三 2024/5/1 10:22\n你好\n李四 10:23\n在的\n张三 10:24\n好", ["张三", "李四", "张三"]),
        ("2024-05-01 10:22:33 张三\n你好\n2024-05-01 10:23:01 李四\n在的", ["张三", "李四"]),
        ("张三：你好\n李四：在的\n张三：好", ["张三", "李四", "张三"]),
        ("【王经理】姐在吗\n【我】在\n【王经理】那份保单还在不", ["王经理", "我", "王经理"]),
        ("[10:22] 张三: 你好\n[10:23] 李四: 在的\n[10:24] 张三: 好", ["张三", "李四", "张三"]),
        ("昨天 14:20\n客服: 您好\n我: 你好\n[图片]\n客服: 请讲", ["客服", "我", "客服"]),
        ("- 在吗老师\n- 在的您说\n- 我想退保险", ["A", "B", "A"]),
        ("老师在吗\n在的，您说\n我想把保险退了\n好的拍给我看看", ["", "", "", ""]),
    ],
)
def test_the_usual_ways_of_pasting_a_chat_are_read(paste: str, speakers: list[str]) -> None:
    turns = parse_chat(paste)
    assert turns is not None
    assert [turn.speaker for turn in turns] == speakers
    assert all(paste[turn.start : turn.start + len(turn.text)] == turn.text for turn in turns)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "我想退保",
        "费用：五百元\n时间：明天\n地点：四平",
        "第一段话写得很长很长，" * 10 + "\n" + "第二段话也写得很长很长，" * 10,
        "全\n额\n退\n保",
        "http://a.cn:80\n好",
    ],
)
def test_what_is_no_chat_is_not_taken_for_one(text: str) -> None:
    assert parse_chat(text) is None


def test_lines_without_a_name_go_on_with_the_turn_before() -> None:
    turns = parse_chat("甲：您好\n我想问一下\n乙：请讲\n甲：怎么退保")
    assert turns is not None
    assert turns[0].text == "您好\n我想问一下"
