"""Certificate Manager: certificates that are requested or imported, their tags and settings."""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from typing import Any

from tests.servers.cloud.world import (
    Members,
    Operation,
    Store,
    World,
    hexadecimal,
    operations_of,
    page,
)
from tests.servers.keys.wire import Refused

PEM = re.compile(
    rb"\s*-----BEGIN (?P<what>[A-Z ]+)-----\s+(?P<text>[A-Za-z0-9+/=\s]+)-----END (?P=what)-----\s*"
)
USUAL_KEYS = ("RSA_1024", "RSA_2048")
YEAR = 365 * 86400


def invalid(text: str) -> Refused:
    return Refused("ValidationException", text)


def checked_tags(tags: list[Members], known: dict[str, str], code: str) -> dict[str, str]:
    """What is known, with these."""
    if any(tag["Key"].lower().startswith("aws:") for tag in tags):
        raise Refused("InvalidTagException", "Tag keys that begin with aws: are reserved.")
    found = known | {tag["Key"]: tag.get("Value", "") for tag in tags}
    if len(found) > 50:
        raise Refused(code, "A certificate has at most 50 tags.")
    return found


def subject(pem: bytes) -> str:
    """The common name of whom a certificate is for."""
    inside = base64.b64decode(b"".join(pem.split(b"-----")[2].split()))
    for mark in (b"\x06\x03\x55\x04\x03\x0c", b"\x06\x03\x55\x04\x03\x13"):
        at = inside.rfind(mark) + len(mark)
        if at >= len(mark) and at < len(inside):
            return inside[at + 1 : at + 1 + inside[at]].decode("utf-8", "replace")
    raise invalid("The certificate has no subject.")


