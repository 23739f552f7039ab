"""Lists as other products and spreadsheets write them, and what is right for each."""
