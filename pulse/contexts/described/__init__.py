"""The widget's pages as data: nodes with texts, which the script renders unchanged."""
