"""Parse number and date texts in the formats used around the world."""
