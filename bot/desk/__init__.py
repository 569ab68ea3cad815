"""`/desk`: where staff work. Pages without scripts, each for the roles that need it."""
