from pathlib import Path

import pytest
import yaml

from bot.knowledge.errors import KnowledgeError
from bot.knowledge.schema import Record, load_csv, load_yaml, load_yaml_list


class Example(Record):
    name: str
    number: int = 0


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_misspelt_field_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="nmae"):
        load_yaml(write(tmp_path / "example.yml", "name: a\nnmae: b"), Example)


def test_a_key_written_twice_is_an_error_and_not_a_silent_loss(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="written twice"):
        load_yaml(write(tmp_path / "example.yml", "name: a\nname: b"), Example)


def test_broken_yaml_and_missing_files_are_told_apart_from_wrong_content(tmp_path: Path) -> None:
    for path in (write(tmp_path / "broken.yml", "name: [a"), tmp_path / "missing.yml"):
        with pytest.raises(KnowledgeError) as caught:
            load_yaml(path, Example)
        assert caught.value.key == "data_unreadable"


def test_a_list_is_asked_for_where_a_list_belongs(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="list"):
        load_yaml_list(write(tmp_path / "example.yml", "name: a"), Example)


def test_a_wrong_row_of_a_table_is_named_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="example.csv:3"):
        load_csv(write(tmp_path / "example.csv", "name,number\na,1\nb,two\n"), Example)


def test_nothing_loaded_can_be_changed(tmp_path: Path) -> None:
    loaded = load_yaml(write(tmp_path / "example.yml", "name: a"), Example)
    with pytest.raises(ValueError, match="frozen"):
        loaded.name = "b"


def test_every_file_can_also_be_read_by_the_parser_without_c(knowledge_dir: Path) -> None:
    files = sorted(knowledge_dir.rglob("*.yml"))
    assert files
    for path in files:
        assert yaml.safe_load(path.read_text(encoding="utf-8"))
