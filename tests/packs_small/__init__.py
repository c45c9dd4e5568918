"""The small pack of the tests: its own rules and kinds, with the register's kinds as the base pack has them."""
