"""The whole platform on one machine with one command, for a laptop, a demonstration, a test.

`place` is the data folder, `keys` what is secret in it, `ports` who listens where, `children` one
running process, `platform` all of them in their order, `demo` the first purchases and the first
question about them.
"""
