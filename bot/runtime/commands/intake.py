"""`guard intake`: check the store, see what is due, apply retention, erase a person, export official forms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.intake.desk import IntakeDesk


class FormName(StrEnum):
    """The official forms as typed. Repeated here so that `guard --help` does not load the intake."""

    REPORT = "report"
    COMPLAINT = "complaint"


class FileType(StrEnum):
    """What forms are exported as."""

    PDF = "pdf"
    DOCX = "docx"


def open_desk() -> IntakeDesk:
    """Opens the intake of this installation, with its database brought up to date."""
    from bot.intake.catalog import IntakeCatalog
    from bot.intake.database import open_engine, upgrade
    from bot.intake.desk import IntakeDesk
    from bot.privacy.keyring import Keyring
    from bot.runtime.settings import PROJECT_ROOT, Settings

    settings = Settings.load()
    engine = open_engine(settings.database_url_intake)
    upgrade(engine)
    catalog = IntakeCatalog.load(PROJECT_ROOT / "data" / "intake")
    return IntakeDesk(engine, Keyring.load_or_create(settings.keyring_path), catalog, settings.data_dir / "evidence")


@contextmanager
def telling(desk: IntakeDesk) -> Iterator[None]:
    """Tells what the operator can put right in words, and ends with status 1."""
    from bot.intake.errors import IntakeError

    try:
        yield
    except IntakeError as error:
        typer.echo(desk.words_for(error), err=True)
        raise typer.Exit(1) from error


def register(app: typer.Typer) -> None:
    """Add the commands."""
    intake = typer.Typer(no_args_is_help=True, help="The tip-off store: check it, see what is due, retention, erasure, official forms.")
    app.add_typer(intake, name="intake")

    @intake.command()
    def verify(files: Annotated[bool, typer.Option(help="Also open every evidence file.")] = True) -> None:
        """Check that nothing was changed behind the program's back. Ends with status 1 when something does not fit."""
        from bot.intake.verification import verify as check

        desk = open_desk()
        with telling(desk):
            report = check(desk.store, files)
        for problem in report.problems:
            typer.echo(problem)
        typer.echo(f"tip-offs {report.tip_offs}, log entries {report.log_entries}, audit entries {report.audit_entries}, files {report.files}: "
                   f"{'intact' if report.is_intact else f'{len(report.problems)} problems'}")  # fmt: skip
        raise typer.Exit(0 if report.is_intact else 1)

    @intake.command()
    def due(days: Annotated[int, typer.Option(help="How many days ahead.")] = 3) -> None:
        """List legal periods that are overdue or end soon; last days that were waiting for a year's holidays are computed again first."""
        from bot.intake.deadlines import confirm

        desk = open_desk()
        with telling(desk):
            confirm(desk.store)
            for item in desk.due(days):
                mark = "" if item.confirmed else "\tholidays of that year not announced"
                typer.echo(f"{item.due_on}\t{item.days_left}\t{item.tip_off_id}\t{item.name}\t{item.state}\t{item.basis}{mark}")

    @intake.command()
    def retention(dry_run: Annotated[bool, typer.Option(help="Only count.")] = False) -> None:
        """Erase what is kept no longer: old drafts, contents of tip-offs closed long ago, old rate counters."""
        from bot.intake.erasure import apply_retention

        desk = open_desk()
        with telling(desk):
            gone = apply_retention(desk.store, dry_run)
        typer.echo(f"tip-offs {gone.tip_offs}, files {gone.files}, drafts {gone.drafts}, rate counters {gone.rate_windows}"
                   f"{' would be erased' if dry_run else ' erased'}")  # fmt: skip

    @intake.command()
    def erase(
        reason: Annotated[str, typer.Option(help="Why; kept in the audit log.")],
        actor: Annotated[str, typer.Option(help="Who does it.")],
        receipt: Annotated[str | None, typer.Option(help="A receipt of the person's.")] = None,
        phone: Annotated[str | None, typer.Option(help="The person's own phone.")] = None,
        dry_run: Annotated[bool, typer.Option(help="Only count.")] = False,
    ) -> None:
        """Erase everything a person has told the intake."""
        desk = open_desk()
        with telling(desk):
            gone = desk.erase_person(actor, reason, receipt=receipt, phone=phone, dry_run=dry_run)
        typer.echo(f"tip-offs {gone.tip_offs}, files {gone.files}{' would be erased' if dry_run else ' erased'}")

    @intake.command()
    def form(
        tip_off_id: str,
        reason: Annotated[str, typer.Option(help="Why; kept in the audit log.")],
        actor: Annotated[str, typer.Option(help="Who exports it.")],
        kind: Annotated[FormName, typer.Option(help="Which form.")] = FormName.REPORT,
        file_type: Annotated[FileType, typer.Option(help="As what.")] = FileType.PDF,
        folder: Annotated[Path, typer.Option(help="Where to write it.")] = Path(),
    ) -> None:
        """Write the official form of a tip-off."""
        from bot.intake.official_forms import FormKind

        desk = open_desk()
        with telling(desk):
            exported = desk.export_form(tip_off_id, FormKind(kind.value), file_type.value, actor, reason)
        path = folder / exported.filename
        path.touch(mode=0o600)
        path.write_bytes(exported.content)
        typer.echo(str(path))
