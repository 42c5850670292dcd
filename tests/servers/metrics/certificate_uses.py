"""Certificate Manager: what is done with certificates, their tags, and the account's settings."""

from __future__ import annotations

from tests.servers.cloud.world import Members, Operation, operations_of, pairs
from tests.servers.keys.wire import Refused

from .certificates import Certificates, checked_tags, invalid


class Uses:
    """The operations by name."""

    def __init__(self, shelf: Certificates) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.account: Members = {"DaysBeforeExpiry": 45}
        self.operations: dict[str, Operation] = operations_of("acm", self)

    def get_certificate(self, sent: Members) -> Members:
        one = self.shelf.get(sent, seen=True)
        if one["status"] == "PENDING_VALIDATION":
            raise Refused("RequestInProgressException", "Certificate request is in progress.")
        return {"Certificate": one["text"], "CertificateChain": one.get("chain")}

    def export_certificate(self, sent: Members) -> Members:
        if self.shelf.get(sent)["status"] == "PENDING_VALIDATION":
            raise Refused("RequestInProgressException", "Certificate request is in progress.")
        raise invalid("Only a private or exportable certificate can be exported.")

    def renew_certificate(self, sent: Members) -> None:
        if self.shelf.get(sent)["status"] == "PENDING_VALIDATION":
            raise Refused("RequestInProgressException", "Certificate request is in progress.")
        raise invalid("The certificate is not eligible for renewal.")

    def revoke_certificate(self, sent: Members) -> Members:
        self.shelf.get(sent)
        raise Refused("ConflictException", "The certificate is not exported.")

    def resend_validation_email(self, sent: Members) -> None:
        one, domain = self.shelf.get(sent), sent["Domain"].lower()
        at = sent["ValidationDomain"].lower()
        if one["method"] != "EMAIL":
            raise Refused("InvalidStateException", "The certificate is not validated by email.")
        if domain not in one["names"] or not f".{domain}".endswith(f".{at}"):
            text = "The domain is not one of the certificate."
            raise Refused("InvalidDomainValidationOptionsException", text)

    def update_certificate_options(self, sent: Members) -> None:
        one, options = self.shelf.get(sent), sent["Options"]
        if one["type"] == "IMPORTED":
            raise Refused("InvalidStateException", "Imported certificates have no such options.")
        if "Export" in options and options["Export"] != one["options"]["Export"]:
            raise invalid("Export cannot be changed.")
        if "ValidationMethod" in options:
            raise Refused("InvalidStateException", "The certificate is not issued yet.")
        self.shelf.change(one, options=one["options"] | options)

    def add_tags_to_certificate(self, sent: Members) -> None:
        one = self.shelf.get(sent)
        self.shelf.change(one, tags=checked_tags(sent["Tags"], one["tags"], "TooManyTagsException"))

    def remove_tags_from_certificate(self, sent: Members) -> None:
        one = self.shelf.get(sent)
        gone = [tag["Key"] for tag in sent["Tags"]
                if tag.get("Value") in {None, one["tags"].get(tag["Key"])}]  # fmt: skip
        self.shelf.change(one, tags={key: of for key, of in one["tags"].items() if key not in gone})

    def list_tags_for_certificate(self, sent: Members) -> Members:
        return {"Tags": pairs(self.world, self.shelf.get(sent, seen=True)["tags"])}

    def tag_resource(self, sent: Members) -> None:
        one = self.shelf.get(sent, key="ResourceArn")
        try:
            tags = checked_tags(sent["Tags"], one["tags"], "ServiceQuotaExceededException")
        except Refused as refused:
            raise invalid(str(refused)) from refused
        self.shelf.change(one, tags=tags)

    def untag_resource(self, sent: Members) -> None:
        one = self.shelf.get(sent, key="ResourceArn")
        left = {key: of for key, of in one["tags"].items() if key not in sent["TagKeys"]}
        self.shelf.change(one, tags=left)

    def list_tags_for_resource(self, sent: Members) -> Members:
        return {
            "Tags": pairs(self.world, self.shelf.get(sent, seen=True, key="ResourceArn")["tags"])
        }

    def get_account_configuration(self, sent: Members) -> Members:
        return {"ExpiryEvents": self.account}

    def put_account_configuration(self, sent: Members) -> None:
        days = sent.get("ExpiryEvents", {}).get("DaysBeforeExpiry", 45)
        if days > 45:
            raise invalid("DaysBeforeExpiry is from 1 to 45.")
        self.account = {"DaysBeforeExpiry": days}
