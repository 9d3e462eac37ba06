"""What the law of each country says about contacts, and a walk that holds them to it.

Nothing here knows the module: its policies are judged by this, so they may not share a
mistake.
"""
