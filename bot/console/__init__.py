"""The hotline staff's web console: conversations, tip-offs, statistics and the audit log, behind a login."""
