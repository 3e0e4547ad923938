"""Bar replay: recorded bars shown one after another, and practice orders among them.

Nothing in here knows a way to the core: no command, no bridge. A test keeps it so.
"""
