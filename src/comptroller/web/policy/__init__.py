"""Policy: rules, parameters, proposals, replay and versions."""
