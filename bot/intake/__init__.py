"""Tip-off intake: from a story to routed, protected, tracked leads. Imports no Rasa; everything is reached through `desk.IntakeDesk`."""
