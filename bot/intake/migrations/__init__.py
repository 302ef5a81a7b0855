"""Alembic migrations of the intake tables."""
