"""What is checked of a document once its shape is right: names, references, reachability."""
