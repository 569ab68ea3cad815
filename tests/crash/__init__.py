"""Kills the service at every crossing of its borders, and sees that nothing is lost or doubled."""
