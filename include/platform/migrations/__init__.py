"""Alembic migrations of the tables in `include/platform/tables.py`."""
