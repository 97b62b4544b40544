provider "google" {
  project = "acme-test"
  region  = "europe-west1"

  default_labels = {
    owner = local.owner
  }
}

locals {
  is_production = true
  owner         = "platform"

  defaults = { tier = "db-custom-1-3840", disk_type = "PD_SSD" }
  settings = merge(local.defaults, {
    tier = "db-custom-2-7680"
  })

  flags = {
    max_connections = "200"
    log_checkpoints = "on"
  }
}

resource "google_sql_database_instance" "orders" {
  name             = "orders"
  database_version = "POSTGRES_15"

  settings {
    tier              = local.settings.tier
    disk_type         = local.settings["disk_type"]
    availability_type = local.is_production ? "REGIONAL" : "ZONAL"

    user_labels = {
      team = "core"
      tier = "gold"
    }

    dynamic "database_flags" {
      for_each = local.flags
      content {
        name  = database_flags.key
        value = database_flags.value
      }
    }
  }
}

resource "google_vpc_access_connector" "run" {
  for_each = { one = "10.8.0.0/28", two = "10.9.0.0/28" }

  name          = each.key
  network       = google_compute_network.main.name
  ip_cidr_range = each.value
}

resource "google_compute_network" "main" {
  name                    = "main"
  auto_create_subnetworks = false
}

resource "google_redis_instance" "cache" {
  name           = "cache"
  memory_size_gb = 1

  labels = {
    team = "core"
  }
}
