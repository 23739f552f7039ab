"""What came of delivered cards."""
