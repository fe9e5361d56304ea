"""The Admin schema: what we have of it, how it is made, and what our operations are held against."""
