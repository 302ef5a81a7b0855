"""Links tip-offs about the same people without opening identities.

Identifiers are normalised and kept as keyed hashes. The told story is kept as a locality-sensitive fingerprint (MinHash, in bands): stories
that copy the same sales talk share a band, and nothing of the text can be read from it.
"""

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from bot.intake import tables
from bot.intake.catalog_schema import ExtractionPatterns
from bot.intake.database import reading
from bot.intake.draft import Fields, Reporter
from bot.intake.store import Store
from bot.intake.vocabulary import IdentifierKind
from bot.local_time import LOCAL
from bot.privacy.keyed_hash import keyed_hash
from bot.privacy.personal_data import PersonalDataKind, find_personal_data, plain_digits

BANDS = 8
ROWS = 4  # hashes a band: two texts sharing 80 % of their shingles share a band with 98 %, 30 % with 6 %
SHINGLE = 4  # characters
SCRIPT_FROM = 40  # characters; shorter stories resemble each other by chance
SCRIPT_READ = 5000  # characters of a story that are fingerprinted
ACCOUNT_DIGITS = 12  # a full account number has at least so many
MOBILE = re.compile(r"^1[3-9]\d{9}$")
GROUP_FROM = 2  # tip-offs
WINDOW_DAYS = 365
GROUPED_ROWS = 20_000

_PRIME = np.uint64((1 << 31) - 1)


@dataclass(frozen=True)
class LeadGroup:
    """Tip-offs that share identifiers, directly or through others.

    Attributes:
        shared: How many different identifiers of each kind are shared.
        by_region: Tip-offs by adcode (`-` when no place was told).
        by_month: Tip-offs by month (`2026-11`), local time.
    """

    tip_off_ids: tuple[str, ...]
    shared: dict[str, int]
    by_region: dict[str, int]
    by_month: dict[str, int]
    first_at: datetime
    last_at: datetime


def normalise(kind: IdentifierKind, value: str, patterns: ExtractionPatterns) -> str:
    """Returns the form of an identifier under which equal ones are equal: `１３８-0013 8000` and `+8613800138000` are one phone."""
    plain = unicodedata.normalize("NFKC", plain_digits(value)).casefold()
    digits = re.sub(r"\D", "", plain)
    # The last four digits alone would link strangers, so the bank stays in the identifier, as the address of a payment account does.
    if kind in (IdentifierKind.PHONE, IdentifierKind.QQ) or (kind is IdentifierKind.BANK_ACCOUNT and len(digits) >= ACCOUNT_DIGITS):
        return re.sub(r"^(?:00)?86(?=1[3-9]\d{9}$)", "", digits)
    if kind is IdentifierKind.COMPANY:
        return re.sub(patterns.company_noise, "", re.sub(r"[\W_]", "", plain))
    return re.sub(r"[^\w\-]", "", plain)


def identifier_rows(
    store: Store, tip_off_id: str, at: datetime, fields: Fields, narrative: str, reporter: Reporter | None = None
) -> list[dict[str, Any]]:
    """Returns the rows under which a tip-off can be found, linked, and erased at its reporter's wish."""
    patterns = store.catalog.extraction
    values = {
        IdentifierKind.PHONE: fields.phone, IdentifierKind.WECHAT: fields.wechat, IdentifierKind.QQ: fields.qq,
        IdentifierKind.BANK_ACCOUNT: fields.bank_account, IdentifierKind.ACCOUNT: fields.account_name, IdentifierKind.COMPANY: fields.company,
    }  # fmt: skip
    pairs = {(kind, normalise(kind, value, patterns)) for kind, value in values.items() if value}
    pairs |= {(IdentifierKind.PHONE, value) for kind, value in pairs if kind is IdentifierKind.WECHAT and MOBILE.match(value)}
    hashes = {(kind, keyed_hash(store.key, f"identifiers.{kind}", value)) for kind, value in pairs if value}
    hashes |= {(IdentifierKind.SCRIPT, band) for band in script_bands(store.key, narrative)}
    hashes |= {(IdentifierKind.REPORTER, reporter_hash(store, phone)) for phone in _own_phones(narrative, reporter, fields, patterns)}
    return [{"tip_off_id": tip_off_id, "kind": kind.value, "hash": value, "created_at": at} for kind, value in sorted(hashes)]


def reporter_hash(store: Store, phone: str) -> str:
    """Returns the hash under which the tip-offs of the person with this phone are found for erasure."""
    return keyed_hash(store.key, f"identifiers.{IdentifierKind.REPORTER}", normalise(IdentifierKind.PHONE, phone, store.catalog.extraction))


def _own_phones(narrative: str, reporter: Reporter | None, fields: Fields, patterns: ExtractionPatterns) -> set[str]:
    told = {narrative[finding.start : finding.end] for finding in find_personal_data(narrative) if finding.kind is PersonalDataKind.PHONE}
    phones = {normalise(IdentifierKind.PHONE, phone, patterns) for phone in (*told, reporter.phone if reporter else None) if phone}
    return phones - {normalise(IdentifierKind.PHONE, fields.phone or "", patterns)}


