"""Draws that the seed alone decides.

Hypothesis mixes constants of the local modules loaded so far into what it draws. The same seed
then gives other values in an editable installation than in an installed one, and others again
after one more import. A run has to send the same requests everywhere, so while it draws no local
constants are known.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from hypothesis.internal.conjecture import providers

_LOCAL = "_local_constants"


@contextmanager
def steady() -> Iterator[None]:
    """Within it, equal seeds draw equal values, whatever modules are loaded; reentrant."""
    provider = providers.HypothesisProvider
    if not hasattr(provider, _LOCAL):  # versions before 6.131 know no local constants
        yield
        return
    none = type(providers.GLOBAL_CONSTANTS)()
    with patch.object(provider, _LOCAL, none):
        _forget()
        yield
    _forget()


def _forget() -> None:
    """Constants that fit a choice are kept by choice, with the local ones among them."""
    providers.CONSTANTS_CACHE.cache.clear()
