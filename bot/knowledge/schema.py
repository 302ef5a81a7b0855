"""What every data file of this package has in common: immutable records that refuse unknown fields, read from YAML or CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.data_files import read_yaml
from bot.knowledge.errors import KnowledgeError

RecordT = TypeVar("RecordT", bound="Record")


class Record(BaseModel):
    """An immutable record of a data file; a misspelt field is an error, not a silent loss."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _read(path: Path, read: Callable[[Path], Any]) -> Any:
    try:
        return read(path)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, csv.Error) as error:
        raise KnowledgeError("data_unreadable", f"{path}: {error}") from error


def _load_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{key: value for key, value in row.items() if key is not None} for row in csv.DictReader(file)]


def validated(model: type[RecordT], content: object, origin: str) -> RecordT:
    """`content` as a `model`.

    Raises:
        KnowledgeError: `data_invalid`, naming the origin and each wrong field.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise KnowledgeError("data_invalid", f"{origin}: {wrong}") from error


def load_yaml(path: Path, model: type[RecordT]) -> RecordT:
    """The YAML file at `path` as one `model`.

    Raises:
        KnowledgeError: `data_unreadable` or `data_invalid`.
    """
    return validated(model, _read(path, read_yaml), path.name)


def load_yaml_list(path: Path, model: type[RecordT]) -> tuple[RecordT, ...]:
    """The YAML list at `path` as `model`s.

    Raises:
        KnowledgeError: `data_unreadable` or `data_invalid`.
    """
    content = _read(path, read_yaml)
    if not isinstance(content, list):
        raise KnowledgeError("data_invalid", f"{path.name}: a list is expected")
    return tuple(validated(model, item, f"{path.name}[{index}]") for index, item in enumerate(content))


def load_csv(path: Path, model: type[RecordT]) -> tuple[RecordT, ...]:
    """The CSV file at `path`, one `model` a row; cells with | are lists where the model says so.

    Raises:
        KnowledgeError: `data_unreadable` or `data_invalid`, naming the line.
    """
    return tuple(validated(model, row, f"{path.name}:{number}") for number, row in enumerate(_read(path, _load_csv), start=2))


def split_cell(value: object) -> object:
    """A CSV cell "a|b" as ("a", "b"); an empty one as ()."""
    return tuple(part.strip() for part in value.split("|") if part.strip()) if isinstance(value, str) else value
