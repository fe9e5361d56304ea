"""`python -m fulfillment COMMAND`."""

from fulfillment.cli import main

main()
