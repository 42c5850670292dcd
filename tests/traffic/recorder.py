"""Writes exchanges to the files that traffic is recorded in."""

from __future__ import annotations

import base64
import json


class Recorder:
    """A transport that remembers what went through it."""

    def __init__(self, inner):
        self.inner, self.exchanges = inner, []

    def send(self, request):
        exchange = self.inner.send(request)
        self.exchanges.append(exchange)
        return exchange

    def send_all(self, requests, *, pipelined):
        exchanges = self.inner.send_all(requests, pipelined=pipelined)
        self.exchanges += exchanges
        return exchanges


def har(exchanges):
    """An archive as a proxy writes it: response bodies in Base64, HTTP/2's pseudo headers."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "tests", "version": "1"},
            "entries": [_har_entry(one) for one in exchanges],
        }
    }


def _har_entry(exchange):
    request, response = exchange.request, exchange.response
    headers = [{"name": ":method", "value": request.method}]
    headers += [{"name": name, "value": value} for name, value in request.headers]
    entry: dict[str, dict[str, object]] = {
        "request": {
            "method": request.method,
            "url": request.url,
            "httpVersion": "HTTP/2",
            "headers": headers,
            "bodySize": len(request.body or b""),
        },
    }
    if request.body is not None:
        text = request.body.decode(errors="replace")
        entry["request"]["postData"] = {"mimeType": "application/json", "text": text}
    if response is None:
        entry["response"] = {"status": 0, "headers": [], "content": {"size": 0, "mimeType": ""}}
        return entry
    entry["response"] = {
        "status": response.status,
        "headers": [{"name": name, "value": value} for name, value in response.headers],
        "bodySize": len(response.body),
        "content": {
            "size": len(response.body),
            "mimeType": response.header("content-type") or "",
            "text": base64.b64encode(response.body).decode(),
            "encoding": "base64",
        },
    }
    return entry


def lines(exchanges):
    """JSON Lines in the shape of a run record's exchanges."""
    return "".join(json.dumps(_line(one)) + "\n" for one in exchanges)


def _line(exchange):
    request, response = exchange.request, exchange.response
    sent = {"method": request.method, "url": request.url, "headers": dict(request.headers)}
    got = None
    if response is not None:
        got = {"status": response.status, "headers": dict(response.headers)}
        got["body"] = response.body.decode() if response.body else None
    return {"request": {**sent, "body": request.body and request.body.decode(errors="replace")},
            "response": got}  # fmt: skip
