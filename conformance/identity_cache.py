"""Keeps the last results of a function by the very objects that it was given."""

from collections.abc import Callable
from functools import wraps
from operator import is_
from typing import ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


def identity_cache(
    kept: int, by: Callable[..., tuple[object, ...]] | None = None
) -> Callable[[Callable[_Given, _Result]], Callable[_Given, _Result]]:
    """Keep so many results: for arguments that nobody changes, and that have no cheap hash.

    The arguments are held as long as their result, so no other object can be taken for them. A
    result that depends on parts of its argument alone is kept ``by`` these.
    """

    def decorate(function: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
        last: list[tuple[tuple[str, ...], tuple[object, ...], _Result]] = []

        @wraps(function)
        def remembered(*args: _Given.args, **kwargs: _Given.kwargs) -> _Result:
            names, given = (
                tuple(kwargs),
                (*args, *kwargs.values()) if by is None else by(*args, **kwargs),
            )
            for called, known, result in last:
                alike = called == names and len(known) == len(given)
                if alike and all(map(is_, known, given)):
                    return result
            result = function(*args, **kwargs)
            last[:] = [(names, given, result), *last[: kept - 1]]
            return result

        return remembered

    return decorate
