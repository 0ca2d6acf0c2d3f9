"""The steps of a night, written once.

A module of this package is a DAG: one function a step, which takes the ``Night`` and bears the name of its task, and
``STEPS``, in an order that respects what comes after what. The DAGs make tasks of them; ``in_process`` runs them here,
one after the other, for tests and benchmarks. What a step does is imported when it is called: reading a DAG file stays
cheap.

To add a step: write the function, put it into ``STEPS``, and give it its place in ``dags/``; a test compares the two.
"""
