"""Logging of all processes: what an operator needs, never what a person said."""

from __future__ import annotations

import logging
import warnings

import structlog

LEVEL = logging.INFO
FORMAT = "%(asctime)s %(levelname)-8s %(name)s: %(message)s"
# These print every route, step or statement at INFO.
QUIET = ("alembic", "apscheduler", "httpx", "matplotlib", "rasa.engine", "rasa.core.policies", "rasa_sdk", "sanic.server", "sanic.root")


def configure() -> None:
    """Set up logging once, before the servers start.

    Rasa logs through structlog, which without configuration prints every debug event, message texts included. Only its errors are kept.
    """
    logging.basicConfig(level=LEVEL, format=FORMAT)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.KeyValueRenderer(key_order=["event"])],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(),
    )
    warnings.filterwarnings("ignore", category=DeprecationWarning)
