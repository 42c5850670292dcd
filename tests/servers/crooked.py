"""Serve one of the servers that are odd as a whole.

python tests/servers/crooked.py --kind NAME --port 0 [--seed N] [--list [--json]]
"""

from __future__ import annotations

import argparse
import json

from testbed.crooked import KINDS, make_crooked
from testbed.sockets import serve


def main() -> None:
    """Parse the command line, list or serve."""
    parser = argparse.ArgumentParser(description="Serve one of the odd servers.")
    parser.add_argument("--kind", choices=list(KINDS))
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0, help="of the random ones")
    parser.add_argument("--list", action="store_true", help="print the kinds, and stop")
    parser.add_argument("--json", action="store_true", help="with --list: as JSON")
    given = parser.parse_args()
    kinds = [{"name": name, "about": about} for name, (about, _) in KINDS.items()]
    if given.list:
        text = "\n".join(f"{kind['name']:18} {kind['about']}" for kind in kinds)
        print(json.dumps(kinds, indent=1) if given.json else text)
    elif given.kind:
        serve(make_crooked(given.kind, given.seed), given.port)
    else:
        parser.error("--kind or --list is needed")


if __name__ == "__main__":
    main()
