"""Lists the requirements of a contract, each with its id, level and source."""
