"""The one crossing between the GUI thread and the core thread."""
