"""Says which statements of an AWS API reference hold on an HTTP endpoint, and proves it.

``conformance.run(target, ...)`` tests a target and returns a ``RunResult``; see
``conformance.api``. Nothing is loaded before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.api import RunResult, run

__version__ = "0.1.0"
__all__ = ["RunResult", "__version__", "run"]

if not TYPE_CHECKING:  # to a type checker, a name that is not above is a mistake

    def __getattr__(name: str) -> Any:
        """Load the API with the first name of it."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from conformance import api

        return getattr(api, name)
