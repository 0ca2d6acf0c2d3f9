"""The commands behind the make targets: one module a kind, a few lines each around functions of other packages.

A command takes the settings and returns its exit status; :mod:`include.__main__` lists them. What it is told beyond
the settings comes from the environment (:mod:`include.commands.told`). A command imports what it needs when it runs:
``make url`` does not wait for the libraries of a night.
"""
