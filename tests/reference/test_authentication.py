"""The one place where signatures can be checked."""

from __future__ import annotations

from conformance.reference.outcome import Refusal


def test_an_authenticator_sees_every_routed_request(make):
    seen = []

    def authenticate(request, service):
        seen.append((request.method, service))
        if "authorization" in request.headers:
            return None
        return Refusal("MissingAuthenticationTokenException", 403, "Missing Authentication Token")

    send = make(authenticate=authenticate)
    assert send("GET", "/apikeys").code == "MissingAuthenticationTokenException"
    assert send("GET", "/apikeys", headers={"authorization": "x"}).status == 200
    assert send("POST", "/metadata/v0/list-keys", b"{").status == 403
    assert send("GET", "/nowhere").code == "AccessDeniedException"
    assert seen == [("GET", "apigateway"), ("GET", "apigateway"), ("POST", "location")]
