"""The Surrender Guard: what the assistant knows, hears and records."""
