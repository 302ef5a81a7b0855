"""Sizes the record of conversations keeps to, each with its unit."""

MAX_TEXT_CHARS = 100_000  # characters of one message kept; longer ones are cut and marked with an ellipsis
MAX_VALUE_CHARS = 2_000  # characters of one slot or entity value kept
MAX_CANDIDATES = 5  # intents kept per message, best first
MAX_ITEMS = 50  # entities, signals or buttons kept per message
MAX_NOTE_CHARS = 2_000  # characters
MAX_TAG_CHARS = 30  # characters
MAX_SEARCH_WORDS = 8  # words of one search
PAGE_SIZE = 30  # conversations on one page
MAX_COUNTED = 1_000  # conversations counted exactly; beyond it a page says "more than"
EXCERPT_CHARS = 80  # characters of a conversation shown in a list
TRIGRAM_CHARS = 3  # characters a word needs for the trigram index; shorter ones are searched by LIKE
BUSY_TIMEOUT_MS = 10_000  # milliseconds a SQLite writer waits for another
