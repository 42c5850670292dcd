"""``python -m conformance.reference``: serve until stopped; for programs that start one."""

import argparse
import sys
from collections.abc import Sequence

from conformance.errors import Problem
from conformance.reference.server import TEST_KEYS, ServerOptions, serve


def options(arguments: Sequence[str] | None = None) -> ServerOptions:
    parser = argparse.ArgumentParser(
        prog="python -m conformance.reference", description="Serve the embedded reference."
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port (default)")
    parser.add_argument("--reading", choices=("a", "b"), default="a")
    parser.add_argument("--fault", action="append", default=[], metavar="ID")
    parser.add_argument("--seed", type=int, help="make ids and generated values repeat")
    parser.add_argument("--auth", action="store_true", help="take test/test's signatures alone")
    parser.add_argument("--with-parent", action="store_true", help="end with standard input")
    given = parser.parse_args(arguments)
    return ServerOptions(
        given.port, given.reading, tuple(given.fault), given.seed, given.with_parent,
        TEST_KEYS if given.auth else None,
    )  # fmt: skip


def _announce(url: str) -> None:
    sys.stdout.write(f"listening on {url}\n")
    sys.stdout.flush()


def main() -> None:
    """Print ``listening on URL`` on standard output, then serve."""
    try:
        serve(options(), _announce)
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        sys.exit(problem.exit_code)


if __name__ == "__main__":
    main()
