"""Key pairs and elastic addresses of EC2."""

from __future__ import annotations

import base64
import binascii
import secrets

from tests.servers.keys.wire import Refused

from .ec2 import Shelf, dry, invalid, tags_of
from .world import Members, Operation, operations_of


class Keys:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self.operations: dict[str, Operation] = operations_of("ec2", self)

    def _new(self, sent: Members, kind: str, tags: list[Members]) -> Members:
        name = sent["KeyName"]
        if not name or len(name) > 255 or not name.isascii() or name != name.strip():
            raise invalid("KeyName", name)
        if any(one["KeyName"] == name for one in self.shelf.all("key")):
            raise Refused("InvalidKeyPair.Duplicate", f"The keypair '{name}' already exists.")
        dry(sent)
        octets = secrets.token_hex(20)
        print_ = ":".join(octets[at : at + 2] for at in range(0, 40, 2))
        members = {"KeyName": name, "KeyType": kind, "KeyFingerprint": print_}
        return self.shelf.new("key", members, tags)

    def create_key_pair(self, sent: Members) -> Members:
        tags = tags_of(sent, "key-pair")
        made = self._new(sent, sent.get("KeyType", "rsa"), tags)
        text = base64.b64encode(secrets.token_bytes(600)).decode()
        material = f"-----BEGIN RSA PRIVATE KEY-----\n{text}\n-----END RSA PRIVATE KEY-----"
        return {**self._shown(made), "KeyMaterial": material}

    def _shown(self, one: Members) -> Members:
        return {
            "KeyName": one["KeyName"],
            "KeyFingerprint": one["KeyFingerprint"],
            "KeyPairId": one["id"],
            "Tags": one["tags"],
        }

    def import_key_pair(self, sent: Members) -> Members:
        tags = tags_of(sent, "key-pair")
        text = sent["PublicKeyMaterial"].decode("utf-8", "replace").split()
        kinds = {"ssh-rsa": "rsa", "ssh-ed25519": "ed25519"}
        try:
            blob = base64.b64decode(text[1], validate=True)
            kind = kinds[text[0]]
        except (IndexError, KeyError, binascii.Error) as error:
            text = "Key is not in valid OpenSSH public key format"
            raise Refused("InvalidKey.Format", text) from error
        if text[0].encode() not in blob[:20]:
            raise Refused("InvalidKey.Format", "Key is not in valid OpenSSH public key format")
        return self._shown(self._new(sent, kind, tags))

    def describe_key_pairs(self, sent: Members) -> Members:
        filters = {
            "key-pair-id": lambda one: one["id"],
            "fingerprint": lambda one: one["KeyFingerprint"],
            "key-name": lambda one: one["KeyName"],
        }
        named = []
        for name in sent.get("KeyNames", []):
            same = [one["id"] for one in self.shelf.listed("key") if one["KeyName"] == name]
            if not same:
                raise Refused("InvalidKeyPair.NotFound", f"The key pair '{name}' does not exist")
            named += same
        ids = [*sent.get("KeyPairIds", []), *named]
        found = self.shelf.unpaged("key", ids, sent, filters)
        dry(sent)
        shown = [
            {**self._shown(one), "KeyType": one["KeyType"], "CreateTime": one["born"]}
            for one in found
        ]
        return {"KeyPairs": shown}

    def delete_key_pair(self, sent: Members) -> Members:
        if "KeyName" not in sent and "KeyPairId" not in sent:
            raise Refused("MissingParameter", "The request must contain KeyName or KeyPairId")
        found = [
            one
            for one in self.shelf.all("key")
            if one["KeyName"] == sent.get("KeyName", one["KeyName"])
            and one["id"] == sent.get("KeyPairId", one["id"])
        ]
        if not found and self.world.on("other-codes"):
            raise Refused("InvalidKeyPair.NotFound", "The key pair does not exist")
        dry(sent)
        for one in found:
            self.shelf.drop(one)
        return {"Return": True, "KeyPairId": found[0]["id"] if found else None}


class Addresses:
    """The operations by name."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.world = shelf.world
        self._count = 0
        self.operations: dict[str, Operation] = operations_of("ec2", self)

    def allocate_address(self, sent: Members) -> Members:
        tags = tags_of(sent, "elastic-ip")
        if sent.get("Domain") == "standard":
            raise invalid("domain", "standard", "EC2-Classic is retired.")
        for name in ("Address", "CustomerOwnedIpv4Pool", "IpamPoolId"):
            if name in sent:
                raise invalid(name, sent[name])
        if sent.get("PublicIpv4Pool", "amazon") != "amazon":
            raise Refused("InvalidPublicIpv4PoolID.NotFound", "The pool does not exist")
        group = sent.get("NetworkBorderGroup", self.world.region)
        if group != self.world.region:
            raise invalid("networkBorderGroup", group)
        dry(sent)
        if self.world.on("quotas") and len(self.shelf.all("eipalloc")) >= 5:
            text = "The maximum number of addresses has been reached."
            raise Refused("AddressLimitExceeded", text)
        self._count += 1
        address = f"198.51.100.{self._count % 250 + 1}"
        members = {"PublicIp": address, "NetworkBorderGroup": group}
        return self._shown(self.shelf.new("eipalloc", members, tags))

    def _shown(self, one: Members) -> Members:
        return {
            "AllocationId": one["id"],
            "PublicIp": one["PublicIp"],
            "Domain": "vpc",
            "PublicIpv4Pool": "amazon",
            "NetworkBorderGroup": one["NetworkBorderGroup"],
        }

    def describe_addresses(self, sent: Members) -> Members:
        filters = {
            "allocation-id": lambda one: one["id"],
            "domain": lambda one: "vpc",
            "public-ip": lambda one: one["PublicIp"],
            "network-border-group": lambda one: one["NetworkBorderGroup"],
        }
        named = [self._at(address)["id"] for address in sent.get("PublicIps", [])]
        ids = [*sent.get("AllocationIds", []), *named]
        found = self.shelf.unpaged("eipalloc", ids, sent, filters)
        dry(sent)
        return {"Addresses": [{**self._shown(one), "Tags": one["tags"]} for one in found]}

    def _at(self, address: str) -> Members:
        for one in self.shelf.listed("eipalloc"):
            if one["PublicIp"] == address:
                return one
        raise Refused("InvalidAddress.NotFound", f"Address '{address}' not found.")

    def release_address(self, sent: Members) -> None:
        if "PublicIp" in sent:
            text = "EC2-Classic is retired: the request needs an allocation ID."
            raise Refused("InvalidParameterCombination", text)
        if "AllocationId" not in sent:
            raise Refused("MissingParameter", "The request must contain the parameter allocationId")
        found = self.shelf.get("eipalloc", sent["AllocationId"])
        if (
            sent.get("NetworkBorderGroup", found["NetworkBorderGroup"])
            != found["NetworkBorderGroup"]
        ):
            raise invalid("networkBorderGroup", sent["NetworkBorderGroup"])
        dry(sent)
        self.shelf.drop(found)
