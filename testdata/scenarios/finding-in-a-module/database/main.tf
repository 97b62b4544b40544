variable "name" {}

variable "config" {
  type = object({ tier = string, flags = map(string) })
}

resource "google_sql_database_instance" "this" {
  name             = var.name
  database_version = "POSTGRES_15"

  settings {
    tier = var.config.tier

    dynamic "database_flags" {
      for_each = var.config.flags
      iterator = flag
      content {
        name  = flag.key
        value = flag.value
      }
    }
  }
}
