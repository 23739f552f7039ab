"""What operators do with the data as a whole: move a business, let old rows go."""
