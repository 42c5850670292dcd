"""What KMS does with a key: ciphertexts, data keys, signatures, codes."""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .kms_specs import EDWARDS, SYMMETRIC, hash_of, material
from .kms_store import Key, KmsStore, checked
from .wire import Members, Refused

_HEAD = b"\x01\x02\x03\x00x"
_PAIRS = "ECC_", "RSA_"


class KmsCrypto:
    """The cryptographic operations."""

    def __init__(self, store: KmsStore) -> None:
        self.store = store
        self.operations: dict[str, Callable[[Members], Members | None]] = {
            "Decrypt": self.decrypt,
            "Encrypt": self.encrypt,
            "GenerateDataKey": self.data_key,
            "GenerateDataKeyPair": self.pair,
            "GenerateDataKeyPairWithoutPlaintext": lambda s: _less(self.pair(s), "PrivateKeyPlain"),
            "GenerateDataKeyWithoutPlaintext": lambda s: _less(self.data_key(s), "Plaintext"),
            "GenerateMac": self.mac,
            "GenerateRandom": self.random,
            "GetPublicKey": self.public_key,
            "ReEncrypt": self.re_encrypt,
            "Sign": self.sign,
            "Verify": self.verify,
            "VerifyMac": self.verify_mac,
        }

    def usable(self, name: str, sent: Members, usage: str, algorithm: str = SYMMETRIC) -> Key:
        """A key that is there, is enabled, and can do this."""
        key = self.store.used(name)
        self._tokens(sent)
        if key.usage != usage or algorithm not in key.algorithms:
            raise Refused("InvalidKeyUsageException", f"{key.arn} can't be used with {algorithm}.")
        return self._ready(key, sent)

    def _ready(self, key: Key, sent: Members) -> Key:
        if key.enabled.seen and key.materials:
            return key
        checked(key)
        if not key.enabled.seen:
            raise Refused("DisabledException", f"{key.arn} is disabled.")
        return key

    def _tokens(self, sent: Members) -> None:
        grants = [one for key in self.store.keys.now.values() for one in key.grants.now.values()]
        known = {token for grant in grants for token in grant.tokens}
        if set(sent.get("GrantTokens", ())) - known:
            raise Refused("InvalidGrantTokenException", "The grant token is not valid.")

    def encrypt(self, sent: Members) -> Members:
        algorithm = sent.get("EncryptionAlgorithm", SYMMETRIC)
        key = self.usable(sent["KeyId"], sent, "ENCRYPT_DECRYPT", algorithm)
        context = sent.get("EncryptionContext", {})
        blob = _encrypted(key, sent["Plaintext"], context, algorithm)
        dry(sent)
        return {"CiphertextBlob": blob, "KeyId": key.arn, "EncryptionAlgorithm": algorithm}

    def decrypt(self, sent: Members) -> Members:
        algorithm = sent.get("EncryptionAlgorithm", SYMMETRIC)
        context = sent.get("EncryptionContext", {})
        key, plain = self._opened(
            sent.get("CiphertextBlob", b""), sent.get("KeyId"), context, algorithm, sent
        )
        dry(sent)
        return {"KeyId": key.arn, "Plaintext": plain, "EncryptionAlgorithm": algorithm}

    def re_encrypt(self, sent: Members) -> Members:
        before = sent.get("SourceEncryptionAlgorithm", SYMMETRIC)
        after = sent.get("DestinationEncryptionAlgorithm", SYMMETRIC)
        target = self.usable(sent["DestinationKeyId"], sent, "ENCRYPT_DECRYPT", after)
        context = sent.get("SourceEncryptionContext", {})
        blob, name = sent.get("CiphertextBlob", b""), sent.get("SourceKeyId")
        source, plain = self._opened(blob, name, context, before, sent)
        blob = _encrypted(target, plain, sent.get("DestinationEncryptionContext", {}), after)
        dry(sent)
        algorithms = {"SourceEncryptionAlgorithm": before, "DestinationEncryptionAlgorithm": after}
        keys = {"SourceKeyId": source.arn, "KeyId": target.arn}
        return {"CiphertextBlob": blob, **keys, **algorithms}

    def _opened(
        self, blob: bytes, name: str | None, context: Members, algorithm: str, sent: Members
    ) -> tuple[Key, bytes]:
        if sent.get("DryRunModifiers") and not sent.get("DryRun"):
            raise Refused("ValidationException", "Modifiers are for dry runs.")
        if not blob:
            raise Refused("ValidationException", "A ciphertext is needed.")
        if algorithm != SYMMETRIC:
            if name is None:
                raise Refused("ValidationException", "An asymmetric key must be named.")
            key = self.usable(name, sent, "ENCRYPT_DECRYPT", algorithm)
            try:
                return key, key.materials[0].decrypt(blob, _oaep(algorithm))
            except ValueError as error:
                raise Refused("InvalidCiphertextException") from error
        named = None if name is None else self.usable(name, sent, "ENCRYPT_DECRYPT")
        head, rest = blob[: len(_HEAD)], blob[len(_HEAD) :]
        source = self.store.keys.now.get(rest[:36].decode("latin-1").strip())
        if head != _HEAD or source is None:
            raise Refused("InvalidCiphertextException")
        if named is not None and named is not source:
            raise Refused("IncorrectKeyException", "The key is not the one that encrypted this.")
        self._ready(source, sent)
        index, nonce, sealed = rest[36:37], rest[37:49], rest[49:]
        secret = source.materials[index[0]] if index and index[0] < len(source.materials) else None
        if secret is None:
            raise Refused("InvalidCiphertextException")
        try:
            return source, AESGCM(secret[:32]).decrypt(nonce, sealed, _bound(context))
        except (InvalidTag, ValueError) as error:
            raise Refused("InvalidCiphertextException") from error

    def data_key(self, sent: Members) -> Members:
        if ("KeySpec" in sent) == ("NumberOfBytes" in sent):
            raise Refused("ValidationException", "Either a spec or a number of bytes is needed.")
        size = sent.get("NumberOfBytes") or int(sent["KeySpec"].split("_")[1]) // 8
        key = self.usable(sent["KeyId"], sent, "ENCRYPT_DECRYPT")
        plain = os.urandom(size)
        blob = _encrypted(key, plain, sent.get("EncryptionContext", {}), SYMMETRIC)
        dry(sent)
        answer = {"CiphertextBlob": blob, "Plaintext": plain, "KeyId": key.arn}
        return {**answer, "KeyMaterialId": key.names[-1]}

    def pair(self, sent: Members) -> Members:
        spec = sent["KeyPairSpec"]
        key = self.usable(sent["KeyId"], sent, "ENCRYPT_DECRYPT")
        if not spec.startswith(_PAIRS):
            raise Refused("UnsupportedOperationException", "Not in this Region.")
        dry(sent)
        private = material(spec)
        plain = private.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        context = sent.get("EncryptionContext", {})
        return {
            "PrivateKeyCiphertextBlob": _encrypted(key, plain, context, SYMMETRIC),
            "PrivateKeyPlaintext": plain,
            "PublicKey": _public(private),
            "KeyId": key.arn,
            "KeyPairSpec": spec,
            "KeyMaterialId": key.names[-1],
        }

    def random(self, sent: Members) -> Members:
        if "CustomKeyStoreId" in sent:
            raise Refused("CustomKeyStoreNotFoundException", "There is no such key store.")
        if "NumberOfBytes" not in sent:
            raise Refused("ValidationException", "A number of bytes is needed.")
        return {"Plaintext": os.urandom(sent["NumberOfBytes"])}

    def mac(self, sent: Members) -> Members:
        algorithm = sent["MacAlgorithm"]
        key = self.usable(sent["KeyId"], sent, "GENERATE_VERIFY_MAC", algorithm)
        dry(sent)
        code = _code(key, sent["Message"], algorithm)
        return {"KeyId": key.arn, "Mac": code, "MacAlgorithm": algorithm}

    def verify_mac(self, sent: Members) -> Members:
        algorithm = sent["MacAlgorithm"]
        key = self.usable(sent["KeyId"], sent, "GENERATE_VERIFY_MAC", algorithm)
        if not hmac.compare_digest(_code(key, sent["Message"], algorithm), sent["Mac"]):
            raise Refused("KMSInvalidMacException", "The code is not of this message.")
        dry(sent)
        return {"KeyId": key.arn, "MacValid": True, "MacAlgorithm": algorithm}

    def sign(self, sent: Members) -> Members:
        algorithm = sent["SigningAlgorithm"]
        key = self.usable(sent["KeyId"], sent, "SIGN_VERIFY", algorithm)
        how = _signing(key, sent)
        dry(sent)
        signature = key.materials[0].sign(sent["Message"], *how)
        return {"KeyId": key.arn, "Signature": signature, "SigningAlgorithm": algorithm}

    def verify(self, sent: Members) -> Members:
        algorithm = sent["SigningAlgorithm"]
        key = self.usable(sent["KeyId"], sent, "SIGN_VERIFY", algorithm)
        how = _signing(key, sent)
        try:
            key.materials[0].public_key().verify(sent["Signature"], sent["Message"], *how)
        except InvalidSignature as error:
            raise Refused("KMSInvalidSignatureException") from error
        dry(sent)
        return {"KeyId": key.arn, "SignatureValid": True, "SigningAlgorithm": algorithm}

    def public_key(self, sent: Members) -> Members:
        key = self.store.used(sent["KeyId"])
        self._tokens(sent)
        if not key.spec.startswith(_PAIRS):
            raise Refused("UnsupportedOperationException", f"{key.arn} has no public key.")
        shown = self._ready(key, sent).metadata(self.store.world)
        kept = ["CustomerMasterKeySpec", "KeySpec", "KeyUsage", "EncryptionAlgorithms"]
        kept += ["SigningAlgorithms", "KeyAgreementAlgorithms"]
        answer = {"KeyId": key.arn, "PublicKey": _public(key.materials[0])}
        return {**answer, **{name: shown.get(name) for name in kept}}


