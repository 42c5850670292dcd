"""What each kind of KMS key can do, and its material."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

_PSS = [f"RSASSA_PSS_SHA_{size}" for size in (256, 384, 512)]
_PKCS = [f"RSASSA_PKCS1_V1_5_SHA_{size}" for size in (256, 384, 512)]
_OAEP = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]
_CURVES: dict[str, tuple[ec.EllipticCurve, str]] = {
    "ECC_NIST_P256": (ec.SECP256R1(), "ECDSA_SHA_256"),
    "ECC_NIST_P384": (ec.SECP384R1(), "ECDSA_SHA_384"),
    "ECC_NIST_P521": (ec.SECP521R1(), "ECDSA_SHA_512"),
    "ECC_SECG_P256K1": (ec.SECP256K1(), "ECDSA_SHA_256"),
}
EDWARDS = "ECC_NIST_EDWARDS25519"
SYMMETRIC = "SYMMETRIC_DEFAULT"
HASHES: dict[str, hashes.HashAlgorithm] = {
    "1": hashes.SHA1(),  # noqa: S303 - OAEP with it is what KMS offers
    "224": hashes.SHA224(),
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}


def hash_of(algorithm: str) -> hashes.HashAlgorithm:
    """The hash that an algorithm names at its end."""
    return HASHES[algorithm.rsplit("_", 1)[-1]]


def usages(spec: str) -> dict[str, tuple[str, list[str]]]:
    """For each usage of a kind of key: the member that has its algorithms, and these."""
    if spec == SYMMETRIC:
        return {"ENCRYPT_DECRYPT": ("EncryptionAlgorithms", [SYMMETRIC])}
    if spec.startswith("HMAC_"):
        return {"GENERATE_VERIFY_MAC": ("MacAlgorithms", [spec.replace("HMAC_", "HMAC_SHA_")])}
    if spec.startswith("RSA_"):
        return {
            "ENCRYPT_DECRYPT": ("EncryptionAlgorithms", _OAEP),
            "SIGN_VERIFY": ("SigningAlgorithms", [*_PSS, *_PKCS]),
        }
    if spec == EDWARDS:
        return {"SIGN_VERIFY": ("SigningAlgorithms", ["ED25519_SHA_512"])}
    if spec in _CURVES:
        found = {"SIGN_VERIFY": ("SigningAlgorithms", [_CURVES[spec][1]])}
        if "NIST" in spec:
            found["KEY_AGREEMENT"] = ("KeyAgreementAlgorithms", ["ECDH"])
        return found
    return {}


def material(spec: str) -> Any:
    """New key material: bytes, or a private key."""
    if spec in _CURVES:
        return ec.generate_private_key(_CURVES[spec][0])
    makers: dict[str, Callable[[], Any]] = {
        "RSA": lambda: rsa.generate_private_key(65537, int(spec.split("_")[1])),
        "ECC": ed25519.Ed25519PrivateKey.generate,
    }
    return makers.get(spec.split("_", maxsplit=1)[0], lambda: os.urandom(64))()


OF_USAGE = {
    "ENCRYPT_DECRYPT": {"Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo"},
    "SIGN_VERIFY": {"Sign", "Verify"},
    "GENERATE_VERIFY_MAC": {"GenerateMac", "VerifyMac"},
    "KEY_AGREEMENT": {"DeriveSharedSecret"},
}


def grantable(spec: str, usage: str) -> set[str]:
    """The operations that a grant on such a key may allow."""
    found = OF_USAGE[usage] | {"CreateGrant", "RetireGrant", "DescribeKey"}
    if spec == SYMMETRIC:
        data = {"GenerateDataKey", "GenerateDataKeyPair"}
        return found | data | {f"{one}WithoutPlaintext" for one in data}
    return found if spec.startswith("HMAC_") else found | {"GetPublicKey"}
