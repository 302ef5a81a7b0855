from bot.knowledge.check import Everything


def test_another_kind_is_answered_with_its_own_rule(everything: Everything) -> None:
    assert everything.library.products.topic_after("product_compulsory_auto", "auto") == "product_auto"
    assert everything.library.products.topic_after("product_life_new_type", "universal") == "product_life_new_type"


def test_a_rule_for_every_kind_is_asked_about_another_kind(everything: Everything) -> None:
    assert everything.library.products.topic_after("refund_time", "auto") == "refund_time"
