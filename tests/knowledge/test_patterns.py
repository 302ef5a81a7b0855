from bot.knowledge.patterns import any_of, bare


def test_alternatives_inside_a_pattern_do_not_leak_into_its_neighbours() -> None:
    assert any_of(["退保|退费", "吗$"]).fullmatch("退费")
    assert not any_of(["a|b", "c"]).fullmatch("ac")


def test_no_patterns_match_nothing_rather_than_everything() -> None:
    assert not any_of([]).search("退保")
    assert not any_of([]).search("")


def test_a_message_is_compared_without_marks_spaces_and_width() -> None:
    assert bare(" ＯＫ，那就 这样_吧！ ") == "ok那就这样吧"
