"""Channels import Rasa, which can only be imported after this."""

from bot.runtime import lean

lean.prepare()
