"""Every limit of the console, each with its unit. Keys of the login limits are keyed hashes: no table holds an address."""

from __future__ import annotations

from typing import NamedTuple


class LoginLimit(NamedTuple):
    """At most `attempts` failed logins in `seconds`."""

    attempts: int
    seconds: int


LOGIN_LIMITS = {
    "address_and_name": LoginLimit(5, 15 * 60),  # guessing one person's password from one place
    "address": LoginLimit(30, 15 * 60),  # trying one password on many names
    "name": LoginLimit(100, 60 * 60),  # guessing one person's password from many places; high, because it can lock that person out
}
SESSION_IDLE_SECONDS = 60 * 60  # a screen left alone is logged out after an hour
SESSION_SECONDS = 12 * 60 * 60  # nobody works longer than a shift
SEEN_EVERY_SECONDS = 60  # how exactly the last use of a session is kept
LOGIN_FORM_SECONDS = 2 * 60 * 60  # how long a login page left open still works
MIN_PASSWORD_CHARS = 10
MAX_PASSWORD_CHARS = 200  # argon2 takes any length; a megabyte of it is an attack
MAX_NAME_CHARS = 32
PASSWORDS_AT_ONCE = 2  # password checks at the same time, 64 MiB of memory each
TOTP_STEPS_AROUND = 1  # steps of 30 seconds a phone's clock may be off
MAX_REQUEST_BYTES = 256 * 1024  # the longest form is a note
AUDIT_PAGE_SIZE = 50  # lines
AUDIT_READ = 5_000  # newest lines of the audit log a page looks through
MAX_EXPORT_ROWS = 10_000  # tip-offs in one CSV file
EXPORT_PAGE_SIZE = 200  # tip-offs read at a time while exporting
STATIC_MAX_AGE_SECONDS = 3600
