"""The services that the shop uses, one at a time: each translates that service's errors at its border."""
