"""Random sequences of requests, compared step by step with an executable model of the resource."""

from __future__ import annotations

RULE = "random-sequences"
"""The kind of rule in an overlay that asks for them."""

__all__ = ["RULE"]
