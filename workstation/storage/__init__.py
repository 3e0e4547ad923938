"""Files that outlive the program: journal, settings, paths."""