def dry(sent: Members) -> None:
    """A dry run ends here, with an error that says that all is well."""
    if sent.get("DryRun"):
        raise Refused("DryRunOperationException", "It would have succeeded.")


def _less(answer: Members, start: str) -> Members:
    return {name: value for name, value in answer.items() if not name.startswith(start)}


def _bound(context: Members) -> bytes:
    return json.dumps(context, sort_keys=True).encode()


def _oaep(algorithm: str) -> padding.OAEP:
    chosen = hash_of(algorithm)
    return padding.OAEP(padding.MGF1(chosen), chosen, None)


def _encrypted(key: Key, plain: bytes, context: Members, algorithm: str) -> bytes:
    if algorithm == SYMMETRIC:
        nonce = os.urandom(12)
        sealed = AESGCM(key.materials[-1][:32]).encrypt(nonce, plain, _bound(context))
        index = bytes([len(key.materials) - 1])
        return _HEAD + key.id.ljust(36).encode() + index + nonce + sealed
    try:
        blob: bytes = key.materials[0].public_key().encrypt(plain, _oaep(algorithm))
    except ValueError as error:
        raise Refused("ValidationException", "The plaintext is too long for this key.") from error
    return blob


def _public(private: Any) -> bytes:
    found: bytes = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return found


def _code(key: Key, message: bytes, algorithm: str) -> bytes:
    return hmac.digest(key.materials[0], message, f"sha{algorithm.rsplit('_', 1)[-1]}")


def _signing(key: Key, sent: Members) -> tuple[Any, ...]:
    """What the key needs to know beside the message."""
    kind = sent.get("MessageType", "RAW")
    if key.spec == EDWARDS:
        if kind != "RAW":
            raise Refused("ValidationException", "This algorithm signs messages as they are.")
        return ()
    chosen = hash_of(sent["SigningAlgorithm"])
    if kind == "EXTERNAL_MU":
        raise Refused("ValidationException", "This is for other keys.")
    if kind == "DIGEST" and len(sent["Message"]) != chosen.digest_size:
        raise Refused("ValidationException", "The digest is of another length.")
    hashed: Any = utils.Prehashed(chosen) if kind == "DIGEST" else chosen
    if not isinstance(key.materials[0], rsa.RSAPrivateKey):
        return (ec.ECDSA(hashed),)
    pss = padding.PSS(padding.MGF1(chosen), chosen.digest_size)
    return (pss if "PSS" in sent["SigningAlgorithm"] else padding.PKCS1v15(), hashed)
