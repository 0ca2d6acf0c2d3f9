"""Nights that build only what changed, held against full builds, row by row, over random sequences of events."""
