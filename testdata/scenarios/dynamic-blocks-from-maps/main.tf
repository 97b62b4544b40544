provider "google" {
  project = "pearl-lab"
  region  = "europe-north1"
}


variable "allowed" {
  default = {
    tcp  = [443, 8443]
    icmp = []
    udp  = ["500-510"]
  }
}

resource "google_compute_firewall" "in" {
  name          = "in"
  network       = "quay"
  source_ranges = ["10.0.0.0/8"]
  dynamic "allow" {
    for_each = { for protocol, ports in var.allowed : protocol => ports if length(ports) > 0 }
    content {
      protocol = allow.key
      ports    = allow.value
    }
  }
  dynamic "log_config" {
    for_each = var.allowed.icmp == [] ? [] : ["INCLUDE_ALL_METADATA"]
    content {
      metadata = log_config.value
    }
  }
  dynamic "deny" {
    for_each = []
    content {
      protocol = each.value.missing
    }
  }
}

resource "google_sql_database_instance" "main" {
  name                = "main"
  database_version    = "POSTGRES_15"
  region              = "europe-north1"
  deletion_protection = false
  dynamic "settings" {
    for_each = [{ flags = { max_connections = 200, work_mem = "8MB" }, networks = ["10.1.0.0/16", "10.2.0.0/16"] }]
    iterator = it
    content {
      tier = "db-custom-1-3840"
      dynamic "database_flags" {
        for_each = it.value.flags
        content {
          name  = database_flags.key
          value = database_flags.value
        }
      }
      ip_configuration {
        dynamic "authorized_networks" {
          for_each = toset(it.value.networks)
          iterator = network
          content {
            name  = "net-${index(it.value.networks, network.value)}"
            value = network.key
          }
        }
      }
    }
  }
}
