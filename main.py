"""Starts the workstation."""

import sys

from workstation.app.cli import main

if __name__ == "__main__":
    sys.exit(main())
