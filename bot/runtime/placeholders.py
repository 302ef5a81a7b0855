"""Inert stand-ins for packages that Rasa imports but this bot never uses.

Rasa 3.6 imports TensorFlow and the SDKs of a dozen chat services when its modules load, although the code that needs them never runs
here. A finder at the end of `sys.meta_path` answers for exactly those packages, and only when they are not installed: a package that
somebody adds later is found by Python's own finders first, so its stand-in steps aside.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

ABSENT_PACKAGES = frozenset(
    {
        # DIET, TED, ResponseSelector and two featurizers, none of them in config.yml
        "tensorflow",
        "tensorflow_addons",
        "tensorflow_hub",
        "tensorflow_text",
        "keras",
        # chat services abroad
        "aiogram",
        "fbmessenger",
        "google",
        "mattermostwrapper",
        "rocketchat_API",
        "slack_sdk",
        "twilio",
        "webexteamssdk",
        # stores and brokers of other deployments
        "boto3",
        "botocore",
        "confluent_kafka",
        "pymongo",
    }
)


# Rasa's own code for TensorFlow models. It imports without TensorFlow but brings in scikit-learn and scipy.stats: 70 MB and a second of start
# for nothing.
TENSORFLOW_HALF_OF_RASA = frozenset(
    f"rasa.utils.tensorflow.{module}"
    for module in ("callback", "crf", "data_generator", "layers", "layers_utils", "metrics", "model_data", "model_data_utils", "models")
    + ("rasa_layers", "transformer", "feature_array", "types")
)


class AbsentPackageError(RuntimeError):
    """Something tried to use a package that this installation leaves out on purpose."""


class _AbsentType(type):
    """Makes classes whose attributes are further absent classes, so that `from x.y import Z` and `x.y.Z` both work."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return _absent_class(f"{cls.__module__}.{cls.__qualname__}", name)

    def __call__(cls, *args: Any, **_: Any) -> Any:
        # `@tf.function` and `@keras.utils.register(...)` decorate at import time: a function passes through unchanged.
        if len(args) == 1 and callable(args[0]):
            return args[0]
        if getattr(cls, "_decorator_factory", False):
            return lambda decorated: decorated
        package = cls.__module__.partition(".")[0]
        raise AbsentPackageError(
            f"{cls.__module__}.{cls.__qualname__} is not available: this installation leaves out '{package}' on purpose. Install it if you need it."
        )


def _absent_class(module: str, name: str) -> Any:
    decorator = name in {"function", "register_keras_serializable"}
    return _AbsentType(name, (), {"__module__": module, "_decorator_factory": decorator, "__doc__": f"Stand-in for {module}.{name}."})


class PlaceholderModule(ModuleType):
    """A module whose every attribute is a class that refuses to be instantiated."""

    __path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        """Return an absent class for any public name."""
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        attribute = _absent_class(self.__name__, name)
        setattr(self, name, attribute)
        return attribute


class PlaceholderFinder(MetaPathFinder, Loader):
    """Finds absent packages and their submodules.

    Args:
        packages: Dotted names of the packages to stand in for.
    """

    def __init__(self, packages: frozenset[str]) -> None:
        self._packages = packages

    def find_spec(self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:  # noqa: ARG002
        """Return a spec for absent packages, None for everything else."""
        if any(fullname == package or fullname.startswith(f"{package}.") for package in self._packages):
            return ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the inert module."""
        return PlaceholderModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Leave the module as it is: it has no code."""


def install() -> None:
    """Put the finders on `sys.meta_path`, once: the absent packages last, so that an installed one is found before its stand-in."""
    if any(isinstance(finder, PlaceholderFinder) for finder in sys.meta_path):
        return
    if importlib.util.find_spec("tensorflow") is None:
        sys.meta_path.insert(0, PlaceholderFinder(TENSORFLOW_HALF_OF_RASA))
    sys.meta_path.append(PlaceholderFinder(ABSENT_PACKAGES))
