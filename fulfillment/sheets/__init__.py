"""The workbook in Google Sheets: the only folder that knows A1, sheet ids, row indexes or gspread."""
