"""pulse/i18n."""
