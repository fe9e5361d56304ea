"""Order fulfilment out of a Google spreadsheet: a paid order gets its access keys."""
