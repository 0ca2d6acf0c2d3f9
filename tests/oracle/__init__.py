"""A slow and obvious reading of the written contract, against which the pipeline is compared.

It shares nothing with the pipeline: it knows only the pages and tables of ``spec`` and ``reference``.
:func:`evaluate` says what one night from empty must come to; :mod:`tests.oracle.programmes` writes programmes
full of rare cases; ``python -m tests.oracle`` does either from the command line.
"""

from __future__ import annotations

from tests.oracle.model import Headline, Outcome
from tests.oracle.night import evaluate

__all__ = ["Headline", "Outcome", "evaluate"]
