"""Keyed hashes: equal values can be found again without the value being readable from the store."""

import hmac

_FIELD_SEPARATOR = b"\x1f"


def keyed_hash(key: bytes, purpose: str, value: str) -> str:
    """Returns 64 hexadecimal characters: HMAC-SHA256 of `value`, separated by `purpose` so that hashes of two columns never match.

    Args:
        key: The keyring's index key. It does not rotate with the encryption keys, or nothing would be found again.
        purpose: Table and column, or another name of what is hashed.
        value: The value, already normalised by the caller.
    """
    return hmac.digest(key, purpose.encode() + _FIELD_SEPARATOR + value.encode("utf-8", "surrogatepass"), "sha256").hex()


def same_hash(left: str, right: str) -> bool:
    """Compares two hashes in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())
