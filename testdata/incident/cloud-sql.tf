resource "random_id" "suffix" {
  byte_length = 4
}

resource "google_sql_database_instance" "postgres" {
  name                = "${var.environment}-postgres-${random_id.suffix.hex}"
  region              = var.region
  database_version    = var.database_version
  deletion_protection = false

  settings {
    tier              = var.database_tier
    availability_type = "ZONAL"
    disk_size         = 20
    disk_type         = "PD_SSD"

    ip_configuration {
      ipv4_enabled    = true
      private_network = google_compute_network.vpc.id

      dynamic "authorized_networks" {
        for_each = var.authorized_networks
        content {
          name  = authorized_networks.value.name
          value = authorized_networks.value.value
        }
      }
    }

    dynamic "database_flags" {
      for_each = var.database_flags
      content {
        name  = database_flags.key
        value = database_flags.value
      }
    }
  }
}

resource "google_sql_database" "main" {
  name     = "netra_${var.environment}"
  instance = google_sql_database_instance.postgres.name
}
