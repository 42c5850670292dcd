"""A target that the user's configuration file names."""

from typing import Annotated

import msgspec


class OwnTarget(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True
):
    """A URL, and the shell command that serves it where it is not there already.

    ``{port}`` in ``command``, ``url`` and ``env`` is a free port. It is there as soon as a GET of
    the path ``ready`` gets any answer; ``wait`` is how many seconds that may take.
    """

    url: str = "http://127.0.0.1:{port}"
    command: str | None = None
    ready: str = "/"
    env: dict[str, str] = {}
    wait: Annotated[float, msgspec.Meta(gt=0)] = 60.0
