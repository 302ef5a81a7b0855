"""What a person has told so far, and the validated shape in which it is submitted."""

from pydantic import BaseModel, ConfigDict, Field

from bot.intake.storable_text import Text
from bot.intake.vocabulary import TipOffKind


class Fields(BaseModel):
    """What is known about the suspect and the deed. Every field may be missing.

    Attributes:
        region_code: Six-digit adcode of the place.
        time: When it happened, as told.
        amount_paid: Yuan.
        fee_rate: Share in [0, 1].
        gave_documents: Ids from `data/intake/behaviours.yml`, section `documents`.
        behaviours: Ids from the same file, section `behaviours`.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True)
    suspect_name: Text | None = None
    company: Text | None = None
    wechat: Text | None = None
    qq: Text | None = None
    phone: Text | None = None
    bank_account: Text | None = None
    platform: Text | None = None
    account_name: Text | None = None
    place: Text | None = None
    region_code: Text | None = None
    time: Text | None = None
    insurer: Text | None = None
    amount_paid: float | None = Field(default=None, ge=0, le=1e12)
    fee_rate: float | None = Field(default=None, ge=0, le=1)
    gave_documents: list[Text] = Field(default_factory=list)
    behaviours: list[Text] = Field(default_factory=list)

    def found(self) -> dict[str, str | float | list[str]]:
        """Only the fields that have a value, in the order of the form."""
        return {name: value for name, value in self.model_dump().items() if value not in (None, [])}


class Reporter(BaseModel):
    """Who reports. Asked only for a complaint or when the person wants to be known; an anonymous tip-off has none."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)
    name: Text | None = None
    phone: Text | None = None
    address: Text | None = None

    def is_complete(self) -> bool:
        """Whether the identity a complaint needs (order 121, art. 10) is there."""
        return bool(self.name and self.phone and self.address)


class TipOffDraft(BaseModel):
    """A tip-off before it is submitted; also what is kept so that a person can go on later.

    Attributes:
        narrative: The person's own words.
        kind: Report or complaint; None lets the classifier decide from the narrative.
        demand: What the person asks for, in a complaint.
        reporter: None for an anonymous tip-off.
        consent_transfer: Whether the person agreed to pass the content to agencies (PIPL art. 23).
        consent_identity: The separate consent to pass on who they are (PIPL art. 29).
        channel: Where it was told, such as `web` or `wechat`.
        asked: Names of fields already asked for, so that nothing is asked twice.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True)
    narrative: Text = ""
    fields: Fields = Field(default_factory=Fields)
    kind: TipOffKind | None = None
    demand: Text | None = None
    reporter: Reporter | None = None
    consent_transfer: bool = False
    consent_identity: bool = False
    channel: Text = "web"
    asked: list[Text] = Field(default_factory=list)
