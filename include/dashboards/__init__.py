"""Superset beside the warehouse: its assets from one definition, its set-up, its people and its process.

Superset runs in an environment of its own (``.venv/superset``), so nothing here imports it: what has to be done inside
is in ``dashboards/superset_set_up.py``, and its configuration in ``dashboards/superset_config.py``.
"""
