"""The subcommands of `guard`, one file each; every file offers `register(app)`."""
