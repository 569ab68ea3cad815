"""`python -m bot map FOLDER`: every province's form and workflow as a drawing to look at."""
