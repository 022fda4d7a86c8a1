"""Wears an index out: kills, failing disks, flipped bytes; ``make soak`` runs it in full."""
