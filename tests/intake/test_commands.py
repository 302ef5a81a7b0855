"""The intake's commands, as an operator types them."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from bot.runtime.commands import backup, extract, intake, keys


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    monkeypatch.setenv("GUARD_DATA_DIR", str(tmp_path / "var"))
    app = typer.Typer()
    for command in (backup, extract, intake, keys):
        command.register(app)
    return app


def test_extract_answers_every_row_in_order_and_a_bad_row_costs_no_other(app: typer.Typer, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_bytes('{"text": "微信tuibao888让我交了3000元"}\nnot json\n\n{"no": "text"}\n{"text": "\udc80"}\n'.encode("utf-8", "surrogateescape"))
    result = CliRunner().invoke(app, ["extract", str(rows)])
    answers = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]

    assert result.exit_code == 0
    assert len(answers) == 4
    assert answers[0]["fields"]["wechat"] == "tuibao888"
    assert {"fields", "lead_agency", "co_agencies", "urgent", "rule"} <= set(answers[0])
    assert [answer.get("line") for answer in answers] == [None, 2, 4, None]


def test_extract_reads_standard_input(app: typer.Typer) -> None:
    result = CliRunner().invoke(app, ["extract", "-"], input='{"text": "有人威胁我"}\n')

    assert json.loads(result.stdout)["urgent"] is True


def test_verify_rotate_forget_backup_and_restore_work_on_a_fresh_installation(
    app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = CliRunner().invoke
    assert "intact" in run(app, ["intake", "verify"]).stdout
    assert "k2 is active" in run(app, ["keys", "rotate"]).stdout
    assert "removed: k1" in run(app, ["keys", "forget"]).stdout
    assert "k2" in run(app, ["keys", "list"]).stdout
    assert run(app, ["backup", str(tmp_path / "b.tar.gz")]).exit_code == 0
    assert run(app, ["backup", str(tmp_path / "b.tar.gz")]).exit_code == 1
    assert run(app, ["restore", str(tmp_path / "b.tar.gz")]).exit_code == 1  # the store is not empty: it has audit entries

    (tmp_path / "var2").mkdir(mode=0o700)
    (tmp_path / "var" / "keyring.json").rename(tmp_path / "var2" / "keyring.json")
    monkeypatch.setenv("GUARD_DATA_DIR", str(tmp_path / "var2"))
    assert "intact" in run(app, ["restore", str(tmp_path / "b.tar.gz")]).stdout


def test_retention_and_erasure_can_be_tried_without_effect(app: typer.Typer) -> None:
    run = CliRunner().invoke

    assert "would be erased" in run(app, ["intake", "retention", "--dry-run"]).stdout
    erased = run(app, ["intake", "erase", "--actor", "op", "--reason", "本人要求", "--phone", "13500000000", "--dry-run"])
    assert "tip-offs 0" in erased.stdout
    wrong = run(app, ["intake", "erase", "--actor", "op", "--reason", "x", "--receipt", "123"])
    assert wrong.exit_code == 1
