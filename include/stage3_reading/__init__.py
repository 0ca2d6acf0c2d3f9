"""Stage 3: a delivered file becomes one data frame a sheet, with what could not be read named cell by cell.

The decoding of files runs in a child process (``child``, ``confined``); keys and the database stay with the parent.
"""
