"""Runs the dbt project: seeds, staging, intermediate, candidate marts and their tests."""
