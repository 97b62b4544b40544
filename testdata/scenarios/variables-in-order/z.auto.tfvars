e = "auto"
f = "auto"
