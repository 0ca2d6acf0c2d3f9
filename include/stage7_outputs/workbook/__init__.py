"""The workbook a partner gets back: its own sheets with the findings in colour."""
