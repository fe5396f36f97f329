"""The sub-commands: `frames NAME` is `command` in the module of that name, found by its file."""
