"""From a service's spec and overlay: its operations, its limits and its requirements.

What loads specs is imported on first use: most of the tool needs the types only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.contract.load import load_contract, merged_spec

__all__ = ["load_contract", "merged_spec"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    from conformance.contract import load

    return getattr(load, name)
