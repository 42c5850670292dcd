"""The rules of lists: their pages, filters and order."""

from __future__ import annotations

from typing import Any, Literal

from conformance.contract.vocabulary.overlay_steps import Rule


class ListRule(Rule, frozen=True):
    """What is made is listed: nothing but its creation and the list is needed."""


class PagingRule(ListRule, frozen=True, tag="paging"):
    """With pages of ``size`` everything is met once."""

    size: int
    named: str | None = None
    filter: str | None = None


class FilteredRule(ListRule, frozen=True, tag="filtered"):
    """With each value of ``filter`` the list has what shows that value, and nothing else."""

    filter: str
    shown: str
    values: tuple[Any, ...]
    part: Literal["prefix", "contains"] | None = None


class NamedFilterRule(ListRule, frozen=True, tag="filtered-by-name"):
    """With the filter ``name`` and a value that an entry shows, a list has this entry, else not."""

    filter: str
    keys: tuple[str, str]
    name: str
    shown: str
    at: str
    id: str


class NarrowedRule(ListRule, frozen=True, tag="narrowed"):
    """With a ``member`` that names another one of a kind, a list lacks one of the kind ``of``."""

    of: str
    named: str
    member: str
    value: Any
    at: str
    id: str | None = None
    shown: str | None = None


class SortedRule(ListRule, frozen=True, tag="sorted"):
    """A list has another order with each of two values of ``member``."""

    member: str
    values: tuple[Any, ...]


class PrefixRule(ListRule, frozen=True, tag="prefix"):
    """``filter`` keeps the names that begin with it."""

    named: str
    filter: str


class PagingAfterDeletionRule(Rule, frozen=True, tag="paging-after-deletion"):
    """When an entry of a page that was read is deleted, no other is left out."""

    named: str
    filter: str | None = None


class LastPageRule(ListRule, frozen=True, tag="last-page"):
    """No position leads to an empty page."""


class DefaultPageRule(ListRule, frozen=True, tag="default-page"):
    """A page without a requested size has at most ``size`` entries."""

    size: int
