"""What is done outside Redis after a step was saved: asking, fetching, submitting, saying."""
