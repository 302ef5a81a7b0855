"""`guard keys`: rotate the encryption keys."""

from __future__ import annotations

from typing import Annotated

import typer

Actor = Annotated[str, typer.Option(help="Who does it; kept in the audit log.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    keys = typer.Typer(no_args_is_help=True, help="The keys that protect stored personal data.")
    app.add_typer(keys, name="keys")

    @keys.command("list")
    def show() -> None:
        """List the keys with how many stored values each seals; never the keys themselves."""
        from bot.intake.rotation import keys_in_use
        from bot.runtime.commands.intake import open_desk, telling

        desk = open_desk()
        with telling(desk):
            for name, number in sorted(keys_in_use(desk.store).items()):
                typer.echo(f"{name}\t{number}{'  active' if name == desk.store.keyring.active else ''}")

    @keys.command()
    def rotate(actor: Actor = "operator") -> None:
        """Add a key and seal everything in the intake anew. Old keys stay until `guard keys forget`. Back the key file up afterwards."""
        from bot.intake.rotation import rotate as seal_anew
        from bot.runtime.commands.intake import open_desk, telling

        desk = open_desk()
        with telling(desk):
            key_id, number = seal_anew(desk.store, actor)
        typer.echo(f"{key_id} is active; {number} values sealed anew")

    @keys.command()
    def resume() -> None:
        """Finish a rotation that was interrupted."""
        from bot.intake.rotation import reseal
        from bot.runtime.commands.intake import open_desk, telling

        desk = open_desk()
        with telling(desk):
            typer.echo(f"{reseal(desk.store)} values sealed anew")

    @keys.command()
    def forget(actor: Actor = "operator") -> None:
        """Remove keys that nothing in any store is sealed with any more."""
        from bot.intake.rotation import forget_unused_keys
        from bot.runtime.commands.intake import open_desk, telling

        desk = open_desk()
        with telling(desk):
            gone = forget_unused_keys(desk.store, actor, _is_needed_elsewhere)
        typer.echo(f"removed: {', '.join(gone) or 'none'}")


def _is_needed_elsewhere(key_id: str) -> bool:
    """Whether any text column of the other stores holds a token of this key. All stores share one key file, so a key must not go too early."""
    from sqlalchemy import MetaData, String, create_engine, select

    from bot.runtime.settings import Settings

    settings = Settings.load()
    for url in {settings.database_url_transcripts, settings.database_url_console, settings.database_url_tracker}:
        engine = create_engine(url)
        tables = MetaData()
        tables.reflect(engine)
        with engine.connect() as connection:
            columns = [column for table in tables.tables.values() for column in table.columns if isinstance(column.type, String)]
            needed = any(connection.execute(select(column).where(column.like(f"{key_id}:%")).limit(1)).first() for column in columns)
        engine.dispose()
        if needed:
            return True
    return False
