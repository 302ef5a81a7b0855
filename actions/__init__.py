"""Rasa's custom actions: thin. Each reads the tracker, calls one thing in `bot`, and speaks through `actions.speech`."""
