"""What `Benchmarks/run` is made of. One module a concern; standard library only."""


class Failed(Exception):
    """Something could not be measured; the message is the sentence a person reads."""
