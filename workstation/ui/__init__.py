"""The window: tables, ticket and banner; shows what the core publishes and asks, never acts."""
