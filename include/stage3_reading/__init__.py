"""Stage 3: a delivered file becomes one data frame a sheet, with what could not be read named cell by cell.

Its packages are the way of a cell: ``container``, ``cells``, ``values``, ``sheets``. All of it runs in a child process
(``confined``); keys and the database stay with the parent (``keys``, ``load``, ``batches``).
"""
