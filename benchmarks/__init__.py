"""What the pipeline costs beside the least that its work can cost, and beside other tools: ``make bench``.

Floors (``floors``) do the same work with nothing around it; peers (``peers``) are what a team would otherwise use. The
result is ``docs/benchmarks.md``. Nothing of the pipeline or its tests imports this package.
"""
