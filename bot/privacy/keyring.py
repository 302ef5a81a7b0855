"""The keys that protect stored personal data, kept in one JSON file that only the owner may read."""

import json
import os
import secrets
import stat
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass, field
from pathlib import Path

KEY_BYTES = 32
_OWNER_ONLY = 0o600


class KeyringError(Exception):
    """The key file is missing, readable by others or damaged. Nothing is guessed: a wrong key would look like lost data."""


@dataclass
class Keyring:
    """Encryption keys by id, the id new data is encrypted with, and the key of keyed hashes.

    Attributes:
        path: The file; its owner alone may read it.
        active: Id of the key that encrypts new data.
        keys: Every key that stored data may still need, by id; 32 bytes each.
        index_key: Key of keyed hashes, receipts and log chains; never rotated.
    """

    path: Path
    active: str
    keys: dict[str, bytes]
    index_key: bytes
    _stamp: int = field(default=0, compare=False, repr=False)

    @classmethod
    def load_or_create(cls, path: Path) -> "Keyring":
        """Reads the key file, or makes one when there is none. Several processes may start at once: all end with the same keys.

        Raises:
            KeyringError: The file can be read by others than its owner, or is damaged.
        """
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = cls(path, "k1", {"k1": secrets.token_bytes(KEY_BYTES)}, secrets.token_bytes(KEY_BYTES))
            temporary = fresh._write_temporary()
            try:
                os.link(temporary, path)  # unlike a rename, never replaces the file another process made in the meantime
            except FileExistsError:
                pass
            finally:
                temporary.unlink()
        return cls.load(path)

    @classmethod
    def load(cls, path: Path) -> "Keyring":
        """Reads the key file.

        Raises:
            KeyringError: There is none, others can read it, or it is damaged.
        """
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            content = json.loads(path.read_text(encoding="utf-8"))
            if mode & 0o077:
                raise KeyringError(f"{path.name} can be read by others (mode {mode:o}): run chmod 600 on it")
            ring = cls(path, content["active"], {name: b64decode(key, validate=True) for name, key in content["keys"].items()},
                       b64decode(content["index_key"], validate=True))
        except FileNotFoundError as error:
            raise KeyringError(f"the key file {path.name} does not exist") from error
        except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError, Base64Error) as error:
            raise KeyringError(f"the key file {path.name} is damaged: restore it from the backup of the keys") from error
        if ring.active not in ring.keys or any(len(key) != KEY_BYTES for key in (*ring.keys.values(), ring.index_key)):
            raise KeyringError(f"the key file {path.name} is damaged: a key is missing or has a wrong length")
        ring._stamp = path.stat().st_mtime_ns
        return ring

    def _write_temporary(self) -> Path:
        content = {"active": self.active, "keys": {name: b64encode(key).decode() for name, key in self.keys.items()},
                   "index_key": b64encode(self.index_key).decode()}
        temporary = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        return temporary

    def save(self) -> None:
        """Replaces the key file in one step, so that a crash leaves either the old or the new keys."""
        os.replace(self._write_temporary(), self.path)
        directory = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def add_key(self) -> str:
        """Adds a fresh key, makes it the active one, saves, and returns its id. Older keys stay until `remove_key`."""
        number = 1 + max(int(name[1:]) for name in self.keys)
        self.active = f"k{number}"
        self.keys[self.active] = secrets.token_bytes(KEY_BYTES)
        self.save()
        return self.active

    def remove_key(self, name: str) -> None:
        """Forgets a key that nothing is encrypted with any more.

        Raises:
            KeyringError: It is the active key.
        """
        if name == self.active:
            raise KeyringError("the active key cannot be removed")
        self.keys.pop(name, None)
        self.save()

    def refresh(self) -> None:
        """Reads the file again when another process has changed it, so that nothing new is sealed with a key that was rotated away."""
        try:
            stamp = self.path.stat().st_mtime_ns
        except FileNotFoundError:
            return  # the keys in memory are still good, and a tip-off must not be lost because the file is being moved
        if stamp != self._stamp:
            fresh = Keyring.load(self.path)
            self.keys, self.active, self._stamp = fresh.keys, fresh.active, stamp

    def find(self, name: str) -> bytes:
        """Returns a key by id.

        Raises:
            KeyringError: The key is in neither memory nor file.
        """
        if name not in self.keys:
            self.refresh()
        if name not in self.keys:
            raise KeyringError(f"the key {name} is not in {self.path.name}: restore the backup of the keys")
        return self.keys[name]
