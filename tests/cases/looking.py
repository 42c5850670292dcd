"""What a plain client of an SDK sees of a server: requests of which later ones use answers."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from urllib.parse import urlsplit

import botocore.session
import jmespath
from botocore.config import Config
from botocore.exceptions import ClientError

CLOUDWATCH = "GraniteServiceVersion20100801"
AUTHORIZED = (
    "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/monitoring/aws4_request, Signature=0"
)
UNCHECKED = Config(
    parameter_validation=False, retries={"max_attempts": 1}, s3={"addressing_style": "path"}
)
OTHERS = ("ec2", "iam", "s3")
"""Services whose resources others speak of; each is asked for operations that the others lack."""


class Looking:
    """A client of one service at this URL; cloudwatch is spoken to in JSON, as by older clients."""

    def __init__(self, url, service):
        self.url, self.service, self.answers = url, service, {}
        self.session = botocore.session.get_session()

    def see(self, requests, place):
        """What is at the place of the answer to the last request; the code of an error."""
        shown = None
        for operation, members in requests:
            shown = self._ask(operation, self._filled(members))
            self.answers[operation] = shown
        return jmespath.search(place, shown)

    def _filled(self, members):
        if isinstance(members, dict):
            return {name: self._filled(one) for name, one in members.items()}
        if isinstance(members, list):
            return [self._filled(one) for one in members]
        is_place = isinstance(members, str) and members.startswith("$")
        return jmespath.search(members[1:], self.answers) if is_place else members

    def _ask(self, operation, members):
        service = next(one for one in (self.service, *OTHERS) if self._has(one, operation))
        if service == "cloudwatch":
            return self._ask_in_json(operation, members)
        client = self.session.create_client(
            service, "us-east-1", endpoint_url=self.url, config=UNCHECKED,
            aws_access_key_id="test", aws_secret_access_key="test",
        )  # fmt: skip
        try:
            shown = client._make_api_call(operation, members)
        except ClientError as error:
            return {"Error": error.response["Error"]["Code"]}
        status = shown.pop("ResponseMetadata")["HTTPStatusCode"]
        return {**shown, "HTTPStatusCode": status}

    def _has(self, service, operation):
        return operation in self.session.get_service_model(service).operation_names

    def _ask_in_json(self, operation, members):
        headers = {"X-Amz-Target": f"{CLOUDWATCH}.{operation}", "Authorization": AUTHORIZED,
                   "Content-Type": "application/x-amz-json-1.0"}  # fmt: skip
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        connection.request("POST", "/", json.dumps(members), headers)
        read = json.loads(connection.getresponse().read() or b"{}")
        connection.close()
        return {"Error": read["__type"]} if "__type" in read else read
