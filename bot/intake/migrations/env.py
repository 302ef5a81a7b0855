"""Alembic's entry point. It runs on the connection that `bot.intake.database.upgrade` hands over, never on one of its own."""

from alembic import context

from bot.intake.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table="intake_alembic_version",  # other packages may keep their tables in the same database
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
