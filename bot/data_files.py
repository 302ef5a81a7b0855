"""Reading the YAML files in `data/`. What a file must hold is said by the schema of the package it belongs to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader, the C one where it exists, that refuses a key written twice, of which YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping of `node`."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"written twice: {sorted(map(str, twice))}", node.start_mark)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


def read_yaml(path: Path) -> Any:
    """The content of a UTF-8 YAML file as plain lists, mappings and values; not yet checked against a schema.

    Raises:
        OSError: There is no such file, or it cannot be read.
        UnicodeDecodeError: It is not UTF-8.
        yaml.YAMLError: It is no YAML, or a mapping has a key twice; the message names the line.
    """
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
