"""Lists as other products and spreadsheets write them, and their expected results."""
