"""Tampering shows, keys rotate, what must go goes, and backups bring everything back."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import text

from bot.intake.backup import BackupError, make_backup, restore_backup
from bot.intake.database import open_engine, upgrade, writing
from bot.intake.desk import IntakeDesk
from bot.intake.draft import Reporter, TipOffDraft
from bot.intake.erasure import apply_retention
from bot.intake.errors import ChainBrokenError, IntakeError
from bot.intake.rotation import forget_unused_keys, keys_in_use, rotate
from bot.intake.search import TipOffFilter
from bot.intake.verification import verify
from bot.intake.vocabulary import TipOffKind, TipOffState
from bot.privacy.keyring import Keyring
from tests.intake.conftest import Clock

Draft = Callable[..., TipOffDraft]


def picture() -> bytes:
    content = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "reporter's own camera"
    Image.new("RGB", (60, 40), "red").save(content, "JPEG", exif=exif)
    return content.getvalue()


@pytest.fixture
def filled(desk: IntakeDesk, draft: Draft, complainant: Reporter) -> IntakeDesk:
    """A desk with three tip-offs, messages, a note, evidence, a transition, a draft and audit entries."""
    receipts = [desk.submit(draft(f"第{number}个人的故事", reporter=complainant, kind=TipOffKind.BOTH, consent_identity=True), f"key-{number}")
                for number in range(3)]  # fmt: skip
    desk.add_message(receipts[0].number, "补充一点情况", "me")
    desk.add_evidence(receipts[0].number, picture(), "聊天截图.jpg", "me")
    desk.note(receipts[0].tip_off_id, "内部备注", "clerk")
    desk.transition(receipts[1].tip_off_id, TipOffState.FORWARDED, "clerk", "转公安")
    desk.unmask(receipts[1].tip_off_id, "phone", "clerk", "核实号码")
    desk.save_draft("conversation", draft())
    return desk


def change(desk: IntakeDesk, statement: str) -> None:
    with writing(desk.store.engine) as connection:
        assert connection.execute(text(statement)).rowcount


def test_an_untouched_store_is_intact(filled: IntakeDesk) -> None:
    report = verify(filled.store)

    assert report.problems == []
    assert (report.tip_offs, report.audit_entries, report.files) == (3, 1, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tip_offs SET state = 'closed' WHERE state = 'registered'",
        "UPDATE tip_offs SET lead_agency = 'market', rule = 'x'",
        "UPDATE tip_offs SET amount_paid = 1",
        "UPDATE tip_off_log SET reason = 'other' WHERE action = 'transition'",
        "UPDATE tip_off_log SET actor = 'someone' WHERE position = 1",
        "DELETE FROM tip_off_log WHERE action = 'unmasked'",
        "DELETE FROM messages",
        "DELETE FROM evidence",
        "DELETE FROM sealed WHERE field = 'demand' OR field = 'phone'",
        "DELETE FROM tip_offs WHERE state = 'forwarded'",
        "DELETE FROM tip_offs",
        "UPDATE register_lanes SET length = 0, head = '0'",
        "DELETE FROM audit_log",
        "UPDATE audit_log SET actor = 'nobody'",
        "UPDATE sealed SET token = 'k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' WHERE field = 'narrative'",
        "UPDATE sealed SET field = 'qq' WHERE field = 'wechat'",
    ],
)
def test_whatever_is_changed_behind_the_programs_back_shows(filled: IntakeDesk, statement: str) -> None:
    change(filled, statement)

    assert not verify(filled.store).is_intact


def test_cutting_off_the_end_of_a_log_with_its_head_set_back_shows(filled: IntakeDesk) -> None:
    change(filled, "DELETE FROM tip_off_log WHERE action = 'unmasked'")
    change(filled, "UPDATE tip_offs SET log_length = log_length - 1, log_head = (SELECT hash FROM tip_off_log WHERE tip_off_id = tip_offs.id "
                   "ORDER BY position DESC LIMIT 1) WHERE state = 'forwarded'")  # fmt: skip

    assert any("head" in problem for problem in verify(filled.store).problems)


def test_nothing_is_written_on_top_of_a_tampered_log(filled: IntakeDesk) -> None:
    change(filled, "UPDATE tip_offs SET log_head = 'f'")
    tip_off_id = filled.search(TipOffFilter()).items[0].id

    with pytest.raises(ChainBrokenError):
        filled.assign(tip_off_id, "clerk", "chief")


def test_an_evidence_file_that_was_changed_shows(filled: IntakeDesk) -> None:
    (original,) = filled.store.evidence_folder.glob("*/*.original")
    original.write_bytes(original.read_bytes()[:-1] + b"x")

    assert not verify(filled.store).is_intact


def test_rotation_seals_everything_anew_and_the_old_key_can_be_forgotten(filled: IntakeDesk) -> None:
    before = keys_in_use(filled.store)
    key_id, number = rotate(filled.store, "operator")

    assert key_id == "k2"
    assert number == before["k1"]
    assert keys_in_use(filled.store) == {"k1": 0, "k2": before["k1"]}
    assert forget_unused_keys(filled.store, "operator", still_needed=lambda _: True) == []
    assert forget_unused_keys(filled.store, "operator", still_needed=lambda _: False) == ["k1"]
    assert verify(filled.store).problems == []
    assert filled.load_draft("conversation") is not None


def test_a_process_that_was_running_during_the_rotation_goes_on(filled: IntakeDesk, draft: Draft) -> None:
    other = IntakeDesk(filled.store.engine, Keyring.load(filled.store.keyring.path), filled.catalog, filled.store.evidence_folder)
    rotate(filled.store, "operator")
    other.submit(draft(), "after-rotation")

    assert keys_in_use(other.store)["k1"] == 0
    assert verify(other.store).is_intact


def test_unmasking_needs_a_reason_and_leaves_its_audit_entry_even_when_it_fails(filled: IntakeDesk) -> None:
    tip_off_id = filled.search(TipOffFilter()).items[0].id
    with pytest.raises(IntakeError, match="reason_missing"):
        filled.unmask(tip_off_id, "phone", "clerk", " ")
    with pytest.raises(IntakeError, match="field_unknown"):
        filled.unmask(tip_off_id, "no_such_field", "clerk", "打给13912345678")

    newest = filled.audit_entries(tip_off_id)[0]
    assert (newest.actor, newest.action) == ("clerk", "unmask")
    assert "13912345678" not in newest.detail
    assert "no_such_field" in newest.detail


def test_a_masked_view_does_not_show_what_unmasking_shows(filled: IntakeDesk) -> None:
    tip_off_id = filled.search(TipOffFilter()).items[0].id
    masked = filled.get(tip_off_id).masked_fields

    for field in ("phone", "wechat", "suspect_name", "reporter_name", "reporter_phone", "reporter_address"):
        assert masked[field] != filled.unmask(tip_off_id, field, "clerk", "核实")
        assert "*" in masked[field]


def test_a_backup_restores_on_the_other_database_with_every_receipt_working(
    filled: IntakeDesk, tmp_path: Path, clock: Clock, draft: Draft
) -> None:
    archive = tmp_path / "guard.tar.gz"
    summary = make_backup(filled.store, archive)
    engine = open_engine(f"sqlite:///{tmp_path / 'restored.db'}")
    upgrade(engine)
    restored = IntakeDesk(engine, filled.store.keyring, filled.catalog, tmp_path / "restored-evidence", clock=clock)
    restore_backup(restored.store, archive)

    assert (summary.rows["tip_offs"], summary.files) == (3, 2)
    assert verify(restored.store).problems == []
    again = restored.submit(draft(), "key-0")
    assert again.repeated
    assert restored.status(again.number, "me").messages[0].text == "补充一点情况"
    restored.submit(draft(), "new-key")
    assert verify(restored.store).is_intact
    engine.dispose()


def test_a_backup_is_unreadable_without_the_keys(filled: IntakeDesk, tmp_path: Path) -> None:
    archive = tmp_path / "guard.tar.gz"
    make_backup(filled.store, archive)
    engine = open_engine(f"sqlite:///{tmp_path / 'other.db'}")
    upgrade(engine)
    stranger = IntakeDesk(engine, Keyring.load_or_create(tmp_path / "other-keys.json"), filled.catalog, tmp_path / "other")

    with pytest.raises(BackupError, match="keys"):
        restore_backup(stranger.store, archive)
    engine.dispose()


@pytest.mark.parametrize("damage", ["not empty", "truncated", "changed", "not an archive", "exists"])
def test_a_backup_that_cannot_be_trusted_changes_nothing(filled: IntakeDesk, tmp_path: Path, damage: str) -> None:
    archive = tmp_path / "guard.tar.gz"
    make_backup(filled.store, archive)
    content = archive.read_bytes()
    if damage == "exists":
        with pytest.raises(BackupError, match="exists"):
            make_backup(filled.store, archive)
        return
    if damage != "not empty":
        damaged = {"truncated": content[: len(content) // 2], "changed": content[:-200] + b"x" * 100 + content[-100:], "not an archive": b"hello"}
        archive.write_bytes(damaged[damage])
    rows = filled.search(TipOffFilter()).total

    with pytest.raises(BackupError):
        restore_backup(filled.store, archive)
    assert filled.search(TipOffFilter()).total == rows


def test_erasing_a_person_leaves_nothing_readable_but_a_countable_row(filled: IntakeDesk) -> None:
    dry = filled.erase_person("operator", "本人要求", phone="135 0000 0000", draft_owner="conversation", dry_run=True)
    assert (dry.tip_offs, dry.files, dry.drafts) == (3, 1, 1)
    assert filled.search(TipOffFilter(identifier="13912345678")).total == 3

    gone = filled.erase_person("operator", "本人要求", phone="135 0000 0000", draft_owner="conversation")
    assert gone == dry
    assert filled.load_draft("conversation") is None
    assert filled.search(TipOffFilter(identifier="13912345678")).total == 0
    assert filled.search(TipOffFilter()).total == 3
    assert list(filled.store.evidence_folder.glob("*/*")) == []
    shown = filled.get(filled.search(TipOffFilter()).items[0].id)
    assert (shown.masked_fields, shown.messages, shown.evidence) == ({}, (), ())
    assert verify(filled.store).problems == []


def test_a_receipt_alone_is_enough_to_be_erased(filled: IntakeDesk, draft: Draft) -> None:
    receipt = filled.submit(draft(), "key-0")

    assert filled.erase_person("operator", "本人要求", receipt=receipt.number).tip_offs == 1
    assert filled.status(receipt.number, "me").messages == ()


def test_retention_erases_only_what_is_over_time_and_a_dry_run_nothing(filled: IntakeDesk, clock: Clock) -> None:
    newest = filled.search(TipOffFilter()).items[0].id
    filled.transition(newest, TipOffState.CLOSED, "clerk", "办结")
    assert apply_retention(filled.store, dry_run=True).tip_offs == 0
    clock.now += timedelta(days=filled.catalog.limits.retention_days.closed_identity + 1)

    assert (apply_retention(filled.store, dry_run=True).tip_offs, apply_retention(filled.store, dry_run=True).drafts) == (1, 1)
    assert filled.load_draft("conversation") is not None
    assert apply_retention(filled.store).tip_offs == 1
    assert filled.load_draft("conversation") is None
    assert filled.get(newest).erased_at is not None
    assert apply_retention(filled.store).tip_offs == 0
    assert verify(filled.store).is_intact
