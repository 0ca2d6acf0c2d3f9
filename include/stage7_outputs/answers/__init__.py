"""The answer to a delivery: workbook, receipt and message together."""
