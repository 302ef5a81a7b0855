"""Protection of personal data: recognising and masking it, keys, encrypted fields and keyed hashes."""
