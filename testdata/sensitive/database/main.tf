variable "config" {
  type = object({ tier = string, buffers = string, password = string })
}

resource "google_sql_database_instance" "this" {
  name             = "orders"
  database_version = "POSTGRES_14"
  region           = "europe-west1"

  settings {
    tier = var.config.tier

    database_flags {
      name  = "shared_buffers"
      value = var.config.buffers
    }
  }
}

resource "google_sql_user" "this" {
  name     = "orders"
  instance = google_sql_database_instance.this.name
  password = var.config.password
}
