"""A day of a shop, played in minutes on this machine, and the report that an operator would want of it."""
