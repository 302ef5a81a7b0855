"""Alembic runs this; it is only ever called by `bot.console.database.upgrade`, which brings its own connection and transaction."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table="console_version",  # all stores share one PostgreSQL database, each with its own history
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
