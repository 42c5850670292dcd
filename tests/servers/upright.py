"""Serve API Gateway and Amazon Location API keys, rightly but for the switches that are on.

python tests/servers/upright.py --port 0 [--reading NAME]... [--wrong NAME]... [--list [--json]]
"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict

from testbed.edge import Upright
from testbed.sockets import serve
from testbed.switches import Switches, readings, wrongs


def main() -> None:
    """Parse the command line, list or serve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--reading", action="append", default=[], choices=[*readings()])
    parser.add_argument("--wrong", action="append", default=[], choices=[*wrongs()])
    parser.add_argument("--list", action="store_true", help="print readings and wrongs, and stop")
    parser.add_argument("--json", action="store_true", help="with --list: as JSON")
    key = os.environ.get("AWS_ACCESS_KEY_ID", "test")
    parser.add_argument("--access-key", default=key)
    parser.add_argument("--secret-key", default=os.environ.get("AWS_SECRET_ACCESS_KEY", "test"))
    given = parser.parse_args()
    if given.list:
        print(_listing(as_json=given.json))
        return
    switches = Switches([*given.reading, *given.wrong])
    upright = Upright(switches, secrets={given.access_key: given.secret_key, "test": "test"})
    serve(upright.answer, given.port, chunked=switches.on("chunked-answers"))


def _listing(*, as_json: bool) -> str:
    if as_json:
        lists = {
            "readings": [asdict(reading) for reading in readings().values()],
            "wrongs": [asdict(wrong) for wrong in wrongs().values()],
        }
        return json.dumps(lists, indent=1)
    lines = [f"{r.name:32} reading  {r.service:10} {r.about}" for r in readings().values()]
    lines += [
        f"{w.name:32} wrong    {w.detectable_by:9} {w.operation}: {w.about}"
        for w in wrongs().values()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
