"""Keys, encrypted fields and keyed hashes."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.privacy.field_encryption import FieldCipher, FieldTamperedError, key_id_of
from bot.privacy.keyed_hash import keyed_hash, same_hash
from bot.privacy.keyring import Keyring, KeyringError


def test_the_key_file_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "keyring.json"
    first = Keyring.load_or_create(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Keyring.load_or_create(path) == first
    assert [file.name for file in path.parent.iterdir()] == ["keyring.json"]


def test_processes_that_start_together_end_with_the_same_keys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: Keyring.load_or_create(tmp_path / "keyring.json"), range(8)))

    assert {ring.index_key for ring in rings} == {rings[0].index_key}


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    Keyring.load_or_create(path)
    path.chmod(0o644)

    with pytest.raises(KeyringError, match="chmod 600"):
        Keyring.load(path)


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[]", '{"active": "k1", "keys": {}, "index_key": ""}', '{"active": "k1", "keys": {"k1": "%%"}, "index_key": ""}'],
)
def test_a_damaged_key_file_is_refused_and_left_as_it_is(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keyring.json"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)

    with pytest.raises(KeyringError, match="damaged"):
        Keyring.load_or_create(path)
    assert path.read_text(encoding="utf-8") == content


def test_a_field_opens_only_in_its_own_table_column_and_row(tmp_path: Path) -> None:
    cipher = FieldCipher(Keyring.load_or_create(tmp_path / "keyring.json"))
    token = cipher.seal("tip_offs", "phone", "1", "13800138000")

    assert cipher.open("tip_offs", "phone", "1", token) == "13800138000"
    assert "13800138000" not in token
    assert token != cipher.seal("tip_offs", "phone", "1", "13800138000")
    for place in (("tip_offs", "phone", "2"), ("tip_offs", "name", "1"), ("drafts", "phone", "1")):
        with pytest.raises(FieldTamperedError):
            cipher.open(*place, token)


@pytest.mark.parametrize("token", ["", "k1:", "k1", "k1:AAAA", ":", "k1:%%%", "k1:" + "A" * 40])
def test_a_token_that_was_changed_does_not_open(tmp_path: Path, token: str) -> None:
    cipher = FieldCipher(Keyring.load_or_create(tmp_path / "keyring.json"))

    with pytest.raises(FieldTamperedError):
        cipher.open("t", "c", "r", token)


def test_a_process_that_missed_a_rotation_reads_the_new_key_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    old = FieldCipher(Keyring.load_or_create(path))
    ring = Keyring.load(path)
    assert ring.add_key() == "k2"
    token = FieldCipher(ring).seal("t", "c", "r", "new")

    assert key_id_of(token) == "k2"
    assert old.open("t", "c", "r", token) == "new"
    assert old.keyring.active == "k2"


def test_the_active_key_cannot_be_removed_and_a_removed_key_is_missed_by_name(tmp_path: Path) -> None:
    ring = Keyring.load_or_create(tmp_path / "keyring.json")
    token = FieldCipher(ring).seal("t", "c", "r", "text")
    with pytest.raises(KeyringError, match="active"):
        ring.remove_key("k1")
    ring.add_key()
    ring.remove_key("k1")

    with pytest.raises(KeyringError, match="k1"):
        FieldCipher(ring).open("t", "c", "r", token)


def test_keyed_hashes_differ_by_purpose_and_key() -> None:
    first = keyed_hash(b"a" * 32, "phone", "13800138000")

    assert same_hash(first, keyed_hash(b"a" * 32, "phone", "13800138000"))
    assert not same_hash(first, keyed_hash(b"a" * 32, "wechat", "13800138000"))
    assert not same_hash(first, keyed_hash(b"b" * 32, "phone", "13800138000"))
