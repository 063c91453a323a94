"""One module a command of `peerkg`: arguments in, exit code out; the work is done elsewhere."""
