"""Makes runs: one out of options, a campaign of many, and one for each mutant.

The command, the API, pytest and the mutants all go through ``execution``. What needs whole runs has
a folder: ``campaign``, ``mutants``.
"""
