locals {
  databases = { orders = { tier = "db-f1-micro", password = "SECRET-MARKER-1234", buffers = "256000" } }
}

module "database" {
  source   = "./database"
  for_each = local.databases
  config   = each.value
}
