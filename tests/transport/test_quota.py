"""Requests keep to the rates of an account, and never wait longer than they must."""

from __future__ import annotations

from conformance.transport.exchange import Exchange, Request
from conformance.transport.retry import QuotaLimit, QuotaTransport


class Clock:
    def __init__(self):
        self.now = 100.0
        self.sent = []

    def sleep(self, seconds):
        self.now += seconds

    def send(self, request):
        self.sent.append((request.url, self.now))
        return Exchange(request, None, None, 0.0)


def sender(clock, quotas, counts_for=lambda request: ["all", request.url]):
    return QuotaTransport(clock, quotas, counts_for, clock=lambda: clock.now, sleep=clock.sleep)


def times(clock, url):
    return [round(at - 100.0, 6) for of, at in clock.sent if of == url]


def test_a_burst_and_then_the_rate():
    clock = Clock()
    transport = sender(clock, {"all": QuotaLimit(10, 4)})
    for _ in range(7):
        transport.send(Request("GET", "a", ()))
    assert times(clock, "a") == [0, 0, 0, 0, 0.1, 0.2, 0.3]


def test_without_a_burst_requests_are_evenly_spaced():
    clock = Clock()
    transport = sender(clock, {"a": QuotaLimit(5)})
    for _ in range(4):
        transport.send(Request("GET", "a", ()))
    assert times(clock, "a") == [0, 0.2, 0.4, 0.6]


def test_every_quota_counts_and_others_do_not():
    clock = Clock()
    transport = sender(clock, {"all": QuotaLimit(10), "a": QuotaLimit(5)})
    for url in ("a", "b", "a", "b"):
        transport.send(Request("GET", url, ()))
    assert times(clock, "a") == [0, 0.2]
    assert times(clock, "b") == [0.1, 0.3]


def test_what_is_not_limited_does_not_wait():
    clock = Clock()
    transport = sender(clock, {"a": QuotaLimit(1)}, lambda request: [request.url])
    for _ in range(9):
        transport.send(Request("GET", "b", ()))
    assert set(times(clock, "b")) == {0}


def test_a_rest_fills_the_bucket_and_not_more():
    clock = Clock()
    transport = sender(clock, {"all": QuotaLimit(10, 3)})
    transport.send(Request("GET", "a", ()))
    clock.now += 3600
    for _ in range(4):
        transport.send(Request("GET", "b", ()))
    assert times(clock, "b") == [3600, 3600, 3600, 3600.1]


def test_an_account_with_more():
    assert QuotaLimit(5).times(2) == QuotaLimit(10, 2)
    assert QuotaLimit(10, 8).times(0.5) == QuotaLimit(5, 4)
    assert QuotaLimit(5).times(0.1) == QuotaLimit(0.5, 1)
