"""The submission contract as data, and the typed view of it that everything else is derived from."""

from include.contract.model import Column, Contract, Rule, Sheet, load_contract

__all__ = ["Column", "Contract", "Rule", "Sheet", "load_contract"]
