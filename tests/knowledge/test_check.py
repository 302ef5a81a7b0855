import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.knowledge.check import find_problems


@pytest.fixture
def copy(knowledge_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(knowledge_dir, tmp_path / "knowledge"))


def change(directory: Path, file: str, old: str, new: str) -> None:
    path = directory / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_knowledge_of_the_repository_has_no_problems(knowledge_dir: Path) -> None:
    assert find_problems(knowledge_dir) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        ("topics/surrender.yml", "- topic: surrender_right", "- topik: surrender_right", "surrender.yml"),
        (
            "topics/surrender.yml",
            "citations: [insurance_law_15, insurance_law_47, insurance_law_50, interpretation_three_17]",
            "citations: []",
            "without a source",
        ),
        ("topics/surrender.yml", "insurance_law_50", "insurance_law_999", "insurance_law_999"),
        ("topics/surrender.yml", "[start_surrender_path, cash_value, start_cooling_off_clock]", "[no_such_intent]", "no_such_intent"),
        ("topics/surrender.yml", "- topic: surrender_procedure", "- topic: surrender_right", "written twice"),
        ("topics/rights.yml", "打12378问。", "打12399问。", "12399"),
        ("topics/rights.yml", "自己投诉不花钱", "我保证能全额退给您，自己投诉不花钱", "promise"),
        ("insurers.csv", "two_or_more_sources", "quite_sure", "insurers.csv"),
        ("city.yml", 'number: "110"', 'number: "one"', "city.yml"),
        ("first_aid.yml", "given:", "given_:", "first_aid.yml"),
        ("first_aid.yml", "- 给出去|发出去", "- (给出去|发出去", "first_aid.yml"),
        ("follow_ups.yml", "surrender_procedure: refund_time", "surrender_procedure: refund_tyme", "refund_tyme"),
        ("which_door.yml", "doors: [police, market]", "doors: [police, markt]", "markt"),
        ("comparison.yml", "loan_share: 0.80", "loan_share: 1.80", "loan_share"),
        ("guided_path.yml", "cites: [contract_cooling_off]", "cites: [contract_nothing]", "contract_nothing"),
        ("reply_guard.yml", "window: 22", "window: wide", "window"),
        ("laws.yml", "checked: 2026-11-22", "checked: soon", "checked"),
    ],
)
def test_a_mistake_in_the_data_is_named_with_its_place(copy: Path, file: str, old: str, new: str, named: str) -> None:
    change(copy, file, old, new)
    assert any(named in problem for problem in find_problems(copy))


def test_an_answer_longer_than_a_phone_screen_is_refused(copy: Path) -> None:
    change(copy, "topics/surrender.yml", "answer: 一般能退。", "answer: 一般能退。" + "真的能退。" * 80)
    assert any("300" in problem for problem in find_problems(copy))


def test_another_city_changes_data_only(copy: Path) -> None:
    city = (copy / "city.yml").read_text(encoding="utf-8").replace("四平", "辽源").replace("220300", "220400")
    (copy / "city.yml").write_text(city, encoding="utf-8")
    assert find_problems(copy) == []


def test_a_missing_folder_is_a_problem_and_not_a_crash(tmp_path: Path) -> None:
    assert find_problems(tmp_path / "nothing") != []


def test_the_command_prints_the_problems_and_fails(copy: Path) -> None:
    from bot.runtime.cli import app
    from bot.runtime.commands import knowledge

    if not any(group.name == "knowledge" for group in app.registered_groups):
        knowledge.register(app)
    runner = CliRunner()
    assert runner.invoke(app, ["knowledge", "check", str(copy)]).exit_code == 0
    change(copy, "topics/rights.yml", "打12378问。", "打12399问。")
    result = runner.invoke(app, ["knowledge", "check", str(copy)])
    assert result.exit_code == 1
    assert "12399" in result.output
