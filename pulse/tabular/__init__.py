"""Files of any layout to typed rows; no database."""
