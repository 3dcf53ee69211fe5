"""Help before filing: articles, how they are found, and how often they helped."""
