"""What counts as personal data in free text, and what a masked text still shows."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy.personal_data import PersonalDataKind, find_personal_data, mask


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("他手机13800138000他要加我", "phone", "13800138000"),
        ("电话138-0013-8000打不通", "phone", "138-0013-8000"),
        ("手机１３８００１３８０００", "phone", "１３８００１３８０００"),
        ("手机幺三八零零幺三八零零零", "phone", "幺三八零零幺三八零零零"),
        ("+86 138 0013 8000", "phone", "+86 138 0013 8000"),
        ("①③⑧00138000", "phone", "①③⑧00138000"),
        ("家里座机0434-3212345", "landline", "0434-3212345"),
        ("身份证22030219600101123X给他了", "id_number", "22030219600101123X"),
        ("身份证220302196001011231给他了", "id_number", "220302196001011231"),
        ("身份证号码是22030219600101123少一位", "id_number", "22030219600101123"),
        ("卡号6222 0212 3456 7890 123", "bank_card", "6222 0212 3456 7890 123"),
        ("工行6222021234567890123转的", "bank_card", "6222021234567890123"),
        ("微信号abc_12345加的", "wechat", "abc_12345"),
        ("加他V：tuibao888", "wechat", "tuibao888"),
        ("vx是wxid_a1b2c3", "wechat", "wxid_a1b2c3"),
        ("QQ号12345678", "qq", "12345678"),
        ("车牌吉C12345的白车", "plate", "吉C12345"),
        ("邮箱a.b@qq.com收的", "email", "a.b@qq.com"),
        ("验证码是 123456", "verification_code", "123456"),
        ("我把验证码告诉他了，482913", "verification_code", "482913"),
        ("482913是您的验证码", "verification_code", "482913"),
        ("密码是abc@123!", "password", "abc@123!"),
        ("回执8123456789012345", "long_number", "8123456789012345"),
    ],
)
def test_personal_data_is_found_even_when_glued_to_chinese_characters(text: str, kind: str, value: str) -> None:
    found = [(finding.kind.value, text[finding.start : finding.end]) for finding in find_personal_data(text)]

    assert (kind, value) in found
    assert value not in mask(text)


@pytest.mark.parametrize(
    "text",
    [
        "打12378、12315或者110，保险公司95519，400-812-3456，96110也行",
        "付了3000元，2024年5月1日，一万二千三百块，20%手续费",
        "密码没给他，12378说不能给",
        "密码改了 2023年改的",
        "我微信里没钱，全国有五十多家公司",
    ],
)
def test_hotlines_amounts_and_dates_are_not_personal_data(text: str) -> None:
    assert mask(text) == text


def test_two_kinds_in_one_run_of_text_keep_their_own_ranges() -> None:
    text = "我交了5000 13912345678 2024-05-01 卡6222021234567890123"

    assert [finding.kind for finding in find_personal_data(text)] == [PersonalDataKind.PHONE, PersonalDataKind.BANK_CARD]
    assert mask(text) == "我交了5000 139****5678 2024-05-01 卡***************0123"


@given(st.text(max_size=200))
def test_masking_keeps_the_length_and_masking_again_changes_nothing_readable(text: str) -> None:
    masked = mask(text)

    assert len(masked) == len(text)
    assert all(before == after or after == "*" for before, after in zip(text, masked, strict=True))


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.text(alphabet="我他的是给打了钱号，。", max_size=6),
    st.text(alphabet="我他的了，。", max_size=6),
)
def test_a_mobile_number_never_survives_masking(number: str, before: str, after: str) -> None:
    assert number not in mask(before + number + after)


@pytest.mark.parametrize("unit", ["1", "1 ", "13800138000", "验证码", "a", "1-", "卡号", "@", "微信", "0434-"])
def test_hostile_repetition_is_masked_in_bounded_time(unit: str) -> None:
    started = time.process_time()
    mask((unit * 100_000)[:100_000])

    assert time.process_time() - started < 3
