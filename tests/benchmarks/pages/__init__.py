"""Every page of the console, asked for by several people at once, with the data of a year."""