@lru_cache(maxsize=4)
def _hash_functions(key: bytes) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    seeds = np.frombuffer(hashlib.shake_256(key + b"minhash").digest(BANDS * ROWS * 8), dtype=np.uint32).astype(np.uint64)
    return seeds[: BANDS * ROWS] % _PRIME + np.uint64(1), seeds[BANDS * ROWS :] % _PRIME


def script_bands(key: bytes, narrative: str) -> list[str]:
    """Returns the keyed fingerprints of a story, or none when it is too short to be told from others.

    Personal data is left out first: two victims of one script differ in exactly that.
    """
    text = narrative[:SCRIPT_READ]
    for finding in reversed(find_personal_data(text)):
        text = text[: finding.start] + text[finding.end :]
    letters = re.sub(r"[\W\d_]", "", unicodedata.normalize("NFKC", text).casefold())
    if len(letters) < SCRIPT_FROM:
        return []
    shingles = {letters[start : start + SHINGLE] for start in range(len(letters) - SHINGLE + 1)}
    base = np.array([int.from_bytes(hashlib.blake2b(s.encode(), digest_size=4, key=key).digest()) for s in shingles], dtype=np.uint64)
    multipliers, offsets = _hash_functions(key)
    minima = ((multipliers[:, None] * (base % _PRIME)[None, :] + offsets[:, None]) % _PRIME).min(axis=1).reshape(BANDS, ROWS)
    return [keyed_hash(key, f"identifiers.script.{band}", minima[band].tobytes().hex()) for band in range(BANDS)]


def matching_ids(connection: Connection, rows: list[dict[str, object]], own_id: str | None, limit: int = 20) -> dict[str, set[str]]:
    """Returns tip-offs that share an identifier with `rows`, each with the kinds it shares."""
    hashes = [row["hash"] for row in rows if row["kind"] != IdentifierKind.REPORTER]
    if not hashes:
        return {}
    table = tables.identifiers
    query = select(table.c.tip_off_id, table.c.kind).where(table.c.hash.in_(hashes)).order_by(table.c.created_at.desc()).limit(limit * BANDS)
    found: dict[str, set[str]] = defaultdict(set)
    for row in connection.execute(query):
        if row.tip_off_id != own_id:
            found[row.tip_off_id].add(row.kind)
    return dict(list(found.items())[:limit])


def possible_duplicates(store: Store, fields: Fields, narrative: str) -> int:
    """Returns how many earlier tip-offs are about the same people or the same script: offered before submit, without saying which."""
    rows = identifier_rows(store, "", store.clock(), fields, narrative)
    with reading(store.engine) as connection:
        return len(matching_ids(connection, rows, None))


def lead_groups(store: Store, since: datetime | None = None, least: int = GROUP_FROM) -> list[LeadGroup]:
    """Groups tip-offs that share identifiers, the biggest group first.

    Args:
        store: The store.
        since: Only tip-offs from this time on; a year by default.
        least: Smallest group.
    """
    table = tables.identifiers
    from_then = (table.c.created_at >= (since or store.clock() - timedelta(days=WINDOW_DAYS))) & (table.c.kind != IdentifierKind.REPORTER)
    shared = select(table.c.kind, table.c.hash).where(from_then).group_by(table.c.kind, table.c.hash).having(func.count() > 1).subquery()
    query = (
        select(table.c.tip_off_id, table.c.kind, table.c.hash)
        .join(shared, (shared.c.kind == table.c.kind) & (shared.c.hash == table.c.hash))
        .where(from_then)
        .order_by(table.c.created_at.desc())
        .limit(GROUPED_ROWS)
    )
    with reading(store.engine) as connection:
        members: dict[tuple[str, str], list[str]] = defaultdict(list)
        for row in connection.execute(query):
            members[(row.kind, row.hash)].append(row.tip_off_id)
        groups = _connected(list(members.values()))
        wanted = [group for group in groups if len(group) >= least]
        ids = [tip_off_id for group in wanted for tip_off_id in group]
        facts = {}
        for start in range(0, len(ids), 500):
            columns = tables.tip_offs.c
            part = select(columns.id, columns.region_code, columns.created_at).where(columns.id.in_(ids[start : start + 500]))
            facts.update({row.id: row for row in connection.execute(part)})
    result = []
    for group in wanted:
        kinds = Counter(kind for (kind, _), named in members.items() if len(named) > 1 and named[0] in group)
        times = sorted(facts[tip_off_id].created_at for tip_off_id in group)
        result.append(LeadGroup(
            tip_off_ids=tuple(sorted(group)),
            shared=dict(kinds),
            by_region=dict(Counter(facts[tip_off_id].region_code or "-" for tip_off_id in group)),
            by_month=dict(Counter(f"{time.astimezone(LOCAL):%Y-%m}" for time in times)),
            first_at=times[0],
            last_at=times[-1],
        ))  # fmt: skip
    return sorted(result, key=lambda group: (-len(group.tip_off_ids), group.tip_off_ids))


def _connected(clusters: list[list[str]]) -> list[set[str]]:
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for cluster in clusters:
        for name in cluster[1:]:
            parent[root(name)] = root(cluster[0])
    groups: dict[str, set[str]] = defaultdict(set)
    for name in list(parent):
        groups[root(name)].add(name)
    return list(groups.values())
