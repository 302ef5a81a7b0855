"""The console's pages, one file for each part."""
