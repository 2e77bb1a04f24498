"""The review page: a film looked at in the browser, on this machine alone, while it is made and after."""
