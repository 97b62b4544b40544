# What the connectors run on.
machine = {
  type    = "e2-standard-4"
  maximum = 5
}
