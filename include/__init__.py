"""The AL-INVEST Verde pipeline as plain Python: nothing in here imports Airflow but ``platform.airflow_*``.

The ``stage*`` packages list in the order in which a submission passes through them.
"""
