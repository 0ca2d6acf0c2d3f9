"""The file as it came: an archive opened within the safety limits, its parts, and a workbook's structure."""
