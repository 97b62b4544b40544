provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

variable "databases" {
  type = map(object({
    tier  = string
    flags = optional(map(string), {})
  }))
}

module "database" {
  source   = "./database"
  for_each = var.databases
  name     = each.key
  config   = each.value
}
