"""Encrypts the secrets of second factors."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet

SEPARATOR = "\x1f"


class SecretBox:
    """Seals secrets under a key that never rotates.

    `guard keys` rotates and removes the keys of `bot.privacy.field_encryption` knowing only the intake's database: secrets sealed with those
    would one day lock staff out. The index key is the one part of the keyring that stays.

    Args:
        index_key: The keyring's index key.
    """

    def __init__(self, index_key: bytes) -> None:
        key = hmac.new(index_key, b"console.second_factor", hashlib.sha256).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def seal(self, account: str, secret: str) -> str:
        """Encrypt a secret for one account."""
        return self._fernet.encrypt(f"{account}{SEPARATOR}{secret}".encode()).decode()

    def open(self, account: str, sealed: str) -> str | None:
        """Decrypt a secret.

        Args:
            account: Whose it is.
            sealed: From `seal`.

        Returns:
            The secret; None when it was sealed for another account: a copied row must not carry a second factor along.

        Raises:
            cryptography.fernet.InvalidToken: It was changed, or another key sealed it.
        """
        owner, _, secret = self._fernet.decrypt(sealed).decode().partition(SEPARATOR)
        return secret if owner == account else None
