"""What `make` uses beside the program itself: installing, and taking pictures."""
