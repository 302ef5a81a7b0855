"""The city the assistant serves: its districts, agencies, hotlines and campaign. Another city changes data/knowledge/city.yml only."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from bot.knowledge.schema import Record, load_yaml

Confidence = Literal["V", "v", "K"]
"""V: read in an official text; v: second-hand; K: common knowledge, not read in an official text here."""


class Namesake(Record):
    """A place elsewhere that has the same name."""

    adcode: str = Field(pattern=r"^\d{6}$")
    within: str


class District(Record):
    """A district or county of the city, with the names people use for it and for places inside it."""

    adcode: str = Field(pattern=r"^\d{6}$")
    name: str
    aliases: tuple[str, ...] = ()
    shared_with: tuple[Namesake, ...] = ()
    places: tuple[str, ...] = ()


class NotOurs(Record):
    """A neighbouring place often taken for part of the city, and where it belongs."""

    adcode: str = Field(pattern=r"^\d{6}$")
    note: str


class Agency(Record):
    """A body that can act; `phone` is the number to call, `note` what to know before calling."""

    name: str
    short: str
    phone: str
    confidence: Confidence
    note: str


class Hotline(Record):
    """A number, what it is for, and how well it is supported."""

    number: str = Field(pattern=r"^\d{3,6}$")
    name: str
    use: str
    confidence: Confidence
    hours: str = ""


class Campaign(Record):
    """The city's campaign against agent surrender, as the local paper reported it."""

    name: str
    started: date
    source: str
    office: str
    partners: tuple[str, ...]
    steps: tuple[str, ...]
    focus_region: str
    advert_checks: dict[Literal["traditional", "outdoor", "online"], int]


AgencyId = Literal["police", "market", "nfra", "finance_office", "cyberspace", "judicial"]


class City(Record):
    """Everything that is different in another city."""

    name: str
    full_name: str
    province: str
    adcode: str = Field(pattern=r"^\d{6}$")
    regions_source: str
    regions: tuple[District, ...]
    not_ours: tuple[NotOurs, ...] = ()
    agencies: dict[AgencyId, Agency]
    hotlines: tuple[Hotline, ...]
    campaign: Campaign

    @classmethod
    def load(cls, directory: Path) -> City:
        """Read city.yml from `directory`.

        Raises:
            KnowledgeError: the file is unreadable or breaks its schema.
        """
        return load_yaml(directory / "city.yml", cls)

    def values(self) -> dict[str, object]:
        """What the placeholders about the city stand for in answers and phrases."""
        campaign = self.campaign
        return {
            "city": self.name,
            "city_full": self.full_name,
            "campaign": campaign.name,
            "campaign_start": f"{campaign.started.year}年{campaign.started.month}月{campaign.started.day}日",
            "campaign_office": campaign.office,
            "campaign_steps": "、".join(campaign.steps),
            "partners": "、".join(campaign.partners),
            "focus_region": campaign.focus_region,
            **{f"adverts_{medium}": count for medium, count in campaign.advert_checks.items()},
            **{f"agency_{agency_id}": agency.name for agency_id, agency in self.agencies.items()},
        }

    def hotline(self, number: str) -> Hotline:
        """The hotline of this number.

        Raises:
            KeyError: no such number in city.yml.
        """
        for hotline in self.hotlines:
            if hotline.number == number:
                return hotline
        raise KeyError(number)
