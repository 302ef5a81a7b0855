from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from bot.console.csv_export import safe_cell
from bot.intake.desk import IntakeDesk
from bot.intake.vocabulary import TipOffState
from tests.console.conftest import Browser
from tests.console.intake import HOSTILE, REPORTER, tell, tell_of_an_advertisement

Open = Callable[..., Browser]


def test_a_tip_off_just_filed_is_found_and_read(browser: Open, desk: IntakeDesk) -> None:
    receipt = tell(desk, "one", reporter=REPORTER, amount_paid=3000.0, fee_rate=0.3, insurer="平安人寿")
    worker = browser("worker")
    listed = worker.get("/tip-offs").text
    assert f'href="/tip-offs/{receipt.tip_off_id}"' in listed
    for words in ("平安人寿", "伊通满族自治县", "3,000", "30%", "已登记"):
        assert words in listed, words

    page = worker.get(f"/tip-offs/{receipt.tip_off_id}").text
    for words in ("先收了我三千块材料费", "承诺全额或高额退保", "王**", "13*******00"):
        assert words in page, words
    for secret in ("王秀英", "13912345678", "北一纬路8号", "13800138000", receipt.number):
        assert secret not in page, secret


def test_the_routing_is_shown_with_its_legal_basis_and_the_running_period(browser: Open, desk: IntakeDesk) -> None:
    receipt = tell_of_an_advertisement(desk, "one")
    view = desk.get(receipt.tip_off_id)
    assert view.deadlines
    page = html.unescape(browser("worker").get(f"/tip-offs/{receipt.tip_off_id}").text)
    assert view.legal_basis in page
    assert desk.catalog.agency_name(view.summary.lead_agency) in page
    for period in view.deadlines:
        assert period.name in page
        assert period.due_on.isoformat() in page


def test_filters_narrow_the_queue_and_meaningless_values_are_ignored(browser: Open, desk: IntakeDesk) -> None:
    here, there = tell(desk, "one", region_code="220322"), tell(desk, "two", region_code="220323", insurer="中国人寿")
    desk.assign(there.tip_off_id, "worker", "worker")
    worker = browser("worker")
    for query, ids in {
        "region=220322": {here.tip_off_id},
        "insurer=中国人寿": {there.tip_off_id},
        "mine=yes": {there.tip_off_id},
        "state=closed": set(),
        "state=registered": {here.tip_off_id, there.tip_off_id},
        "state=xx&agency=yy&kind=zz&urgent=maybe&since=x&until=9999-12-31&after=%00": {here.tip_off_id, there.tip_off_id},
    }.items():
        assert set(re.findall(r'href="/tip-offs/([0-9a-f]{32})"', worker.get(f"/tip-offs?{query}").text)) == ids, query


def test_pages_of_the_queue_follow_each_other(browser: Open, desk: IntakeDesk) -> None:
    ids = {tell(desk, f"n{number}").tip_off_id for number in range(52)}
    worker = browser("worker")
    first = worker.get("/tip-offs?region=220323").text
    following = html.unescape(re.search(r'href="([^"]*after=[^"]*)"', first)[1])  # type: ignore[index]
    second = worker.get(following).text
    assert "region=220323" in following
    assert set(re.findall(r'href="/tip-offs/([0-9a-f]{32})"', first + second)) == ids


def test_a_receipt_read_out_on_the_phone_opens_its_tip_off_and_never_stands_in_an_address(browser: Open, desk: IntakeDesk) -> None:
    receipt = tell(desk, "one")
    worker = browser("worker")
    spoken = f"{receipt.number[:4]} {receipt.number[4:8]}-{receipt.number[8:12]} {receipt.number[12:]}"
    answer = worker.send("/tip-offs/find", sought=spoken)
    assert answer.headers["location"] == f"/tip-offs/{receipt.tip_off_id}"
    assert 'method="post" action="/tip-offs/find"' in worker.get("/tip-offs").text
    audited = str([entry.detail for entry in desk.audit_entries()])
    assert receipt.number not in audited


def test_a_suspects_number_finds_every_tip_off_about_them(browser: Open, desk: IntakeDesk) -> None:
    ids = {tell(desk, f"n{number}").tip_off_id for number in range(2)}
    tell(desk, "other", phone="13700137000")
    worker = browser("worker")
    assert set(re.findall(r'href="/tip-offs/([0-9a-f]{32})"', worker.send("/tip-offs/find", sought="138-0013 8000").text)) == ids
    assert "没有查到" in worker.send("/tip-offs/find", sought="13600136000").text


