"""Stage 3: a delivered file becomes one data frame a sheet, with what could not be read named cell by cell."""

from include.stage3_reading.limits import Limits
from include.stage3_reading.load import load
from include.stage3_reading.reading import Reading, SheetReading, read_submission

__all__ = ["Limits", "Reading", "SheetReading", "load", "read_submission"]
