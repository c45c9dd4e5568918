"""Wanggang, the one small made-up world: a city owner, two groups, sixty entities, two years, planted misconduct."""
