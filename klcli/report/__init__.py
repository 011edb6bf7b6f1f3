"""What each command says about its result, as data and as a document; not how it looks."""
