"""Loads `data/intake/`: everything about the intake that is a fact, a rule or a word and not a program."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from bot.data_files import read_yaml
from bot.intake.behaviours import told_behaviours
from bot.intake.catalog_schema import (
    AgencyEntry,
    Behaviours,
    DeadlineRule,
    ExampleNarrative,
    ExtractionPatterns,
    Limits,
    OfficialForms,
    Regions,
    Routing,
    StateEntry,
    Words,
)
from bot.intake.errors import IntakeError
from bot.intake.plain_text import plain
from bot.intake.similarity import ExampleModel
from bot.intake.vocabulary import Agency, TipOffState

T = TypeVar("T")


class CatalogError(ValueError):
    """A file in `data/intake/` is missing or wrong; the message names file and place."""


@dataclass(frozen=True, eq=False)
class IntakeCatalog:
    """The validated content of `data/intake/`."""

    agencies: dict[Agency, AgencyEntry]
    regions: Regions
    states: dict[TipOffState, StateEntry]
    deadlines: dict[str, DeadlineRule]
    limits: Limits
    routing: Routing
    behaviours: Behaviours
    extraction: ExtractionPatterns
    forms: OfficialForms
    words: Words
    narratives: list[ExampleNarrative]

    @classmethod
    def load(cls, directory: Path) -> "IntakeCatalog":
        """Reads and checks every file.

        Args:
            directory: `data/intake`.

        Raises:
            CatalogError: A file is missing, does not fit the schema, or names something that another file does not have.
        """
        catalog = cls(
            agencies=_read(directory, "agencies", dict[Agency, AgencyEntry]),
            regions=_read(directory, "regions", Regions),
            states=_read(directory, "states", dict[TipOffState, StateEntry]),
            deadlines=_read(directory, "deadlines", dict[str, DeadlineRule]),
            limits=_read(directory, "limits", Limits),
            routing=_read(directory, "routing", Routing),
            behaviours=_read(directory, "behaviours", Behaviours),
            extraction=_read(directory, "extraction", ExtractionPatterns),
            forms=_read(directory, "official_forms", OfficialForms),
            words=_read(directory, "words", Words),
            narratives=_read_lines(directory, "narratives"),
        )
        catalog._check_references()
        return catalog

    def _check_references(self) -> None:
        known = set(self.behaviours.behaviours)
        rules = [(rule.id, {*rule.any, *rule.all, *rule.none}) for rule in self.routing.rules]
        lists = [("urgent", set(self.routing.urgent)), ("complaint", set(self.routing.complaint))]
        others = [(agency.value, set(names)) for agency, names in self.routing.co_agencies.items()]
        for place, names in (*rules, *lists, *others):
            if names - known:
                raise CatalogError(f"routing.yml, {place}: no such behaviours: {sorted(names - known)}")
        for name, behaviour in self.behaviours.behaviours.items():
            unknown = {*behaviour.not_with, *(part for parts in behaviour.implied_by for part in parts)} - known - set(self.behaviours.documents)
            if unknown:
                raise CatalogError(f"behaviours.yml, {name}: no such behaviours or documents: {sorted(unknown)}")
        if set(self.states) != set(TipOffState) or set(self.agencies) != set(Agency) or set(self.regions.home.agencies) != set(Agency):
            raise CatalogError("states.yml, agencies.yml and regions.yml must cover every state and agency")
        for name, rule in self.deadlines.items():
            if rule.extends is not None and rule.extends not in self.deadlines:
                raise CatalogError(f"deadlines.yml, {name}: there is no period {rule.extends} to extend")

    def learn_examples(self) -> None:
        """Builds the model of the examples (about a second), so that the first story does not wait for it."""
        self.examples  # noqa: B018 - reading it builds it

    @cached_property
    def examples(self) -> ExampleModel:
        """The examples as a model, built on first use."""
        plain_examples = [example.model_copy(update={"text": plain(example.text)}) for example in self.narratives]
        return ExampleModel(plain_examples, [told_behaviours(self.behaviours, example.text) for example in plain_examples])

    def words_for(self, error: IntakeError) -> str:
        """What the person is told about an error."""
        return self.words.errors[error.key].format(**error.values)

    def agency_name(self, agency: Agency) -> str:
        """The agency's local name in the home city."""
        return self.regions.home.agencies[agency]

    def region_name(self, code: str) -> str:
        """The name of a region by adcode; the code itself when it is not in the table."""
        if code == self.regions.home.adcode:
            return self.regions.home.name
        districts = {district.adcode: district.name for district in self.regions.districts}
        return districts.get(code) or next(iter(self.regions.elsewhere.get(code, [])), code)

    def is_home_region(self, code: str | None) -> bool:
        """Whether a place belongs to the home city. No place told counts as home: the desk that was told is in charge of asking."""
        return code is None or code[:4] == self.regions.home.adcode[:4]


def _read_lines(directory: Path, name: str) -> list[ExampleNarrative]:
    path = directory / f"{name}.jsonl"
    try:
        return [ExampleNarrative.model_validate_json(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValidationError) as error:
        raise CatalogError(f"{path.name}: {error}") from error


def _read(directory: Path, name: str, shape: type[T]) -> T:
    path = directory / f"{name}.yml"
    try:
        return TypeAdapter(shape).validate_python(read_yaml(path))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise CatalogError(f"{path.name}: {error}") from error
