"""Prepares the process so that Rasa 3.6.21 runs on current Python, numpy, Sanic and SQLAlchemy without TensorFlow.

Call `prepare()` before anything imports `rasa`. Each departure from stock Rasa is made here, with its reason, and held by a test in
`tests/runtime/test_lean.py`.
"""

from __future__ import annotations

import os
import warnings

import numpy

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
        numpy.VisibleDeprecationWarning = numpy.exceptions.VisibleDeprecationWarning
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", category=SyntaxWarning, module=r"rasa\..*")
    warnings.filterwarnings("ignore", message="pkg_resources is deprecated", category=UserWarning)
    placeholders.install()