class Certificates:
    """The operations by name."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.store = Store(world)
        self.tokens: dict[str, tuple[Members, str]] = {}
        self.operations: dict[str, Operation] = operations_of("acm", self)
        for number in range(3 if world.on("populated") else 0):
            self.request_certificate({"DomainName": f"old-{number}.example.org"})

    def get(self, sent: Members, *, seen: bool = False, key: str = "CertificateArn") -> Members:
        arn = sent[key]
        own = self.world.arn("acm", "certificate/")
        if not re.match(r"arn:aws[\w-]*:acm:[\w-]+:\d{12}:certificate/.", arn):
            code = "InvalidArnException" if key == "CertificateArn" else "ValidationException"
            raise Refused(code, f"The specified ARN is invalid: {arn}")
        found: Members | None = self.store.found(arn, seen=seen) if arn.startswith(own) else None
        if found is None:
            raise Refused("ResourceNotFoundException", f"Could not find certificate {arn}.")
        return found

    def change(self, one: Members, **changes: Any) -> None:
        self.store.put(one["arn"], {**one, **changes})

    def _new(self, members: Members, tags: dict[str, str]) -> str:
        if self.world.on("quotas") and len(self.store.all()) >= 2500:
            raise Refused("LimitExceededException", "There are 2500 certificates.")
        arn = self.world.arn("acm", f"certificate/{uuid.uuid4()}")
        self.store.put(arn, {**members, "arn": arn, "tags": tags, "born": self.world.now()})
        return arn

    def request_certificate(self, sent: Members) -> Members:
        token = sent.get("IdempotencyToken")
        if token in self.tokens and self.tokens[token][0] == sent:
            arn = self.tokens[token][1]
            if self.store.get(arn):
                return {"CertificateArn": arn}
        domain, method = sent["DomainName"].lower(), sent.get("ValidationMethod", "EMAIL")
        options = sent.get("Options", {})
        private = "CertificateAuthorityArn" in sent
        if private and not self.world.on("unchecked"):
            raise Refused("InvalidArnException", "Could not find the certificate authority.")
        if private and "ValidationMethod" in sent:
            raise Refused("InvalidParameterException", "Private certificates are not validated.")
        if method == "HTTP" and sent.get("ManagedBy") != "CLOUDFRONT":
            raise Refused("InvalidParameterException", "HTTP validation is for CloudFront.")
        if sent.get("ManagedBy") and method != "HTTP":
            raise Refused("InvalidParameterException", "ManagedBy needs HTTP validation.")
        if sent.get("KeyAlgorithm") in {"RSA_1024", "RSA_3072", "RSA_4096", "EC_secp521r1"}:
            raise Refused("InvalidParameterException", "The key algorithm is not supported.")
        names = dict.fromkeys([domain, *(one.lower() for one in
                                         sent.get("SubjectAlternativeNames", ()))])  # fmt: skip
        if len(domain) > 64:
            raise Refused("InvalidParameterException", "The first domain has at most 64 octets.")
        if len(names) > 10 and self.world.on("quotas"):
            raise Refused("LimitExceededException", "A certificate has at most 10 names.")
        by = {}
        for one in sent.get("DomainValidationOptions", ()):
            of, at = one["DomainName"].lower(), one["ValidationDomain"].lower()
            if of not in names or not f".{of}".endswith(f".{at}"):
                text = "The validation domain is a superdomain of a domain of the certificate."
                raise Refused("InvalidDomainValidationOptionsException", text)
            by[of] = at
        tags = checked_tags(sent.get("Tags", []), {}, "TooManyTagsException")
        usual = {"CertificateTransparencyLoggingPreference": "ENABLED", "Export": "DISABLED"}
        arn = self._new({
            "domain": domain, "names": [*names], "method": method, "type": "AMAZON_ISSUED",
            "key": sent.get("KeyAlgorithm", "RSA_2048"), "options": usual | options, "by": by,
            "status": "PENDING_VALIDATION", "managed": sent.get("ManagedBy"),
            "record": hexadecimal(32),
        }, tags)  # fmt: skip
        if token is not None:
            self.tokens[token] = (sent, arn)
        return {"CertificateArn": arn}

    def _pem(self, octets: bytes, kind: str) -> str:
        found = PEM.fullmatch(octets)
        try:
            inside = base64.b64decode(b"".join((found or {"text": b""})["text"].split()))
        except binascii.Error as error:
            raise invalid(f"The {kind} is not in a valid PEM format.") from error
        if not inside.startswith(b"\x30") or kind not in (found or {"what": b""})["what"].decode():
            raise invalid(f"The {kind} is not in a valid PEM format.")
        return octets.decode()

    def import_certificate(self, sent: Members) -> Members:
        known = self.get(sent) if "CertificateArn" in sent else None
        text = self._pem(sent["Certificate"], "CERTIFICATE")
        self._pem(sent["PrivateKey"], "PRIVATE KEY")
        if known and "Tags" in sent:
            raise Refused("InvalidParameterException", "Tags are for a new certificate.")
        if known and known["type"] != "IMPORTED":
            raise invalid("Only an imported certificate can be imported again.")
        domain = subject(sent["Certificate"])
        members = {"domain": domain, "names": [domain],
                   "type": "IMPORTED", "key": "RSA_2048", "status": "ISSUED", "by": {},
                   "text": text, "imported": self.world.now(), "method": None,
                   "options": {"CertificateTransparencyLoggingPreference": "DISABLED"},
                   "chain": sent.get("CertificateChain", b"").decode() or None}  # fmt: skip
        if known:
            self.change(known, **members)
            return {"CertificateArn": known["arn"]}
        tags = checked_tags(sent.get("Tags", []), {}, "TooManyTagsException")
        return {"CertificateArn": self._new(members, tags)}

    def describe_certificate(self, sent: Members) -> Members:
        one = self.get(sent, seen=True)
        issued = one["type"] == "IMPORTED"
        shown: Members = {
            "CertificateArn": one["arn"],
            "DomainName": one["domain"],
            "SubjectAlternativeNames": one["names"],
            "Subject": f"CN={one['domain']}",
            "Issuer": one["domain"] if issued else "Amazon",
            "CreatedAt": one["born"],
            "Status": one["status"],
            "KeyAlgorithm": one["key"],
            "SignatureAlgorithm": "SHA256WITHRSA",
            "InUseBy": [],
            "Type": one["type"],
            "KeyUsages": [],
            "ExtendedKeyUsages": [],
            "RenewalEligibility": "INELIGIBLE",
            "Options": one["options"],
            "ManagedBy": one.get("managed"),
        }
        if issued:
            shown |= {"ImportedAt": one["imported"], "NotBefore": one["imported"],
                      "NotAfter": one["imported"] + YEAR, "Serial": "00:01:02"}  # fmt: skip
            del shown["CreatedAt"]
        else:
            shown["DomainValidationOptions"] = [self._validation(one, name)
                                                for name in one["names"]]  # fmt: skip
        return {"Certificate": shown}

    def _validation(self, one: Members, name: str) -> Members:
        shown: Members = {
            "DomainName": name,
            "ValidationDomain": one["by"].get(name, name),
            "ValidationStatus": "PENDING_VALIDATION",
            "ValidationMethod": one["method"],
        }
        plain = name.removeprefix("*.")
        if one["method"] == "EMAIL":
            users = ("admin", "administrator", "hostmaster", "postmaster", "webmaster")
            at = one["by"].get(name, plain).removeprefix("*.")
            shown["ValidationEmails"] = [f"{user}@{at}" for user in users]
        late = self.world.on("passing") and self.world.now() < one["born"] + 0.5
        if one["method"] == "DNS" and not late:
            value = f"_{one['record'][::-1]}.acm-validations.aws."
            name = f"_{one['record']}.{plain}."
            shown["ResourceRecord"] = {"Name": name, "Type": "CNAME", "Value": value}
        return shown

    def delete_certificate(self, sent: Members) -> None:
        self.store.drop(self.get(sent)["arn"])

    def list_certificates(self, sent: Members) -> Members:
        if "SortOrder" in sent and "SortBy" not in sent:
            raise invalid("SortBy is needed with SortOrder.")
        if "SortBy" in sent and "SortOrder" not in sent:
            raise invalid("SortOrder is needed with SortBy.")
        includes = sent.get("Includes", {})
        keys = includes.get("keyTypes") or USUAL_KEYS
        found = [one for one in self.store.listed()
                 if one["status"] in (sent.get("CertificateStatuses") or [one["status"]])
                 and one["key"] in keys
                 and not includes.get("keyUsage") and not includes.get("extendedKeyUsage")
                 and includes.get("exportOption") in {None, one["options"].get("Export")}
                 and includes.get("managedBy") in {None, one.get("managed")}]  # fmt: skip
        if "SortBy" in sent:
            down = sent["SortOrder"] == "DESCENDING"
            found = sorted(found, key=lambda one: float(one["born"]), reverse=down)
        refuse = Refused("InvalidArgsException", "The token is not valid.")
        size = sent.get("MaxItems", 1000)
        shown, token = page(self.world, found, size, sent.get("NextToken"), refuse)
        return {"CertificateSummaryList": [self._summary(one) for one in shown],
                "NextToken": token}  # fmt: skip

    def _summary(self, one: Members) -> Members:
        return {
            "CertificateArn": one["arn"],
            "DomainName": one["domain"],
            "SubjectAlternativeNameSummaries": one["names"],
            "HasAdditionalSubjectAlternativeNames": False,
            "Status": one["status"],
            "Type": one["type"],
            "KeyAlgorithm": one["key"],
            "KeyUsages": [],
            "ExtendedKeyUsages": [],
            "InUse": False,
            "RenewalEligibility": "INELIGIBLE",
            "ExportOption": one["options"].get("Export"),
            "ManagedBy": one.get("managed"),
            **(
                {"ImportedAt": one["imported"]} if "imported" in one else {"CreatedAt": one["born"]}
            ),
        }
