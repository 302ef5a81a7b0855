"""Lean Rasa, settings, the `guard` command and process supervision."""
