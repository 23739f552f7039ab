"""The widget's pages as data: nodes with their texts, which the script draws as they are."""
