"""Encrypts single fields with AES-256-GCM, bound to the table, column and row they belong to.

The binding means that a token copied to another row or column (by a person with write access to the database) does not open there.
A token reads `<key id>:<base64 of nonce + ciphertext>`; the key id in clear lets rotation find what is still under an old key.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.privacy.keyring import Keyring

NONCE_BYTES = 12


class FieldTamperedError(Exception):
    """A stored field does not open under its key, table, column and row: it was changed or moved."""


class FieldCipher:
    """Seals and opens fields with the keys of one keyring."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring
        self._ciphers: dict[str, AESGCM] = {}

    def _cipher(self, key_id: str) -> AESGCM:
        if key_id not in self._ciphers:
            self._ciphers[key_id] = AESGCM(self.keyring.find(key_id))
        return self._ciphers[key_id]

    @staticmethod
    def _bound_to(table: str, column: str, row: str) -> bytes:
        return "\x1f".join((table, column, row)).encode()

    def seal_bytes(self, table: str, column: str, row: str, content: bytes) -> bytes:
        """Returns key id, colon, nonce and ciphertext as bytes: the form for files."""
        self.keyring.refresh()
        key_id = self.keyring.active
        nonce = os.urandom(NONCE_BYTES)
        return key_id.encode() + b":" + nonce + self._cipher(key_id).encrypt(nonce, content, self._bound_to(table, column, row))

    def open_bytes(self, table: str, column: str, row: str, sealed: bytes) -> bytes:
        """Opens what `seal_bytes` made.

        Raises:
            FieldTamperedError: It was changed, or belongs to another table, column or row.
            KeyringError: Its key is not in the keyring.
        """
        key_id, colon, body = sealed.partition(b":")
        if not colon or not key_id.isascii() or len(body) <= NONCE_BYTES:
            raise FieldTamperedError(f"{table}.{column} of {row} is not a sealed value")
        try:
            return self._cipher(key_id.decode()).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], self._bound_to(table, column, row))
        except InvalidTag as error:
            raise FieldTamperedError(f"{table}.{column} of {row} was changed or moved") from error

    def seal(self, table: str, column: str, row: str, text: str) -> str:
        """Returns the token of `text` for this place."""
        key_id, _, body = self.seal_bytes(table, column, row, text.encode()).partition(b":")
        return f"{key_id.decode()}:{urlsafe_b64encode(body).decode()}"

    def open(self, table: str, column: str, row: str, token: str) -> str:
        """Returns the text of a token.

        Raises:
            FieldTamperedError: It was changed, or belongs to another table, column or row.
            KeyringError: Its key is not in the keyring.
        """
        key_id, _, body = token.partition(":")
        try:
            raw = urlsafe_b64decode(body)
        except (Base64Error, ValueError) as error:
            raise FieldTamperedError(f"{table}.{column} of {row} is not a sealed value") from error
        return self.open_bytes(table, column, row, key_id.encode() + b":" + raw).decode()


def key_id_of(token: str) -> str:
    """Returns the id of the key a token was sealed with."""
    return token.partition(":")[0]
