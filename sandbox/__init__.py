"""Stand-ins for everything outside the product, speaking the real wire formats.

Nothing here is imported by the product and nothing of the product is imported here: the only
thing both share is what goes over the wire. Every person in it is invented.
"""
