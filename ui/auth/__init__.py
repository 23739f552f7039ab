"""Plain HTTP pages and the guard before NiceGUI builds a page."""