def test_a_tip_off_is_moved_along_with_a_reason_that_stands_in_its_history(browser: Open, desk: IntakeDesk) -> None:
    tip_off = tell(desk, "one").tip_off_id
    answer = browser("worker").send(f"/tip-offs/{tip_off}/state", to_state="forwarded", expected_state="registered", reason="属于他们管")
    assert answer.headers["location"] == f"/tip-offs/{tip_off}"
    page = browser("worker").get(f"/tip-offs/{tip_off}").text
    assert "已登记 → 已分送" in page
    assert "属于他们管" in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"to_state": "forwarded", "reason": " "}, "请写明理由"),
        ({"to_state": "rejected", "reason": "写了很久的理由"}, "请写明依据"),
        ({"to_state": "extended", "reason": "写了很久的理由"}, "不能从"),
        ({"to_state": "", "reason": "写了很久的理由"}, "请选要改成什么状态"),
        ({"to_state": "nonsense", "reason": "写了很久的理由"}, "请选要改成什么状态"),
        ({"to_state": "forwarded", "expected_state": "accepted", "reason": "写了很久的理由"}, "刚才别人已经改过"),
    ],
)
def test_a_refused_change_says_why_and_keeps_what_was_typed(browser: Open, desk: IntakeDesk, fields: dict[str, str], words: str) -> None:
    tip_off = tell(desk, "one").tip_off_id
    answer = browser("worker").send(f"/tip-offs/{tip_off}/state", **fields)
    assert answer.status_code in {400, 409}
    assert words in answer.text
    assert fields["reason"].strip() in answer.text
    assert desk.get(tip_off).summary.state is TipOffState.REGISTERED


def test_notes_stay_inside_and_messages_reach_the_reporter(browser: Open, desk: IntakeDesk) -> None:
    receipt = tell(desk, "one")
    worker = browser("worker")
    worker.send(f"/tip-offs/{receipt.tip_off_id}/note", note="内部看的话")
    worker.send(f"/tip-offs/{receipt.tip_off_id}/message", message="请补充转账记录")
    page = worker.get(f"/tip-offs/{receipt.tip_off_id}").text
    assert "内部看的话" in page
    assert "请补充转账记录" in page
    told = str(desk.status(receipt.number, "someone"))
    assert "请补充转账记录" in told
    assert "内部看的话" not in told


def test_a_tip_off_is_taken_given_to_a_colleague_and_given_back(browser: Open, desk: IntakeDesk) -> None:
    tip_off = tell(desk, "one").tip_off_id
    worker = browser("worker")
    worker.send(f"/tip-offs/{tip_off}/clerk", clerk="worker")
    assert desk.get(tip_off).summary.assigned_to == "worker"
    worker.send(f"/tip-offs/{tip_off}/clerk", clerk="supervisor")
    assert desk.get(tip_off).summary.assigned_to == "supervisor"
    assert worker.send(f"/tip-offs/{tip_off}/clerk", clerk="auditor").status_code == 404
    assert worker.send(f"/tip-offs/{tip_off}/clerk", clerk="nobody").status_code == 404
    worker.send(f"/tip-offs/{tip_off}/clerk", clerk="")
    assert desk.get(tip_off).summary.assigned_to is None


def test_a_supervisor_looks_behind_a_mask_only_with_a_reason_and_it_is_written_down(browser: Open, desk: IntakeDesk) -> None:
    tip_off = tell(desk, "one", reporter=REPORTER).tip_off_id
    supervisor = browser("supervisor")
    refused = supervisor.send(f"/tip-offs/{tip_off}/unmask", field="reporter_phone", unmask_reason="")
    assert "13912345678" not in refused.text
    shown = supervisor.send(f"/tip-offs/{tip_off}/unmask", field="reporter_phone", unmask_reason="需要回电核实")
    assert "13912345678" in shown.text
    assert "王秀英" not in shown.text
    assert "13912345678" not in supervisor.get(f"/tip-offs/{tip_off}").text
    entry = next(entry for entry in desk.audit_entries() if entry.action == "unmask")
    assert (entry.actor, entry.tip_off_id) == ("supervisor", tip_off)
    assert "需要回电核实" in entry.detail


def test_a_worker_cannot_unmask_merge_or_export(browser: Open, desk: IntakeDesk) -> None:
    tip_off = tell(desk, "one", reporter=REPORTER).tip_off_id
    worker = browser("worker")
    refused = worker.send(f"/tip-offs/{tip_off}/unmask", field="reporter_phone", unmask_reason="想看看")
    assert refused.status_code == 403
    assert "13912345678" not in refused.text
    assert worker.send(f"/tip-offs/{tip_off}/merge", into=tip_off, merge_reason="x").status_code == 403
    assert worker.get("/tip-offs/export").status_code == 403
    assert "/unmask" not in worker.get(f"/tip-offs/{tip_off}").text
    assert [entry.actor for entry in desk.audit_entries() if entry.action == "refused"] == ["worker"] * 3


def test_duplicates_are_seen_merged_and_grouped(browser: Open, desk: IntakeDesk) -> None:
    first, second = tell(desk, "one").tip_off_id, tell(desk, "two").tip_off_id
    supervisor = browser("supervisor")
    assert f'<option value="{first}">' in supervisor.get(f"/tip-offs/{second}").text
    groups = supervisor.get("/tip-offs/groups").text
    assert first in groups
    assert "2 条线索" in groups
    supervisor.send(f"/tip-offs/{second}/merge", into=first, merge_reason="同一个人", new_facts="yes")
    assert desk.get(second).merged_into == first
    assert f'href="/tip-offs/{first}"' in supervisor.get(f"/tip-offs/{second}").text


