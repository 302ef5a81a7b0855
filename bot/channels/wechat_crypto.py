"""Signatures and safe-mode encryption of the WeChat Official Account platform.

Source: WeChat's "Message encryption and decryption" document. AES-256-CBC with PKCS#7 padding to 32 bytes; the plaintext is
16 random bytes, the message's length (4 bytes, network order), the message and the account's AppID.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
from base64 import b64decode, b64encode
from binascii import Error as Base64Error

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK_BYTES = 32
RANDOM_BYTES = 16
LENGTH_BYTES = 4
CIPHER_BLOCK_BYTES = 16
AES_KEY_CHARACTERS = 43


class WeChatCryptoError(ValueError):
    """A signature, padding, length or AppID is not what WeChat would have sent."""


def signature(*parts: str) -> str:
    """Return WeChat's signature over `parts`: the SHA-1 of their sorted concatenation, 40 hexadecimal characters."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def is_signed(expected: str, *parts: str) -> bool:
    """Tell whether `expected` is the signature of `parts`, in constant time: an attacker must not learn it byte by byte."""
    return hmac.compare_digest(signature(*parts).encode(), expected.encode())


class WeChatCrypto:
    """Opens and seals messages of one account.

    Args:
        token: The token set in the account's console.
        encoding_aes_key: The 43-character key set there.
        app_id: The account's AppID.

    Raises:
        WeChatCryptoError: The key is not 43 characters of base64.
    """

    def __init__(self, token: str, encoding_aes_key: str, app_id: str) -> None:
        if len(encoding_aes_key) != AES_KEY_CHARACTERS:
            raise WeChatCryptoError(f"the EncodingAESKey has {AES_KEY_CHARACTERS} characters, not {len(encoding_aes_key)}")
        try:
            self._key = b64decode(encoding_aes_key + "=")
        except Base64Error as error:
            raise WeChatCryptoError("the EncodingAESKey is not base64") from error
        self._token = token
        self._app_id = app_id.encode()

    def _cipher(self) -> Cipher[CBC]:
        return Cipher(AES256(self._key), CBC(self._key[:CIPHER_BLOCK_BYTES]))

    def open(self, encrypted: str, msg_signature: str, timestamp: str, nonce: str) -> bytes:
        """Return the XML inside an encrypted message.

        Args:
            encrypted: The text of the `Encrypt` element.
            msg_signature: The query parameter of that name; unlike `signature` it covers the message itself.
            timestamp: The query parameter of that name.
            nonce: The query parameter of that name.

        Raises:
            WeChatCryptoError: The signature is forged, or the content is not a message to this account.
        """
        if not is_signed(msg_signature, self._token, timestamp, nonce, encrypted):
            raise WeChatCryptoError("the message is not signed with this account's token")
        try:
            ciphertext = b64decode(encrypted, validate=True)
        except Base64Error as error:
            raise WeChatCryptoError("the message is not base64") from error
        if not ciphertext or len(ciphertext) % CIPHER_BLOCK_BYTES:
            raise WeChatCryptoError("the message is not a whole number of blocks")
        decryptor = self._cipher().decryptor()
        padded = decryptor.update(ciphertext) + decryptor.finalize()
        padding = padded[-1]
        if not 1 <= padding <= BLOCK_BYTES or len(padded) < RANDOM_BYTES + LENGTH_BYTES + padding:
            raise WeChatCryptoError("the message's padding is wrong")
        plain = padded[RANDOM_BYTES:-padding]
        (length,) = struct.unpack("!I", plain[:LENGTH_BYTES])
        message, app_id = plain[LENGTH_BYTES : LENGTH_BYTES + length], plain[LENGTH_BYTES + length :]
        if len(message) != length or not hmac.compare_digest(app_id, self._app_id):
            raise WeChatCryptoError("the message is for another account")
        return message

    def seal(self, message: bytes, timestamp: str, nonce: str) -> tuple[str, str]:
        """Return `message` encrypted, and its signature.

        Args:
            message: The reply's XML.
            timestamp: Seconds since the epoch, as sent beside it.
            nonce: Any text, as sent beside it.
        """
        plain = os.urandom(RANDOM_BYTES) + struct.pack("!I", len(message)) + message + self._app_id
        padding = BLOCK_BYTES - len(plain) % BLOCK_BYTES
        encryptor = self._cipher().encryptor()
        encrypted = b64encode(encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()).decode()
        return encrypted, signature(self._token, timestamp, nonce, encrypted)
