"""Scripts used by `make`: installation, texts, and screenshots."""
