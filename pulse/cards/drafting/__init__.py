"""Openers: facts, prompt, model, guardrails and the template fallback."""
