"""Fuzzing and walking of the contract by Schemathesis, judged as every other request is."""
