from pathlib import Path

import pytest
import yaml

from bot.data_files import read_yaml

ROOT = Path(__file__).resolve().parents[1]


def test_a_key_written_twice_is_an_error_that_names_key_and_line(tmp_path: Path) -> None:
    path = tmp_path / "words.yml"
    path.write_text("greeting: a\nerrors:\n  late: b\n  late: c\n", encoding="utf-8")
    with pytest.raises(yaml.YAMLError, match=r"written twice: \['late'\](.|\n)*line 3"):
        read_yaml(path)


def test_a_file_cannot_make_python_objects(tmp_path: Path) -> None:
    path = tmp_path / "words.yml"
    path.write_text("greeting: !!python/object/apply:os.getcwd []\n", encoding="utf-8")
    with pytest.raises(yaml.YAMLError):
        read_yaml(path)


def test_no_data_file_writes_a_key_twice() -> None:
    files = sorted((ROOT / "data").rglob("*.yml"))
    assert files
    for path in files:
        assert read_yaml(path)
