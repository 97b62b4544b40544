provider "google" {
  project = "pearl-lab"
  region  = "europe-north1"
}


locals {
  by_workspace = {
    default = { memory = 1, tier = "BASIC" }
    staging = { memory = 2 }
  }
  settings = merge(local.by_workspace.default, try(local.by_workspace[terraform.workspace], {}))
}

resource "google_redis_instance" "cache" {
  count          = terraform.workspace == "default" ? 0 : 1
  name           = "cache-${terraform.workspace}"
  memory_size_gb = local.settings.memory
  tier           = local.settings.tier
}
