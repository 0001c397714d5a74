"""The commands, one module each: `cnil-kg NAME` is `command` of module NAME; it parses, calls one function, prints."""
