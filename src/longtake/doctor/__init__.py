"""Whether this installation, this machine and these keys are well: facts, looked at, then judged."""
