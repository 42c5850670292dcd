"""GetRandomPassword."""

from __future__ import annotations

import random
import string

from .wire import Members, Refused

_KINDS = {
    "ExcludeUppercase": string.ascii_uppercase,
    "ExcludeLowercase": string.ascii_lowercase,
    "ExcludeNumbers": string.digits,
    "ExcludePunctuation": string.punctuation,
}


def password(sent: Members) -> Members:
    """A password with at least one character of each kind, unless that is not wanted."""
    length = sent.get("PasswordLength", 32)
    excluded = set(sent.get("ExcludeCharacters", ""))
    kinds = [kind for flag, kind in _KINDS.items() if not sent.get(flag)]
    if sent.get("IncludeSpace"):
        kinds.append(" ")
    left = ["".join(one for one in kind if one not in excluded) for kind in kinds]
    required = sent.get("RequireEachIncludedType", True)
    left = [kind for kind in left if kind or required]
    if not left or not all(left):
        raise Refused("InvalidParameterException", "No characters are left for the password.")
    if required and length < len(left):
        raise Refused("InvalidParameterException", "The password is too short for every kind.")
    chosen = [random.choice(kind) for kind in left] if required else []
    chosen += random.choices("".join(left), k=length - len(chosen))
    random.shuffle(chosen)
    return {"RandomPassword": "".join(chosen)}
