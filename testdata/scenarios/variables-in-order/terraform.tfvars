c = "tfvars"
d = "tfvars"
e = "tfvars"
f = "tfvars"
