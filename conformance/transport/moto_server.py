"""moto's server as a child process: ``python -m conformance.transport.moto_server``.

The application, the HTTP server and its request handler are the ones that ``moto_server`` uses.
What differs is around them: a free port, no log line a request, and backends that are loaded
before the first request instead of by it. Standard input steers it: a line ``SERVICE PATH`` names
a signing name and a path to load, an empty line asks for the line that says where it listens, and
the end of the input, which is also the end of the parent process, ends it.
"""

import gc
import http.client
import logging
import os
import sys
import threading
from typing import TextIO

from conformance.transport.child import READY

_HOST = "127.0.0.1"
_LOAD_SECONDS = 20.0


def main() -> None:
    """Serve on a free port until standard input ends."""
    # The parent reads our lines; what moto has to say itself goes elsewhere.
    lines, sys.stdout = sys.stdout, sys.stderr
    # Nothing that is loaded now becomes garbage: collecting in between costs a tenth of the start.
    gc.disable()
    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = DomainDispatcherApplication(create_backend_app)
    server = make_server(_HOST, 0, app, threaded=True, request_handler=MotoRequestHandler)
    os.environ.setdefault("MOTO_PORT", str(server.port))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _obey(server.port, lines)
    os._exit(0)


def _obey(port: int, lines: TextIO) -> None:
    for line in sys.stdin:
        service, _, path = line.strip().partition(" ")
        if service:
            _load(port, service, path)
        else:
            gc.enable()
            print(f"{READY}http://{_HOST}:{port}", file=lines, flush=True)


def _load(port: int, service: str, path: str) -> None:
    """Have moto load a service: it goes by the credential scope, and any answer will do."""
    scope = f"AWS4-HMAC-SHA256 Credential=test/20000101/us-east-1/{service}/aws4_request"
    headers = {"Authorization": f"{scope}, SignedHeaders=host, Signature=0"}
    connection = http.client.HTTPConnection(_HOST, port, timeout=_LOAD_SECONDS)
    connection.request("GET", path, headers=headers)
    connection.getresponse().read()
    connection.close()


if __name__ == "__main__":
    main()
