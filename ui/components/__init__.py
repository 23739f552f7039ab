"""Parts of pages that know customers, cards and scores; `ui.kit` has those that know nothing."""
