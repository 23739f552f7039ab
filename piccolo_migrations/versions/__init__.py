"""One file a step; names begin with the app's name, then the date."""
