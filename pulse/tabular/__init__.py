"""Read table files of any layout as typed rows, without a database."""
