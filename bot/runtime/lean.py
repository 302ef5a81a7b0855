"""Prepares the process so that Rasa 3.6.21 runs on current Python, numpy, Sanic and SQLAlchemy without TensorFlow.

Call `prepare()` before anything imports `rasa`. Each departure from stock Rasa is made here, with its reason, and held by a test in
`tests/runtime/test_lean.py`.
"""

from __future__ import annotations

import functools
import os
import warnings
from typing import Any

import numpy
from sanic import Sanic

from bot.runtime import placeholders


def prepare() -> None:
    """Apply every departure once; later calls change nothing.

    Raises:
        Nothing: each step is idempotent.
    """
    # Rasa reports usage to hosts abroad unless this is set before its import. Forced, not defaulted: nobody's environment may turn it on.
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    # The embedding kernels hang after fork() if OpenMP has started threads; one thread is also what a 2-core server wants.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # SQLAlchemy 2 tells of every 1.4 idiom in Rasa's own stores; none of them concerns our operators.
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    # numpy 2 moved this class; rasa.shared.nlu.training_data.features and rasa.utils.io still look for it here.
    if not hasattr(numpy, "VisibleDeprecationWarning"):
        vars(numpy)["VisibleDeprecationWarning"] = numpy.exceptions.VisibleDeprecationWarning
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", category=SyntaxWarning, module=r"rasa\..*")
    warnings.filterwarnings("ignore", message="pkg_resources is deprecated", category=UserWarning)
    placeholders.install()
    _run_sanic_in_one_process()


def _run_sanic_in_one_process() -> None:
    """Make `Sanic.run` serve from this process.

    Sanic 22.9 and later start workers in new processes and look the app up by name there, where Rasa's app does not exist. Scale out with
    more chat servers behind the shared stores instead.
    """
    if getattr(Sanic.run, "in_one_process", False):
        return
    stock_run = Sanic.run

    @functools.wraps(stock_run)
    def run(app: Any, *args: Any, workers: int = 1, **options: Any) -> None:
        if workers > 1:
            raise ValueError("SANIC_WORKERS must be 1: start several chat servers behind PostgreSQL and Redis instead")
        stock_run(app, *args, **{**options, "single_process": True})

    vars(run)["in_one_process"] = True
    Sanic.run = run  # type: ignore[assignment,method-assign]