def test_what_presses_is_counted_listed_and_marked(browser: Open, desk: IntakeDesk) -> None:
    weeks_ago = IntakeDesk(desk.store.engine, desk.store.keyring, desk.catalog, clock=lambda: datetime.now(UTC) - timedelta(days=40))
    late = tell_of_an_advertisement(weeks_ago, "late").tip_off_id
    worker = browser("worker")
    assert re.search(r"超期 \d+ 天", worker.get("/tip-offs").text)
    assert late in worker.get("/tip-offs/due").text


def test_evidence_is_shown_clean_and_the_original_asks_for_a_reason(browser: Open, desk: IntakeDesk) -> None:
    receipt = tell(desk, "one")
    other = tell(desk, "two").tip_off_id
    picture = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    Image.new("RGB", (40, 40), "red").save(picture, "JPEG", exif=exif)
    evidence = desk.add_evidence(receipt.number, picture.getvalue(), "../<script>聊天.jpg", "someone")
    path = f"/tip-offs/{receipt.tip_off_id}/evidence/{evidence}"
    worker = browser("worker")

    shown = worker.get(path)
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["content-disposition"] == f'attachment; filename="{evidence}.jpg"'
    assert shown.headers["content-security-policy"].startswith("sandbox")
    assert b"taken at home" not in shown.content
    assert worker.get(f"/tip-offs/{other}/evidence/{evidence}").status_code == 404
    assert worker.send(f"{path}/original", unmask_reason="想看").status_code == 403
    supervisor = browser("supervisor")
    assert supervisor.send(f"{path}/original", unmask_reason="").status_code == 400
    assert supervisor.send(f"{path}/original", unmask_reason="鉴定要用").content == picture.getvalue()


def test_the_table_to_take_along_holds_no_formula_and_nobodys_identity(browser: Open, desk: IntakeDesk) -> None:
    tell(desk, "one", reporter=REPORTER, insurer='=HYPERLINK("http://evil")', platform="@SUM(1)")
    answer = browser("supervisor").get("/tip-offs/export?region=220323")
    assert answer.headers["content-disposition"] == 'attachment; filename="tip-offs.csv"'
    assert answer.content.startswith("\ufeff".encode())
    header, row = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert len(header) == len(row)
    assert '\'=HYPERLINK("http://evil")' in row
    assert "'@SUM(1)" in row
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)
    for secret in ("王秀英", "13912345678", "13800138000"):
        assert secret not in answer.text
    assert any(entry.action == "tip_offs_exported" for entry in desk.audit_entries())
    empty = list(csv.reader(io.StringIO(browser("supervisor").get("/tip-offs/export?region=220322").text)))
    assert len(empty) == 1


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", " =1", "　=1", "=cmd|' /C calc'!A0"])
def test_no_cell_starts_like_a_formula(text: str) -> None:
    assert safe_cell(text).startswith("'")


@pytest.mark.parametrize(("value", "cell"), [(-5, "-5"), (0.3, "0.3"), (None, ""), ("伊通", "伊通"), ("", ""), ("a=b", "a=b")])
def test_honest_cells_stay_as_they_are(value: object, cell: str) -> None:
    assert safe_cell(value) == cell


def test_nothing_a_reporter_typed_runs_in_a_staff_browser(browser: Open, desk: IntakeDesk) -> None:
    hostile = {
        name: HOSTILE
        for name in ("suspect_name", "company", "wechat", "qq", "phone", "bank_account", "platform", "account_name", "place", "time", "insurer")
    }
    receipt = tell(desk, "one", HOSTILE, **hostile, behaviours=[HOSTILE], gave_documents=[HOSTILE])
    desk.add_message(receipt.number, HOSTILE, "someone")
    supervisor = browser("supervisor")
    tip_off = receipt.tip_off_id
    supervisor.send(f"/tip-offs/{tip_off}/note", note=HOSTILE)
    supervisor.send(f"/tip-offs/{tip_off}/state", to_state="forwarded", reason=HOSTILE)
    pages = [
        supervisor.get(f"/tip-offs/{tip_off}"),
        supervisor.get("/tip-offs"),
        supervisor.get(f"/tip-offs?insurer={HOSTILE}"),
        supervisor.send(f"/tip-offs/{tip_off}/state", to_state="registered", reason=HOSTILE),
        supervisor.send("/tip-offs/find", sought=HOSTILE),
        *(supervisor.send(f"/tip-offs/{tip_off}/unmask", field=field, unmask_reason=HOSTILE) for field in ("narrative", "company")),
        browser("auditor").get("/audit"),
    ]
    for page in pages:
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "onerror=alert(1)&gt;49" not in page.text


def test_an_unknown_tip_off_is_said_to_be_unknown(browser: Open) -> None:
    worker = browser("worker")
    for answer in (worker.get("/tip-offs/0123"), worker.send("/tip-offs/0123/note", note="x"), worker.get("/tip-offs/0123/evidence/x")):
        assert answer.status_code == 404
        assert "没有这条线索" in answer.text
